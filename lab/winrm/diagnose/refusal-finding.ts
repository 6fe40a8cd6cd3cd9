import type { PlainAnswer } from './bounded-http.ts';
import { finding } from './examination.ts';
import { type Finding, quoted } from './finding.ts';
import { type Remedy, remedies } from './remedies.ts';

/** What an HTTP status says when a stranger asks a WinRM listener for nothing. `undefined` for the right answer, which is 401. Pure. */
export function refusalFinding({ status, headers }: PlainAnswer, about: string): Finding | undefined {
  if (status === 401) return undefined;
  const facts = { status };
  const failed = (what: string, remedy: Remedy): Finding => finding('http', 'failed', `HTTP ${status}: ${what}`, { about, facts, remedy });
  if (status === 407) return failed('a proxy asks for a log-in of its own', { fix: 'Reach the host without that proxy.', commands: [] });
  if (status === 404) return failed('no WinRM listens at that path, or no WinRM at all', remedies.notWinrm);
  if (status === 405) return failed('it is a web server that takes no POST', remedies.notWinrm);
  if (status >= 300 && status < 400)
    return failed(`it sends on to ${quoted(headers.location ?? 'nowhere')}, which no WinRM listener does`, remedies.notWinrm);
  if (status === 502 || status === 504) return failed('a gateway in between does not reach the host', remedies.notWinrm);
  if (status === 503) return failed('the service does not take requests', remedies.unavailable);
  if (status === 400) return failed('it does not understand the request; it may want HTTPS there', remedies.notWinrm);
  if (status >= 200 && status < 300) return failed('it lets in whoever comes, which no WinRM listener does', remedies.notWinrm);
  return failed('no answer of a WinRM listener', remedies.notWinrm);
}
