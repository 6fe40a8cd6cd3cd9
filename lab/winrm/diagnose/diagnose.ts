import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { ownDeadline } from '../client/own-deadline.ts';
import type { WinrmClient } from '../client/winrm-client.ts';
import type { WinrmShell } from '../client/winrm-shell.ts';
import { type Examination, type Listener, type StepContext, type Watcher, finding, stepLimits, urlOf, within } from './examination.ts';
import { type ExaminationVerdict, type Finding, quoted } from './finding.ts';
import { chooseLogin, logIn, tellFailure } from './log-in.ts';
import { type SeenListener, lookAtListener } from './look-at-listener.ts';
import { measureLatency } from './measure-latency.ts';
import { type Addresses, isLoopback, ownAddressTowards, resolveHost, tryPort } from './reach-port.ts';
import { remedies } from './remedies.ts';
import { lineRunner, tryCommands } from './try-commands.ts';
import { tryCopyWays } from './try-copy-ways.ts';
import { judgeLimits, judgePolicy } from './wanted-values.ts';

const CLEAN_UP_MS = 2_000;

/**
 * Examines what a host offers over WinRM and what is wrong with it, from its name to a command that ran. Each step is told as it ends; the last
 * finding is always the verdict. Steps are bounded in time and size whatever the other side does. Throws only the reason of an aborted call, and
 * bugs; nothing stays open, here or on the host.
 */
export async function diagnose(examination: Examination, watcher: Watcher, call: Call): Promise<ExaminationVerdict> {
  const context: StepContext = { examination, limits: { ...stepLimits, ...examination.limits }, watcher: { ...watcher }, call };
  let failures = 0;
  const counting: StepContext = {
    ...context,
    watcher: {
      begins: watcher.begins,
      found: (each) => {
        if (each.state === 'failed') failures += 1;
        watcher.found(each);
      },
    },
  };
  const usable = await examine(counting);
  const verdict: ExaminationVerdict = usable === undefined ? (failures > 0 ? 'not-usable' : 'undecided') : usable ? 'usable' : 'not-usable';
  watcher.found(verdictFinding(verdict, examination));
  return verdict;
}

function verdictFinding(verdict: ExaminationVerdict, { host }: Examination): Finding {
  const facts = { verdict };
  switch (verdict) {
    case 'usable':
      return finding('verdict', 'ok', `the lab can use ${host}`, { about: host, facts });
    case 'not-usable':
      return finding('verdict', 'failed', `the lab cannot use ${host}`, { about: host, facts });
    case 'undecided':
      return finding('verdict', 'skipped', `nothing stands in the way as far as a stranger sees`, {
        about: host,
        facts,
        remedy: { fix: 'Give a user with --user to find out whether the lab can use it.' },
      });
  }
}

/** The steps. Whether the host can be used; `undefined` when nobody could find out because nobody logged in. */
async function examine(context: StepContext): Promise<boolean | undefined> {
  const { examination } = context;
  const addresses = await resolveHost(context);
  if (addresses === undefined) return false;
  const open = await openPorts(addresses, context);
  const seen: SeenListener[] = [];
  for (const listener of open) {
    const one = await lookAtListener(listener, addresses, context);
    if (one) seen.push(one);
  }
  if (seen.length === 0) return false;
  if (examination.login === undefined) return undefined;
  return await enter(seen, addresses, context);
}

