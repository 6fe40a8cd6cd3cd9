import { fork } from 'node:child_process';
import { X509Certificate, createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { PullRoute, SshAddress, WinrmAddress } from '../../core/guest.ts';
import type { Sha256 } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { guestTls } from '../winrm/guest-tls.ts';
import { type EndpointDoors, type EndpointSettings, endpointMessage } from './winrm-endpoint-frames.ts';

/** An endpoint in a process of its own, with WinRM over HTTP and HTTPS and with SSH before the same processes. */
export interface OwnEndpoint extends AsyncDisposable {
  readonly http: WinrmAddress;
  readonly https: WinrmAddress;
  readonly ssh: SshAddress;
  /** The process that serves them; what runs behind them are its descendants. */
  readonly pid: number;
  /** How long each process behind it took, from being asked for to the end of its output, in the order they ended. Grows. */
  readonly processMs: readonly number[];
}

const USER = 'bench';
const PASSWORD_BYTES = 18;

/** Starts one; rejects when it does not come up. It ends with this process, whatever ends that. */
export async function ownEndpoint(behind: EndpointSettings['behind'], launcher: string, call: Call): Promise<OwnEndpoint> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const child = fork(path.join(import.meta.dirname, 'winrm-endpoint-process.ts'), { execArgv: ['--no-warnings', ...process.execArgv] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await gone;
  };
  const processMs: number[] = [];
  try {
    const doors = await new Promise<EndpointDoors>((resolve, reject) => {
      child.on('message', (text) => {
        const message = endpointMessage.parse(text);
        if ('ready' in message) resolve(message.ready);
        else if ('failed' in message) reject(new Error(message.failed));
        else processMs.push(message.processMs);
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the endpoint's process ended with ${code}`)));
      call.signal.addEventListener('abort', () => reject(call.signal.reason), { once: true });
      child.send({ user: USER, password, launcher, behind } satisfies EndpointSettings);
    });
    const secret = new Secret(password);
    const common = { user: USER, toolkit: { kind: 'agent', launcher } as const, ...(doors.pull ? { pull: pullOf(doors.pull) } : {}) };
    const http: WinrmAddress = { ...common, transport: 'winrm', url: doors.http, password: secret, authentication: 'ntlm' };
    const https: WinrmAddress = { ...http, url: doors.https, certificateSha256: pinOf(guestTls.cert) };
    const ssh: SshAddress = { ...common, ...doors.ssh, transport: 'ssh', login: { password: secret } };
    return { http, https, ssh, pid: child.pid ?? 0, processMs, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** SHA-256 of a certificate, as an endpoint's pin has it. */
const pinOf = (pem: string): Sha256 => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex') as Sha256;

const pullOf = ({ listen, urlInGuest }: NonNullable<EndpointDoors['pull']>): PullRoute => ({
  listen,
  ...(urlInGuest === undefined ? {} : { urlInGuest }),
});
