import { toErrorData } from '../core/error.ts';
import type { ErrorData } from '../core/error.ts';
import type { JournalLine } from '../core/event.ts';
import type { Reporter } from '../core/reporter.ts';

/** Gives every line to every reporter. One that throws is left out from then on and `onFailure` is told; the run goes on. */
export function fanOut(
  reporters: readonly Reporter[],
  onFailure: (reporter: string, error: ErrorData) => void,
): (line: JournalLine) => void {
  const dead = new Set<Reporter>();
  return (line) => {
    for (const reporter of reporters) {
      if (dead.has(reporter)) continue;
      try {
        reporter.on(line);
      } catch (error) {
        dead.add(reporter);
        onFailure(reporter.name, toErrorData(error));
      }
    }
  };
}
