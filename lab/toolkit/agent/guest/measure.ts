import type { MeasuredRun } from '../../../core/toolkit.ts';
import type { Questions } from '../../questions.ts';
import { outputWatch } from './output-watch.ts';
import { watchPeakMemory } from './peak-memory.ts';
import { runToEnd } from './program.ts';
import { Refusal } from './refusal.ts';

const MOST_RUNS = 1000;

/**
 * `measure`: runs the programs in turn, round after round, so that what slows the machine down slows all series alike. Every run is told, the first
 * ones too: what counts as warming up is the caller's business. A run that timed out has not printed what was expected, whatever it printed.
 */
export async function measure({ programs, rounds }: Questions['measure']): Promise<readonly MeasuredRun[]> {
  if (!Array.isArray(programs) || !Number.isSafeInteger(rounds) || rounds < 0)
    throw new Refusal('bad-request', 'measure needs programs and rounds');
  if (programs.length * rounds > MOST_RUNS)
    throw new Refusal('bad-request', `${programs.length} programs × ${rounds} rounds are more than ${MOST_RUNS} runs`);
  if (programs.some(({ expectInStdout }) => typeof expectInStdout !== 'string' || expectInStdout === '')) {
    throw new Refusal('bad-request', 'every measured program needs a text to expect: an exit code is no evidence');
  }
  const runs: MeasuredRun[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const { series, program, expectInStdout } of programs) {
      const output = outputWatch(expectInStdout);
      const memory = watchPeakMemory(program.executable);
      let ended;
      try {
        ended = await runToEnd(program, {
          onOutput: (stream, bytes) => {
            if (stream === 'stdout') output.add(bytes);
          },
          onStarted: memory.started,
        });
      } finally {
        memory.stop();
      }
      const peakMemoryBytes = memory.peakBytes();
      runs.push({
        series,
        round,
        exitCode: ended.exitCode,
        expectedOutput: ended.ended === 'exited' && output.found(),
        durationMs: ended.durationMs,
        ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
        lastLine: output.lastLine(),
      });
    }
  }
  return runs;
}