/** Tries all ports at once. That one is closed is no fault while another is open. */
async function openPorts(addresses: Addresses, { examination, limits, watcher, call }: StepContext): Promise<readonly Listener[]> {
  const { host, listeners } = examination;
  watcher.begins(`connect to ${listeners.map(({ port }) => port).join(' and ')}`);
  const own = (await ownAddressTowards(addresses)) ?? '<address of the lab>';
  const tried = await Promise.all(
    listeners.map(async (listener) => ({ listener, state: await tryPort(host, listener.port, addresses, limits.connectMs, call) })),
  );
  const someOpen = tried.some(({ state }) => state.kind === 'open');
  for (const { listener, state } of tried) {
    const about = String(listener.port);
    const facts = { port: listener.port, state: state.kind };
    const closed = (message: string, remedy: ReturnType<typeof remedies.noAnswer>): void =>
      watcher.found(
        someOpen
          ? finding('port', 'skipped', `${message}; another one is open`, { about, facts })
          : finding('port', 'failed', message, { about, facts, remedy }),
      );
    switch (state.kind) {
      case 'open':
        watcher.found(finding('port', 'ok', 'open', { about, facts }));
        break;
      case 'refused':
        closed('refused: nothing listens there', remedies.refused);
        break;
      case 'no-answer':
        closed(`no answer within ${limits.connectMs / 1000} s: dropped on the way`, remedies.noAnswer(listener.port, own));
        break;
      case 'no-route':
        closed(`not reachable (${quoted(state.reason)})`, remedies.noRoute);
        break;
    }
  }
  return tried.filter(({ state }) => state.kind === 'open').map(({ listener }) => listener);
}

/** Logs in to the best listener that lets us and looks around. */
async function enter(seen: readonly SeenListener[], addresses: Addresses, context: StepContext): Promise<boolean> {
  const { examination, watcher } = context;
  if (examination.login === undefined) return false;
  // HTTPS first: the host proves who it is, and nothing has to be sealed.
  const best = seen.toSorted((a, b) => Number(b.listener.protocol === 'https') - Number(a.listener.protocol === 'https'));
  for (const one of best) {
    const choice = chooseLogin(
      one,
      examination.login.authentication,
      examination.listeners.length === 1,
      best.filter((other) => other !== one),
    );
    if ('whyNot' in choice) {
      watcher.found(finding('log-in', 'skipped', `not tried: ${choice.whyNot}`, { about: urlOf(one.listener) }));
      continue;
    }
    await using client = await logIn(one, choice.authentication, examination.login, context);
    // The other listeners would refuse the same user for the same reason, and count it as an attack.
    return client !== undefined && (await lookAround(client, addresses, context));
  }
  return false;
}

async function lookAround(client: WinrmClient, addresses: Addresses, context: StepContext): Promise<boolean> {
  const shell = await openShell(client, context);
  if (shell === undefined) return false;
  try {
    const shellsAllowed = await lookAtConfiguration(client, addresses, context);
    const run = lineRunner(shell, context);
    if (!(await tryCommands(run, context))) return false;
    await measureLatency(run, context);
    await tryCopyWays(run, addresses, context);
    return shellsAllowed;
  } finally {
    using call = ownDeadline(CLEAN_UP_MS, 'Closing the shell');
    await shell.close(call).catch(() => {});
  }
}

async function openShell(client: WinrmClient, context: StepContext): Promise<WinrmShell | undefined> {
  const { limits, watcher, call } = context;
  watcher.begins('open a command shell');
  try {
    const shell = await within(call, limits.loggedInMs, 'opening a shell', (timed) => client.openShell({}, timed));
    watcher.found(finding('rights', 'ok', 'the user gets a command shell'));
    return shell;
  } catch (error) {
    call.signal.throwIfAborted();
    tellFailure('rights', undefined, error, context);
    return undefined;
  }
}

/** Reads what the service allows. Only administrators may, and some hosts keep it from them: that it cannot be read is no fault. */
async function lookAtConfiguration(client: WinrmClient, addresses: Addresses, context: StepContext): Promise<boolean> {
  const { limits, watcher, call } = context;
  watcher.begins('read the configuration of the service');
  try {
    const config = await within(call, limits.loggedInMs, 'reading the configuration', client.config);
    const findings = [...judgePolicy(config, isLoopback(addresses)), ...judgeLimits(config)];
    watcher.found(finding('configuration', 'ok', 'read'));
    for (const each of findings) watcher.found(each);
    return findings.every(({ state }) => state !== 'failed');
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    watcher.found(finding('configuration', 'skipped', `it is not given out: ${quoted(error.message)}`));
    return true;
  }
}
