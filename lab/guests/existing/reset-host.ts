import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { HostReset } from '../../core/existing-host.ts';
import type { GuestName } from '../../core/ids.ts';
import { exec } from '../../host/exec.ts';
import type { CredentialSources } from './host-endpoint.ts';

const MOST_REASON_CHARACTERS = 500;

/** Has a host brought back to its pristine state by whoever can. Throws `existing.reset-failed`. */
export async function resetHost(guest: GuestName, reset: HostReset, { environment, masker }: CredentialSources, call: Call): Promise<void> {
  const failed = (reason: string, cause?: unknown): LabError =>
    LabError.of(
      'existing.reset-failed',
      { guest, reason: reason.trim().slice(0, MOST_REASON_CHARACTERS) },
      cause === undefined ? {} : { cause },
    );
  const limit = AbortSignal.any([call.signal, AbortSignal.timeout(reset.limitSeconds * 1000)]);
  try {
    if ('command' in reset) {
      const [program = '', ...args] = reset.command;
      const result = await exec(program, args, { ...call, signal: limit });
      if (result.exitCode !== 0) throw failed(`${program} ended with ${result.exitCode}: ${masker.mask(result.stderr || result.stdout)}`);
      return;
    }
    const token = reset.tokenEnv === undefined ? undefined : environment[reset.tokenEnv];
    if (reset.tokenEnv !== undefined && !token) throw failed(`the environment has no ${reset.tokenEnv}`);
    const headers: Record<string, string> = token ? { authorization: `Bearer ${masker.secret(token).reveal()}` } : {};
    const response = await fetch(reset.url, { method: reset.method, headers, signal: limit, redirect: 'error' });
    await response.body?.cancel();
    if (!response.ok) throw failed(`the answer is HTTP ${response.status}`);
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof LabError && error.code === 'existing.reset-failed') throw error;
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
}
