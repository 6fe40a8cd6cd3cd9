import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommandResult } from '../../core/transport.ts';
import { type StepContext, finding } from './examination.ts';
import { quoted } from './finding.ts';
import { tellFailure } from './log-in.ts';
import { type Addresses, ownAddressTowards } from './reach-port.ts';
import { remedies } from './remedies.ts';
import { type RunLine, textOf } from './try-commands.ts';

const PULL_SECONDS = 5;
/** Prints the version of PowerShell and what it may do. `-InputFormat None`: it would read standard input otherwise. */
const POWERSHELL =
  'powershell.exe -NoProfile -NonInteractive -InputFormat None -Command "\'lab {0} {1}\' -f $PSVersionTable.PSVersion, $ExecutionContext.SessionState.LanguageMode"';

/** Finds out which ways files can take into the guest: what there is to receive them, and whether the guest reaches this machine. */
export async function tryCopyWays(run: RunLine, addresses: Addresses, context: StepContext): Promise<void> {
  const { examination, watcher, call } = context;
  if (examination.toolkit.kind === 'agent') {
    const why = 'the guest brings a tool of its own for copies, which needs neither';
    watcher.found(finding('curl', 'skipped', why));
    watcher.found(finding('pull', 'skipped', why));
    watcher.found(finding('powershell', 'skipped', why));
    return;
  }
  try {
    await tryPowerShell(run, context);
    if (await tryCurl(run, context)) await tryPull(run, addresses, context);
    else watcher.found(finding('pull', 'skipped', 'without curl.exe the guest cannot be asked to fetch'));
  } catch (error) {
    call.signal.throwIfAborted();
    tellFailure('command', undefined, error, context);
  }
}

async function tryCurl(run: RunLine, { watcher }: StepContext): Promise<boolean> {
  watcher.begins('look for curl.exe');
  const { exitCode, stdout } = await run('curl.exe --version');
  // curl 8.9.1 (Windows) libcurl/8.9.1 Schannel zlib/1.3
  const version = /^curl (\d+\.\d+[\w.-]{0,20})/.exec(textOf(stdout))?.[1];
  if (exitCode === 0 && version !== undefined) {
    watcher.found(finding('curl', 'ok', version, { facts: { version } }));
    return true;
  }
  watcher.found(
    finding('curl', 'warning', `not there (exit code ${exitCode})`, {
      remedy: { fix: 'Windows has it since version 1803, in System32. Without it, files are pushed, which is slower.' },
    }),
  );
  return false;
}

async function tryPowerShell(run: RunLine, { watcher }: StepContext): Promise<void> {
  watcher.begins('look for PowerShell');
  const { exitCode, stdout } = await run(POWERSHELL);
  // lab 5.1.22621.4391 FullLanguage
  const found = /^lab (\d[\w.]{0,40}) (\w{1,40})$/m.exec(textOf(stdout).replaceAll('\r', ''));
  const [version, mode] = [found?.[1], found?.[2]];
  if (version === undefined || mode === undefined) {
    watcher.found(
      finding('powershell', 'warning', `it does not answer (exit code ${exitCode})`, {
        remedy: { fix: 'Without it nothing receives files that are pushed; only what the guest pulls arrives.' },
      }),
    );
    return;
  }
  const facts = { version, languageMode: mode };
  if (mode === 'FullLanguage') watcher.found(finding('powershell', 'ok', `${version}, ${mode}`, { facts }));
  else
    watcher.found(
      finding('powershell', 'warning', `${version}, ${mode}: the receiver of files needs FullLanguage`, {
        facts,
        remedy: remedies.languageMode,
      }),
    );
}

/** Lets the guest fetch a few bytes from this machine, over a port that is open for that long and answers to one path. */
async function tryPull(run: RunLine, addresses: Addresses, { watcher, limits }: StepContext): Promise<void> {
  watcher.begins('let the guest fetch from this machine');
  const own = await ownAddressTowards(addresses);
  if (own === undefined) {
    watcher.found(finding('pull', 'skipped', 'no address of this machine leads to the guest'));
    return;
  }
  const [path, content] = [`/${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')];
  const server = http.createServer({ requestTimeout: limits.loggedInMs, headersTimeout: limits.loggedInMs }, (request, response) => {
    response.writeHead(request.url === path ? 200 : 404, { Connection: 'close' });
    response.end(request.url === path ? content : '');
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, own, resolve);
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://${own.includes(':') ? `[${own}]` : own}:${port}${path}`;
    const result: CommandResult = await run(`curl.exe -fsS --noproxy "*" --max-time ${PULL_SECONDS} ${url}`);
    if (textOf(result.stdout) === content)
      watcher.found(finding('pull', 'ok', `the guest reaches this machine at ${own}`, { facts: { address: own } }));
    else {
      const reason = quoted(textOf(result.stderr)) || `exit code ${result.exitCode}`;
      watcher.found(
        finding('pull', 'warning', `the guest does not reach this machine at ${own}: ${reason}`, {
          remedy: {
            fix: 'A firewall or a translating router is between. Files are pushed then, which is slower; admit the guest to this machine’s high ports to mend it.',
          },
        }),
      );
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
