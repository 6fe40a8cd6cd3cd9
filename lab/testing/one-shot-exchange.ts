import type { Connection } from '../core/transport.ts';
import { agentProgram } from '../toolkit/agent/agent-program.ts';
import { type Exchange, MOST_ANSWER_BYTES, toolFailure } from '../toolkit/agent/exchange.ts';
import { invalidAnswer } from '../toolkit/agent/read-answer.ts';

/** A process of the in-guest tool for each question: what a scripted connection can answer. `launcher` is the command line that starts it directly. */
export const oneShotExchange =
  (connection: Connection, launcher: string): Exchange =>
  async (verb, question, call) => {
    const program = agentProgram(launcher, 'request');
    const { line, shell } = program;
    const result = await connection.run({ line, shell, stdin: question, maxOutputBytes: MOST_ANSWER_BYTES }, call);
    if (result.ended === 'timed-out' || result.exitCode !== 0) throw toolFailure(verb, program, result);
    if (result.truncated.stdout) throw invalidAnswer(verb, `it has more than ${MOST_ANSWER_BYTES} bytes`);
    return result.stdout;
  };
