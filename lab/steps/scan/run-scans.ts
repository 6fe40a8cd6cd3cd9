import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { type ScanResult, type ScanSubject, type Scanner, asOf, scanInWords } from '../../core/scan.ts';
import { callWithin } from '../../engine/deadline.ts';
import { type Answer, type ScanReuse, scanOrReuse } from './reuse-scan.ts';

export interface RunScansOptions {
  readonly clock: Clock;
  /** One scanner may take so long; then it has not run. */
  readonly limitMs: number;
  /** Scanners at a time. */
  readonly parallel: number;
  /** Answers that still hold are given again; absent: every scanner looks. */
  readonly reuse?: ScanReuse;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/**
 * Asks every scanner. Resolves with an answer of each, in their order: one that throws, takes too long or does not heed its signal has not run, and
 * keeps no other from running. Rejects only when the call is aborted.
 */
export async function runScans(
  scanners: readonly Scanner[],
  subject: ScanSubject,
  options: RunScansOptions,
  call: Call,
): Promise<readonly ScanResult[]> {
  const { clock, onProgress, parallel } = options;
  const results = new Map<Scanner, ScanResult>();
  const waiting = [...scanners.filter(({ waits }) => waits), ...scanners.filter(({ waits }) => !waits)];
  const work = async (): Promise<void> => {
    for (let scanner = waiting.shift(); scanner !== undefined; scanner = waiting.shift()) {
      const startedMs = clock.monotonicMs();
      const scanned = await scanWithin(scanner, subject, options, call);
      const { id, title, question } = scanner;
      results.set(scanner, { scanner: id, title, question, ...scanned, durationMs: clock.monotonicMs() - startedMs });
      onProgress(`${id}: ${scanInWords(scanned.outcome)}${asOf(scanned)}`, results.size, scanners.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, scanners.length) }, work));
  return scanners.flatMap((scanner) => results.get(scanner) ?? []);
}

async function scanWithin(scanner: Scanner, subject: ScanSubject, options: RunScansOptions, call: Call): Promise<Answer> {
  const { clock, limitMs, reuse } = options;
  call.signal.throwIfAborted();
  using limited = callWithin(limitMs, `the scan ${scanner.id}`, clock, call);
  try {
    return believed(
      await orAborted(reuse ? scanOrReuse(scanner, subject, reuse, limited) : scanner.scan(subject, limited), limited.signal),
    );
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      looked: { files: 0, bytes: 0 },
      outcome: { kind: 'not-run', reason, fix: `Try it alone: npm run lab -- scan --only ${scanner.id}` },
    };
  }
}

/** A scanner that missed what was put before it has not looked, whatever it says; what it did find stands. */
function believed(answer: Answer): Answer {
  const { control, outcome } = answer;
  if (control === undefined || control.caught || outcome.kind !== 'clean') return answer;
  return {
    ...answer,
    outcome: {
      kind: 'not-run',
      reason: `it did not find ${control.what}, so that it found nothing else means nothing`,
      fix: 'Mend the tool or its database; it has to find what is put before it.',
    },
  };
}

/** The work's own end, or the signal's reason if that comes first: a scanner that does not heed its signal must not hold the others up. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
