import type { Call } from '../../core/call.ts';
import type { Connection } from '../../core/transport.ts';
import type { Verb } from '../questions.ts';
import type { ToolProgram } from '../tool-program.ts';
import { type Exchange, MOST_ANSWER_BYTES, toolFailure } from './exchange.ts';
import { invalidAnswer } from './read-answer.ts';

const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;
/** Kept of what a resident tool prints beside its answers, for telling why it ended. */
const MOST_KEPT_BYTES = 4096;

/**
 * Processes of the in-guest tool that stay and answer question after question: a question takes one that is idle, or starts another. One that
 * failed in any way, or whose question was given up, is ended and not asked again. They end with the connection.
 */
export function residentExchange(connection: Connection, program: () => Promise<ToolProgram>): Exchange {
  const idle: ResidentTool[] = [];
  return async (verb, question, call) => {
    let tool = idle.pop();
    while (tool?.ended) tool = idle.pop();
    tool ??= new ResidentTool(connection, await program());
    const answer = await tool.exchange(verb, question, call);
    idle.push(tool);
    return answer;
  };
}

interface Asked {
  readonly verb: Verb;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

class ResidentTool {
  readonly #program: ToolProgram;
  readonly #stop = new AbortController();
  readonly #questions: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #asked: Asked | undefined;
  #parts: Uint8Array[] = [];
  #sizeBytes = 0;
  #ended = false;

  constructor(connection: Connection, program: ToolProgram) {
    this.#program = program;
    const command = {
      line: program.line,
      shell: program.shell,
      stdin: this.#standardInput(),
      maxOutputBytes: MOST_KEPT_BYTES,
      onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => {
        if (stream === 'stdout') this.#take(bytes);
      },
    } as const;
    // It outlives the questions, so its call is none of theirs.
    connection.run(command, { signal: this.#stop.signal, deadline: { remainingMs: () => Infinity } }).then(
      (result) => this.#over(toolFailure(this.#asked?.verb ?? 'describe', this.#program, result)),
      (error: unknown) => this.#over(error),
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  async exchange(verb: Verb, question: Uint8Array, call: Call): Promise<Uint8Array> {
    const giveUp = (): void => this.#end(call.signal.reason);
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.#asked = { verb, resolve, reject };
        call.signal.addEventListener('abort', giveUp, { once: true });
        this.#questions.push(question, Uint8Array.of(NEWLINE));
        this.#wake?.();
      });
    } catch (error) {
      this.#end(error);
      throw error;
    } finally {
      call.signal.removeEventListener('abort', giveUp);
    }
  }

  async *#standardInput(): AsyncGenerator<Uint8Array> {
    if (this.#program.opening !== undefined) yield this.#program.opening;
    while (!this.#ended) {
      if (this.#questions.length > 0) yield Buffer.concat(this.#questions.splice(0));
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(bytes: Uint8Array): void {
    const asked = this.#asked;
    if (this.#ended) return;
    if (asked === undefined) return this.#end(invalidAnswer('describe', 'nothing was asked'));
    // The caller's buffer is not ours to keep.
    this.#parts.push(Uint8Array.from(bytes));
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > MOST_ANSWER_BYTES) return this.#end(invalidAnswer(asked.verb, `it has more than ${MOST_ANSWER_BYTES} bytes`));
    const newline = bytes.indexOf(NEWLINE);
    if (newline < 0) return;
    if (newline !== bytes.length - 1) return this.#end(invalidAnswer(asked.verb, 'it has several lines'));
    const answer = Buffer.concat(this.#parts);
    // Noise: what follows would be taken for the answer to the next question.
    if (answer[0] !== OPENING_BRACE) return this.#end(invalidAnswer(asked.verb, 'it is not JSON'));
    this.#parts = [];
    this.#sizeBytes = 0;
    this.#asked = undefined;
    asked.resolve(answer);
  }

  /** The process is over, for whatever reason. */
  #over(error: unknown): void {
    this.#ended = true;
    this.#wake?.();
    this.#asked?.reject(error);
    this.#asked = undefined;
  }

  /** Ends the process: what it would say now would be taken for the answer to another question. */
  #end(error: unknown): void {
    if (this.#ended) return;
    this.#over(error);
    this.#stop.abort(error);
  }
}
