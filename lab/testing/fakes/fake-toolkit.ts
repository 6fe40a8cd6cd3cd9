import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../core/call.ts';
import type { Toolkit } from '../../core/toolkit.ts';

type Verb = Exclude<keyof Toolkit, 'name'>;
type WithoutCall<T extends readonly unknown[]> = T extends readonly [...infer Rest, Call] ? Rest : never;

/** What a verb is asked with, the call left out. */
export type Question<V extends Verb = Verb> = V extends Verb ? WithoutCall<Parameters<Toolkit[V]>> : never;
type AnswerOf<V extends Verb> = Awaited<ReturnType<Toolkit[V]>>;

/** One call that is expected, and what comes of it. Without `question` any question will do. */
export type ScriptedCall = {
  [V in Verb]: { readonly verb: V; readonly question?: Question<V> } & ({ readonly answer: AnswerOf<V> } | { readonly error: Error });
}[Verb];

export interface FakeToolkit extends Toolkit {
  /** What is still expected; empty when the script was played to its end. */
  readonly pending: () => readonly string[];
}

/** A strict fake: answers from a script, in order, and throws with what was expected for anything else. Calls answer at once and are not aborted later. */
export function fakeToolkit(script: readonly ScriptedCall[], name: Toolkit['name'] = 'agent'): FakeToolkit {
  const waiting = [...script];
  const play =
    <V extends Verb>(verb: V) =>
    async (...given: readonly unknown[]): Promise<AnswerOf<V>> => {
      const question = given.slice(0, -1);
      (given.at(-1) as Call).signal.throwIfAborted();
      const happened = `${verb}(${shown(question)})`;
      const expected = waiting[0];
      if (expected === undefined) throw new Error(`${happened} came and nothing was expected any more`);
      if (expected.verb !== verb || (expected.question !== undefined && !isDeepStrictEqual(question, [...expected.question]))) {
        throw new Error(`${happened} came and ${describe(expected)} was expected`);
      }
      waiting.shift();
      if ('error' in expected) throw expected.error;
      return expected.answer as AnswerOf<V>;
    };
  return {
    name,
    describe: play('describe'),
    makeTree: play('makeTree'),
    listTree: play('listTree'),
    unpack: play('unpack'),
    remove: play('remove'),
    run: play('run'),
    measure: play('measure'),
    markDownloaded: play('markDownloaded'),
    readDownloadMark: play('readDownloadMark'),
    readSignature: play('readSignature'),
    readBox: play('readBox'),
    repairBox: play('repairBox'),
    pending: () => waiting.map(describe),
  };
}

/** Passes every call on to `real` and appends it, with what came of it, to `script`: what {@link fakeToolkit} can play again. */
export function recordingToolkit(real: Toolkit, script: ScriptedCall[]): Toolkit {
  const record =
    <V extends Verb>(verb: V) =>
    async (...given: readonly unknown[]): Promise<AnswerOf<V>> => {
      const question = structuredClone(given.slice(0, -1));
      try {
        const answer = (await (real[verb] as (...all: readonly unknown[]) => Promise<unknown>)(...given)) as AnswerOf<V>;
        script.push({ verb, question, answer } as unknown as ScriptedCall);
        return answer;
      } catch (error) {
        script.push({ verb, question, error } as unknown as ScriptedCall);
        throw error;
      }
    };
  return {
    name: real.name,
    describe: record('describe'),
    makeTree: record('makeTree'),
    listTree: record('listTree'),
    unpack: record('unpack'),
    remove: record('remove'),
    run: record('run'),
    measure: record('measure'),
    markDownloaded: record('markDownloaded'),
    readDownloadMark: record('readDownloadMark'),
    readSignature: record('readSignature'),
    readBox: record('readBox'),
    repairBox: record('repairBox'),
  };
}

const MOST_SHOWN = 300;

const shown = (question: readonly unknown[]): string => question.map((part) => JSON.stringify(part)?.slice(0, MOST_SHOWN)).join(', ');

const describe = (expected: ScriptedCall): string =>
  `${expected.verb}(${expected.question === undefined ? 'anything' : shown(expected.question)})`;
