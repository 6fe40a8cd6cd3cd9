import type { Clock } from '../../core/clock.ts';
import { liveRegion } from '../../reporters/terminal/live-region.ts';
import { fitColumns } from '../../reporters/wording/display-width.ts';
import { durationText, sizeText } from '../../reporters/wording/quantity.ts';
import type { OutputStream } from '../cli-context.ts';

/** Long enough for a steady figure, short enough to follow a change. */
const RATE_SPAN_MS = 4_000;
const DRAW_EVERY_MS = 100;
/** Between two lines where nobody watches. */
const LINE_EVERY_MS = 5_000;
const MOST_BAR_COLUMNS = 30;

interface Sample {
  readonly atMs: number;
  readonly done: number;
}

/** How far a copy is, from what was reported so far. */
export class CopyRate {
  readonly #samples: Sample[] = [];

  add(done: number, atMs: number): void {
    this.#samples.push({ atMs, done });
    // One that is older than the span stays, to measure from.
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? Infinity) < atMs - RATE_SPAN_MS) this.#samples.shift();
  }

  /** Bytes a second over the last seconds; `undefined` while there is too little to tell. */
  perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < 50) return undefined;
    return (last.done - first.done) / ((last.atMs - first.atMs) / 1000);
  }

  /** `42 %  42.0 MB of 100.0 MB, 22.1 MB/s, 3 s left` */
  describe(done: number, total: number): string {
    const rate = this.perSecond();
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    const speed =
      rate === undefined || rate <= 0
        ? ''
        : `, ${sizeText(Math.round(rate))}/s, ${durationText(Math.ceil((total - done) / rate) * 1000)} left`;
    return `${String(percent).padStart(3)} %  ${sizeText(done)} of ${sizeText(total)}${done < total ? speed : ''}`;
  }
}

/** Shows how far a copy is: a bar that moves on a terminal, now and then a line elsewhere. Dispose it before anything else is written. */
export interface CopyProgress extends Disposable {
  readonly show: (done: number, total: number) => void;
}

export function copyProgress(stream: OutputStream, isTerminal: boolean, clock: Pick<Clock, 'monotonicMs'>): CopyProgress {
  const rate = new CopyRate();
  const region = isTerminal ? liveRegion(stream, () => ({ columns: stream.columns ?? 80, rows: 24 })) : undefined;
  let nextMs = isTerminal ? 0 : clock.monotonicMs() + LINE_EVERY_MS;
  return {
    show: (done, total) => {
      const nowMs = clock.monotonicMs();
      rate.add(done, nowMs);
      if (nowMs < nextMs) return;
      nextMs = nowMs + (isTerminal ? DRAW_EVERY_MS : LINE_EVERY_MS);
      const text = rate.describe(done, total);
      if (region === undefined) {
        stream.write(`${text.trim()}\n`);
        return;
      }
      const columns = stream.columns ?? 80;
      const room = Math.min(MOST_BAR_COLUMNS, columns - text.length - 4);
      const filled = total === 0 ? room : Math.round((done / total) * room);
      const line = room < 5 ? fitColumns(text, columns - 1) : `${'█'.repeat(filled)}${'░'.repeat(room - filled)} ${text}`;
      region.draw([{ plain: line, painted: line }]);
    },
    [Symbol.dispose]: () => region?.end(),
  };
}
