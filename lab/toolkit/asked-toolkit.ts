import type { BoxRepair, RepairableFact } from '../core/box-truth.ts';
import type { Call } from '../core/call.ts';
import type { MeasuredProgram, MeasuredRun, ProgramRun, Toolkit, TreeListing } from '../core/toolkit.ts';
import type { Exchange } from './agent/exchange.ts';
import { invalidAnswer, readAnswer } from './agent/read-answer.ts';
import type { Answer } from './answers.ts';
import { MOST_OUTPUT_BYTES } from './answers.ts';
import type { Questions, Verb } from './questions.ts';

/**
 * A toolkit whose end in the guest answers questions in JSON, reached by `exchange`.
 *
 * Calls may overlap. What comes back is bounded, validated and compared with what was asked before anybody sees it. Throws `toolkit.*`;
 * `toolkit.start-failed` and `toolkit.archive-refused` may be the product's fault, all others are the guest's.
 */
export function askedToolkit(name: Toolkit['name'], exchange: Exchange): Toolkit {
  const ask = async <V extends Verb>(verb: V, question: Questions[V], call: Call): Promise<Answer<V>> => {
    call.signal.throwIfAborted();
    return readAnswer(verb, await exchange(verb, Buffer.from(JSON.stringify({ verb, arguments: question })), call));
  };
  return {
    name,
    describe: (call) => ask('describe', {}, call),
    makeTree: async (root, files, call) => void (await ask('makeTree', { root, files }, call)),
    listTree: async (root, options, call) => asAsked(await ask('listTree', { root, ...options }, call), options),
    unpack: (archive, to, call) => ask('unpack', { archive, to }, call),
    remove: async (path, call) => void (await ask('remove', { path }, call)),
    run: async (program, call) => withinBounds(await ask('run', program, call), program),
    measure: async (programs, rounds, call) => complete(await ask('measure', { programs, rounds }, call), programs, rounds),
    markDownloaded: async (file, mark, call) => void (await ask('markDownloaded', { file, mark }, call)),
    readDownloadMark: async (file, call) => (await ask('readDownloadMark', { file }, call)).mark,
    readSignature: async (file, call) => ask('readSignature', { file }, call),
    readBox: (call) => ask('readBox', {}, call),
    repairBox: async (facts, clockUnixMs, call) => eachOf(facts, (await ask('repairBox', { facts, clockUnixMs }, call)).repairs),
  };
}

/** A listing must hold what was asked for: no more, sorted, nothing twice, digests only on files and only on demand. */
function asAsked(listing: Answer<'listTree'>, options: { readonly hash: boolean; readonly maxEntries: number }): TreeListing {
  const { entries } = listing;
  if (entries.length > options.maxEntries)
    throw invalidAnswer('listTree', `${entries.length} entries are more than the ${options.maxEntries} asked for`);
  for (const [index, entry] of entries.entries()) {
    const previous = entries[index - 1];
    if (previous !== undefined && previous.path >= entry.path) throw invalidAnswer('listTree', `entry ${index} is out of order`);
    if (entry.kind !== 'file' && (entry.sizeBytes !== 0 || entry.sha256 !== undefined))
      throw invalidAnswer('listTree', `entry ${index} is no file and has content`);
    if (!options.hash && entry.sha256 !== undefined) throw invalidAnswer('listTree', `entry ${index} has a digest that was not asked for`);
  }
  return listing;
}

function withinBounds(result: Answer<'run'>, program: ProgramRun): Answer<'run'> {
  const most = Math.min(program.maxOutputBytes ?? MOST_OUTPUT_BYTES, MOST_OUTPUT_BYTES);
  // Each kept byte becomes at most one UTF-16 code unit.
  if (result.stdout.length > most || result.stderr.length > most)
    throw invalidAnswer('run', `there is more output than the ${most} bytes asked for`);
  return result;
}

/** All runs must be there, in the order they were asked for: a missing one would shift a median. */
function complete(runs: Answer<'measure'>, programs: readonly MeasuredProgram[], rounds: number): readonly MeasuredRun[] {
  if (runs.length !== programs.length * rounds)
    throw invalidAnswer('measure', `${runs.length} runs instead of ${programs.length * rounds}`);
  for (const [index, run] of runs.entries()) {
    const round = Math.floor(index / programs.length);
    if (run.round !== round || run.series !== programs[index % programs.length]?.series)
      throw invalidAnswer('measure', `run ${index} is another than was asked for`);
  }
  return runs;
}

/** Each repair that was asked for must be told of, and no other. */
function eachOf(facts: readonly RepairableFact[], repairs: readonly BoxRepair[]): readonly BoxRepair[] {
  if (repairs.length !== facts.length || repairs.some(({ fact }, index) => fact !== facts[index]))
    throw invalidAnswer('repairBox', 'it tells of other repairs than were asked for');
  return repairs;
}
