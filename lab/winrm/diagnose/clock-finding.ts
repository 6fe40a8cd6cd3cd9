import { finding } from './examination.ts';
import type { Finding } from './finding.ts';
import { remedies } from './remedies.ts';

/** What Kerberos tolerates, and more than certificates and file times forgive. */
const MOST_SKEW_MS = 300_000;

/** Compares the clocks by the `Date` header of an answer that has just come. `undefined` when it carries none that can be read. Pure. */
export function clockFinding(dateHeader: string | undefined, nowMs: number, about: string): Finding | undefined {
  const theirsMs = Date.parse(dateHeader ?? '');
  if (Number.isNaN(theirsMs)) return undefined;
  const skewMs = theirsMs - nowMs;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const facts = { skewSeconds: Math.round(skewMs / 1000) };
  if (Math.abs(skewMs) <= MOST_SKEW_MS)
    return finding('clock', 'ok', seconds < 2 ? 'the same as here' : `${seconds} s ${direction(skewMs)}`, { about, facts });
  return finding('clock', 'warning', `${seconds} s ${direction(skewMs)}: certificates and Kerberos go by it`, {
    about,
    facts,
    remedy: remedies.clock,
  });
}

const direction = (skewMs: number): string => (skewMs > 0 ? 'ahead of this machine' : 'behind this machine');
