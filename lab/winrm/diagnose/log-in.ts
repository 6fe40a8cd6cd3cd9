import { LabError } from '../../core/error.ts';
import { type WinrmClient, openWinrmClient } from '../client/winrm-client.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
import { type ExaminationLogin, type StepContext, finding, urlOf, within } from './examination.ts';
import { type FindingId, quoted } from './finding.ts';
import type { SeenListener } from './look-at-listener.ts';
import { type Remedy, remedies } from './remedies.ts';

/** How to log in to a listener, or why not. */
export type LoginChoice = { readonly authentication: 'basic' | 'ntlm' } | { readonly whyNot: string };

/**
 * How a listener is to be logged in to, where `others` were seen beside it. A password goes only where the certificate is trusted, and in the clear
 * only when the person asked for both Basic and HTTP by name. Whoever can show a false certificate could also offer plain HTTP, so that is no way
 * out. Pure.
 */
export function chooseLogin(
  { listener, offers, trusted }: SeenListener,
  wanted: ExaminationLogin['authentication'],
  chosenByName: boolean,
  others: readonly SeenListener[] = [],
): LoginChoice {
  if (listener.protocol === 'http' && others.some((other) => !other.trusted))
    return { whyNot: 'the certificate of its HTTPS listener is not trusted; to use HTTP nevertheless, name it by its URL' };
  if (!trusted) return { whyNot: 'its certificate is not trusted, so no password is sent there' };
  switch (wanted) {
    case 'ntlm':
      return offers.negotiate ? { authentication: 'ntlm' } : { whyNot: 'it does not offer Negotiate' };
    case 'basic':
      if (!offers.basic) return { whyNot: 'it does not offer Basic' };
      if (listener.protocol === 'http' && !chosenByName)
        return { whyNot: 'Basic over plain HTTP would show the password; to try it nevertheless, name the listener by its URL' };
      return { authentication: 'basic' };
    case 'auto':
      if (offers.negotiate) return { authentication: 'ntlm' };
      if (offers.basic && listener.protocol === 'https') return { authentication: 'basic' };
      return {
        whyNot: offers.basic
          ? 'it offers only Basic over plain HTTP, which would show the password'
          : 'it offers nothing that the lab speaks',
      };
  }
}

/** Faults that say that the user was let in and may not do that. */
const DENIED: ReadonlySet<number | undefined> = new Set([faultCodes.accessDenied, faultCodes.accessDeniedHresult]);

/** Logs in. `undefined`, and a finding, when that fails. */
export async function logIn(
  seen: SeenListener,
  authentication: 'basic' | 'ntlm',
  { user, password }: ExaminationLogin,
  { examination, limits, watcher, call }: StepContext,
): Promise<WinrmClient | undefined> {
  const url = urlOf(seen.listener);
  const { certificateSha256, certificateAuthority } = examination;
  const scheme = authentication === 'ntlm' ? 'NTLM' : 'Basic';
  watcher.begins(`log in to ${url} as ${quoted(user)}`);
  try {
    const client = await within(call, limits.loggedInMs, 'the log-in', (timed) =>
      openWinrmClient(
        {
          url,
          user,
          password,
          authentication,
          ...(certificateSha256 === undefined ? {} : { certificateSha256 }),
          ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
        },
        timed,
      ),
    );
    const { productVendor, productVersion } = client.identity;
    const facts = { url, scheme, productVendor: quoted(productVendor), productVersion: quoted(productVersion) };
    watcher.found(finding('log-in', 'ok', `${quoted(user)} by ${scheme}: ${facts.productVersion}`, { about: url, facts }));
    return client;
  } catch (error) {
    call.signal.throwIfAborted();
    if (DENIED.has(faultOf(error)?.code)) {
      watcher.found(finding('log-in', 'ok', `${quoted(user)} by ${scheme}`, { about: url, facts: { url, scheme } }));
      tellFailure('rights', undefined, error, { watcher });
      return undefined;
    }
    tellFailure('log-in', url, error, { watcher });
    return undefined;
  }
}

/** Tells why a step failed, with the remedy for that reason. Rethrows what is a bug of ours. */
export function tellFailure(id: FindingId, about: string | undefined, error: unknown, { watcher }: Pick<StepContext, 'watcher'>): void {
  if (!(error instanceof LabError)) throw error;
  const fault = faultOf(error);
  const more = {
    ...(about === undefined ? {} : { about }),
    remedy: remedyFor(error, fault?.code),
    facts: { code: error.code, ...(fault?.code === undefined ? {} : { fault: fault.code }) },
  };
  const message = fault === undefined ? error.message : `WinRM fault ${fault.code ?? fault.subcode ?? fault.value}: ${fault.reason}`;
  watcher.found(finding(id, 'failed', quoted(message), more));
}

function remedyFor(error: LabError, fault: number | undefined): Remedy {
  switch (fault) {
    case faultCodes.accessDenied:
    case faultCodes.accessDeniedHresult:
      return remedies.rights;
    case faultCodes.shellsNotAllowed:
    case faultCodes.invalidResourceUri:
    case faultCodes.unsupportedAction:
      return remedies.remoteShell;
    case faultCodes.shellsPerUser:
      return remedies.shellsFull;
    case undefined:
      return error.code === 'winrm.authentication-refused' ? remedies.logIn : { fix: error.hint.slice(0, 1000), commands: [] };
    default:
      return { fix: error.hint.slice(0, 1000), commands: [] };
  }
}
