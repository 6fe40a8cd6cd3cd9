import type { Command } from 'commander';
import { LabError } from '../../core/error.ts';
import type { WinrmAddress } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { diagnose } from '../../winrm/diagnose/diagnose.ts';
import type { Examination, Listener } from '../../winrm/diagnose/examination.ts';
import type { ExaminationVerdict } from '../../winrm/diagnose/finding.ts';
import type { CliContext } from '../cli-context.ts';
import { type GuestAddress, parseGuestAddress } from '../guest/guest-address.ts';
import { type LoginOptions, passwordFor, withLogin } from '../guest/login-options.ts';
import { trustFor, userOf } from '../guest/reach-guest.ts';
import { withJson } from '../options.ts';
import { runningGuests } from '../running-guests.ts';
import { type Wiring, wire } from '../wiring.ts';
import { findingWatcher } from './finding-watcher.ts';

const LIMIT_MS = 600_000;
const exitCodes: Readonly<Record<ExaminationVerdict, number>> = { usable: 0, 'not-usable': 3, undecided: 3 };

type TestOptions = LoginOptions & { readonly json?: boolean };

/** `lab winrm test`: says what a host offers and what is wrong with it. Exit code 0 when the lab can use it, 3 when it cannot or nobody logged in. */
export function addTest(winrm: Command, context: CliContext, finish: (exitCode: number) => void): void {
  const command = winrm
    .command('test')
    .description('say what a host offers over WinRM, what is wrong with it, and how to mend it')
    .argument('<host>', 'its name or address (both ports are tried), a URL such as https://host:5986/wsman, or a running guest’s name');
  withJson(withLogin(command, 'auto'), 'print one JSON object a finding').action(async (target: string, options: TestOptions) => {
    const wiring = wire(context.cwd as LocalPath, context);
    using call = callWithin(LIMIT_MS, 'the examination', wiring.clock, callUntil(context.signal));
    const examination = await examinationOf(target, options, wiring, context);
    using watcher = findingWatcher(context, options.json === true, wiring.masker);
    finish(exitCodes[await diagnose(examination, watcher, call)]);
  });
}

/** What is to be examined: a guest that runs here, one listener, or both usual ones of a host. */
async function examinationOf(target: string, options: TestOptions, wiring: Wiring, context: CliContext): Promise<Examination> {
  const running = (await runningGuests(wiring.folders.state, wiring.masker)).find(({ name }) => name === target);
  if (running) {
    if (running.endpoint.transport !== 'winrm')
      throw LabError.of('usage.invalid', { problem: `${target} is reached by SSH, not by WinRM` });
    return examinationOfRunning(running.endpoint);
  }
  const address = addressOf(target);
  const protocols: readonly Listener['protocol'][] =
    address.protocol === undefined
      ? options.certificateSha256 === undefined && options.ca === undefined
        ? ['https', 'http']
        : ['https']
      : [address.protocol];
  const listeners = protocols.map((protocol) => ({
    protocol,
    host: address.host,
    port: address.port ?? (protocol === 'https' ? 5986 : 5985),
    path: address.path ?? '/wsman',
  }));
  const trust = await trustFor({ protocol: protocols[0] ?? 'https', url: target }, options, context);
  const login = await loginOf(address, options, wiring, context);
  return { host: address.host, listeners, ...(login === undefined ? {} : { login }), ...trust, toolkit: { kind: 'powershell' } };
}

function examinationOfRunning({
  url,
  user,
  password,
  authentication,
  certificateSha256,
  certificateAuthority,
  toolkit,
}: WinrmAddress): Examination {
  const address = parseGuestAddress(url);
  if (address.kind !== 'winrm') throw new TypeError(`not a URL of WinRM: ${url}`);
  const { protocol, host, port, path } = address;
  return {
    host,
    listeners: [{ protocol, host, port, path }],
    login: { user, password, authentication },
    ...(certificateSha256 === undefined ? {} : { certificateSha256 }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    toolkit,
  };
}

interface TestAddress {
  readonly host: string;
  readonly user?: string;
  readonly protocol?: Listener['protocol'];
  readonly port?: number;
  readonly path?: string;
}

/** A URL as other commands take it, or a bare name or address, with a port or without. */
function addressOf(target: string): TestAddress {
  if (target.includes('://')) {
    const address: GuestAddress = parseGuestAddress(target);
    if (address.kind !== 'winrm') throw LabError.of('usage.invalid', { problem: `${target} is not WinRM` });
    return address;
  }
  // win.example.test, 192.0.2.10, [2001:db8::10], 2001:db8::10, each with or without :5986
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)|([a-z0-9_](?:[a-z0-9._-]{0,252})))(?::(\d{1,5}))?$/i.exec(
    target,
  );
  const host = match?.[1] ?? match?.[2] ?? match?.[3];
  const port = match?.[4] === undefined ? undefined : Number(match[4]);
  if (host === undefined || port === 0 || (port ?? 1) > 65_535)
    throw LabError.of('usage.invalid', {
      problem: `${target} is no host: give a name, an address or a URL such as https://host:5986/wsman`,
    });
  if (port === undefined) return { host };
  // A port alone does not say what is spoken there; WinRM's own for HTTP is the only one that is plain by custom.
  return { host, port, protocol: port === 5985 || port === 80 ? 'http' : 'https' };
}

async function loginOf(address: TestAddress, options: TestOptions, { masker }: Wiring, context: CliContext): Promise<Examination['login']> {
  const { user: named, passwordEnv, passwordFile, authentication } = options;
  if (named === undefined && address.user === undefined) {
    if (passwordEnv !== undefined || passwordFile !== undefined)
      throw LabError.of('usage.invalid', { problem: 'A password without a user: give --user' });
    return undefined;
  }
  const user = userOf(address, options, address.host);
  return {
    user,
    password: await passwordFor(`${user} at ${address.host}`, options, masker, context),
    authentication: authentication ?? 'auto',
  };
}
