import type { Test } from 'tap';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import type { JournalLine } from '../../core/event.ts';
import type { ReportFile, Reporter } from '../../core/reporter.ts';
import { fanOut } from '../../engine/reporting.ts';
import type { TextSink } from '../../reporters/text-sink.ts';
import { attacks } from '../fixtures/hostile-text.ts';
import { type SampleRun, finishedSample, sampleKinds, sampleRun } from '../fixtures/sample-run.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };

/** A clock that stands still: what a reporter shows then depends on the lines alone. Its sleepers wake only to be aborted. */
export const stoppedClock: Clock = {
  now: () => '2026-11-21T15:00:00.000Z',
  monotonicMs: () => 0,
  sleep: (_ms, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
};

/** Everything a reporter gave away. */
interface Shown {
  readonly text: string;
  readonly files: readonly ReportFile[];
}

async function show(make: MakeReporter, sample: SampleRun, lines: readonly JournalLine[]): Promise<Shown> {
  let text = '';
  const reporter = make({ write: (piece) => void (text += piece) }, stoppedClock);
  for (const line of lines) reporter.on(line);
  const files = (await reporter.finish?.(finishedSample(sample), call)) ?? [];
  reporter.close?.();
  return { text, files };
}

type MakeReporter = (stream: TextSink, clock: Clock) => Reporter;

/** What every reporter must keep, whatever it shows and to whom. `reader` tells whether its stream is for a person's eyes or for a program. */
export async function reporterContract(t: Test, name: string, reader: 'person' | 'program', make: MakeReporter): Promise<void> {
  for (const kind of sampleKinds) {
    await t.test(`${name}: a run that is ${kind} looks the same live and replayed`, async (t) => {
      const sample = sampleRun(kind);
      const replayed = sample.journalText
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as JournalLine);
      const live = await show(make, sample, sample.lines);
      t.ok(live.text.length > 0 || live.files.length > 0, 'it shows something');
      t.same(await show(make, sample, replayed), live);
    });
  }

  await t.test(`${name}: nothing a guest says does anything`, async (t) => {
    const { text, files } = await show(make, sampleRun('hostile'), sampleRun('hostile').lines);
    // ESC, BEL, U+009B, U+202E
    const controls =
      reader === 'person' ? /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u : /[\u0000-\u0009\u000b-\u001f]/u;
    t.notMatch(text, controls, 'no control character reaches the stream');
    if (reader === 'person')
      t.ok(
        text.split('\n').every((line) => line.length < 1500),
        'no line is endless',
      );
    for (const file of files) {
      t.match(file.fileName, /^[a-z0-9][a-z0-9.-]*$/, 'the name is plain');
      const content = typeof file.content === 'string' ? file.content : Buffer.from(file.content).toString('utf8');
      if (!file.mediaType.startsWith('text/html')) continue;
      t.notOk(content.includes(attacks.script), 'no script');
      t.notOk(content.includes(attacks.image), 'no image');
      t.notOk(content.includes(attacks.link), 'no link');
      t.notOk(content.includes(attacks.closers), 'nothing is closed early');
      t.notMatch(content, controls, 'no control character');
      t.ok(content.isWellFormed());
    }
  });

  await t.test(`${name}: a stream that throws harms nobody`, async (t) => {
    const failures: string[] = [];
    const reporter = make(
      {
        write: () => {
          throw new Error('EIO');
        },
      },
      stoppedClock,
    );
    const give = fanOut([reporter], (failed) => failures.push(failed));
    for (const line of sampleRun('emulated').lines) give(line);
    t.ok(failures.length <= 1, 'it is told once');
    await Promise.resolve(reporter.finish?.(finishedSample(sampleRun('emulated')), call)).catch((error: unknown) =>
      t.match(error, { message: 'EIO' }, 'the lab learns of it'),
    );
    t.doesNotThrow(() => reporter.close?.());
  });

  await t.test(`${name}: closing is allowed at any moment, and twice`, async (t) => {
    const { lines } = sampleRun('interrupted');
    for (const seen of [0, 1, 5, lines.length]) {
      const reporter = make({ write: () => true }, stoppedClock);
      for (const line of lines.slice(0, seen)) reporter.on(line);
      t.doesNotThrow(() => {
        reporter.close?.();
        reporter.close?.();
      });
    }
  });
}
