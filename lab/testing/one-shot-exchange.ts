import type { Connection } from '../core/transport.ts';
import { type Exchange, MOST_ANSWER_BYTES, toolFailure } from '../toolkit/agent/exchange.ts';
import { invalidAnswer } from '../toolkit/agent/read-answer.ts';

/** A process of the in-guest tool for each question: what a scripted connection can answer. `launcher` is the command line that starts it directly. */
export const oneShotExchange =
  (connection: Connection, launcher: string): Exchange =>
  async (verb, question, call) => {
    // A cmd.exe in between would cost as much as the tool itself.
    const result = await connection.run(
      { line: `${launcher} request`, shell: 'none', stdin: question, maxOutputBytes: MOST_ANSWER_BYTES },
      call,
    );
    if (result.ended === 'timed-out' || result.exitCode !== 0) throw toolFailure(verb, launcher, result);
    if (result.truncated.stdout) throw invalidAnswer(verb, `it has more than ${MOST_ANSWER_BYTES} bytes`);
    return result.stdout;
  };
