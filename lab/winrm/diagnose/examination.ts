import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { ToolkitKind } from '../../core/guest.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { Secret } from '../../core/secret.ts';
import type { Finding, FindingId } from './finding.ts';

/** One place where WinRM may be listened for. */
export interface Listener {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Who logs in, and how. `auto`: with what is offered and protects the password. */
export interface ExaminationLogin {
  readonly user: string;
  readonly password: Secret;
  readonly authentication: 'auto' | 'basic' | 'ntlm';
}

/** How long each kind of step may take, in milliseconds. */
export interface StepLimits {
  readonly resolveMs: number;
  readonly connectMs: number;
  /** One unauthenticated answer, from the first byte that is sent to the last that is read. */
  readonly answerMs: number;
  /** One step of those that need a log-in. */
  readonly loggedInMs: number;
}

export const stepLimits: StepLimits = { resolveMs: 10_000, connectMs: 5_000, answerMs: 10_000, loggedInMs: 30_000 };

/** What is examined, and with what. */
export interface Examination {
  readonly host: string;
  /** All are looked at; the best that answers is logged in to. Several: that one of them is closed is no fault. */
  readonly listeners: readonly Listener[];
  /** Absent: what only those who log in can see is left out. */
  readonly login?: ExaminationLogin;
  readonly certificateSha256?: Sha256;
  /** PEM */
  readonly certificateAuthority?: string;
  readonly toolkit: ToolkitKind;
  readonly limits?: Partial<StepLimits>;
}

/** Whom an examination tells what it does. */
export interface Watcher {
  /** A step begins that can take a while. */
  readonly begins: (what: string) => void;
  readonly found: (finding: Finding) => void;
}

/** What a step works with. */
export interface StepContext {
  readonly examination: Examination;
  readonly limits: StepLimits;
  readonly watcher: Watcher;
  readonly call: Call;
}

export const urlOf = ({ protocol, host, port, path }: Listener): string =>
  `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;

/** Makes a finding; what is `undefined` or empty is left out. */
export function finding(
  id: FindingId,
  state: Finding['state'],
  message: string,
  more: {
    readonly about?: string;
    readonly remedy?: { readonly fix: string; readonly commands?: readonly string[] };
    readonly facts?: Finding['facts'];
  } = {},
): Finding {
  const { about, remedy, facts } = more;
  return {
    id,
    ...(about === undefined ? {} : { about }),
    state,
    message,
    ...(remedy === undefined ? {} : { fix: remedy.fix }),
    ...(remedy?.commands === undefined || remedy.commands.length === 0 ? {} : { commands: [...remedy.commands] }),
    ...(facts === undefined ? {} : { facts }),
  };
}

/** Runs one step within its own limit. When that passes, `timedOut` says what it means; when the examination itself is over, its reason is thrown. */
export async function within<T>(call: Call, limitMs: number, what: string, step: (within: Call) => Promise<T>): Promise<T> {
  call.signal.throwIfAborted();
  const controller = new AbortController();
  const endsAtMs = performance.now() + limitMs;
  const timer = setTimeout(() => controller.abort(LabError.of('lab.deadline', { what, limit: `${limitMs / 1000} s` })), limitMs);
  const signal = AbortSignal.any([call.signal, controller.signal]);
  let stop: (() => void) | undefined;
  try {
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
    });
    // The step may wait for something that knows no signals, such as the system's resolver.
    return await Promise.race([
      step({ signal, deadline: { remainingMs: () => Math.max(0, Math.min(endsAtMs - performance.now(), call.deadline.remainingMs())) } }),
      aborted,
    ]);
  } finally {
    clearTimeout(timer);
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** Whether a step ended because its own limit passed. */
export const wasTooLong = (error: unknown): boolean => error instanceof LabError && error.code === 'lab.deadline';
