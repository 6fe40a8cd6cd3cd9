import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Secret } from '../../core/secret.ts';
import type { GuestProcesses } from '../../core/guest-processes.ts';
import { AgentLink } from './agent-link.ts';
import { LineReader } from './agent/line-reader.ts';
import { openBoundedLog } from './bounded-log.ts';
import { type GuestHostMessage, type GuestHostSettings, type GuestService, guestHostSettings } from './guest-host-frames.ts';
import { removeLeftovers } from './leftovers.ts';

// The process that is one guest: it runs the sandbox, speaks to the agent in it, and serves WinRM or SSH in front of it. Started by the provider, which
// keeps a pipe to its standard input: the end of that pipe means that nobody wants the guest any more, whatever happened to the provider.

const MOST_SETTINGS_BYTES = 256 << 10;
const MOST_LOG_BYTES = 256 << 10;
const GONE_LIMIT_MS = 5000;

const say = (message: GuestHostMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
// The provider may be gone; then nobody reads.
process.stdout.on('error', () => {});

const reader = new LineReader(MOST_SETTINGS_BYTES);
let stop: ((reason: string | undefined) => void) | undefined;

process.stdin.on('data', (bytes: Buffer) => {
  for (const line of reader.push(bytes)) if (!stop) stop = run(guestHostSettings.parse(JSON.parse(line)));
});
const unwanted = (): void => (stop ? stop(undefined) : process.exit(0));
process.stdin.on('close', unwanted);
process.stdin.on('error', unwanted);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, unwanted);

/** Starts the guest; the returned function ends it and this process, once. */
function run(settings: GuestHostSettings): (reason: string | undefined) => void {
  const { program, args, env, cwd } = settings.program;
  const watcher = settings.watcher && startWatcher(settings.watcher);
  // A group of its own, so that everything can be reached where there are no namespaces.
  const log = openBoundedLog(settings.logFile, MOST_LOG_BYTES);
  const stdio: ['pipe', 'pipe', number] = ['pipe', 'pipe', log.descriptor];
  // The types of spawn know no descriptor beside pipes.
  const sandbox = spawn(program, args, { env, cwd, stdio, detached: true }) as ChildProcessByStdio<Writable, Readable, null>;
  const gone = new Promise<void>((resolve) => sandbox.once('close', () => resolve()));
  void gone.then(log.close);
  const link = new AgentLink(sandbox.stdin, sandbox.stdout);
  watcher?.on('exit', () => link.lose('the guest’s watcher ended'));
  sandbox.on('error', (error) => link.lose(`the guest could not be started: ${error.message}`));
  sandbox.on('exit', (code, signal) => link.lose(`the guest ended (${signal ?? `exit code ${code}`})`));

  // Loading the service takes about as long as Wine takes to start.
  const service = startService(settings, link);

  let stopping = false;
  const end = (reason: string | undefined): void => {
    if (stopping) return;
    stopping = true;
    if (reason !== undefined) say({ lost: reason });
    const closed = service.then((open) => open.close()).catch(() => {});
    link.lose('the guest is being ended');
    void Promise.all([ended(sandbox, gone), closed])
      .then(() => removeLeftovers(settings.leftovers))
      .finally(() => watcher?.kill('SIGKILL'))
      .then(
        () => process.exit(reason === undefined ? 0 : 1),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(2);
        },
      );
  };
  Promise.all([service, link.ready]).then(
    ([{ reached }, { osRelease }]) => {
      if (osRelease === settings.osVersion) say({ ready: { service: reached, osRelease } });
      else end(`the guest says it is ${osRelease} and not ${settings.osVersion}`);
    },
    (error: unknown) => end(error instanceof Error ? error.message : String(error)),
  );
  void link.lost.then(end);
  return end;
}

const LOOPBACK = '127.0.0.1';

interface OpenService {
  readonly reached: GuestService;
  readonly close: () => Promise<void>;
}

/** Starts what was asked for in front of the guest, where only this machine reaches it. The other protocol is not even loaded. */
async function startService(settings: GuestHostSettings, processes: GuestProcesses): Promise<OpenService> {
  const user = { name: settings.user, password: new Secret(settings.password) };
  switch (settings.service.transport) {
    case 'winrm': {
      const { startEndpoint } = await import('../../winrm/endpoint/endpoint.ts');
      const { url, close } = await startEndpoint({
        host: LOOPBACK,
        port: 0,
        users: [user],
        processes,
        identity: { osVersion: settings.osVersion, computerName: settings.computerName },
        // Only this machine reaches it, and clients that know nothing but Basic shall.
        allowUnencrypted: true,
      });
      return { reached: { transport: 'winrm', url }, close };
    }
    case 'ssh': {
      const [{ startSshServer }, { makeHostKey }] = await Promise.all([
        import('../../ssh/server/ssh-server.ts'),
        import('../../ssh/host-key.ts'),
      ]);
      // A key of this guest's own: whoever pins it can take no other guest for it.
      const hostKey = makeHostKey();
      const { sftpProgram } = settings.service;
      const { host, port, close } = await startSshServer({ host: LOOPBACK, port: 0, hostKey, user, processes, sftpProgram });
      return { reached: { transport: 'ssh', host, port, hostKeySha256: hostKey.sha256 }, close };
    }
  }
}

/** Starts what outlives this process just long enough to clean up after it. */
function startWatcher({ program, args, env, cwd }: NonNullable<GuestHostSettings['watcher']>): ChildProcess {
  const watcher = spawn(program, args, { env, cwd, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.on('error', (error) => process.stderr.write(`${error.message}\n`));
  watcher.stdin?.on('error', () => {});
  return watcher;
}

/** Ends the sandbox and waits until the last process in it has let go of its pipes. */
async function ended(sandbox: ChildProcess, gone: Promise<void>): Promise<void> {
  if (sandbox.pid === undefined) return;
  sandbox.stdin?.destroy();
  sandbox.stdout?.resume();
  try {
    process.kill(-sandbox.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
  await Promise.race([gone, wait(GONE_LIMIT_MS, undefined, { ref: false })]);
}
