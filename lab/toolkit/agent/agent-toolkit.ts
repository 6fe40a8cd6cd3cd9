import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { MeasuredProgram, MeasuredRun, ProgramRun, Toolkit, TreeListing } from '../../core/toolkit.ts';
import type { Connection } from '../../core/transport.ts';
import type { Answer } from '../answers.ts';
import { MOST_OUTPUT_BYTES } from '../answers.ts';
import type { Questions, Verb } from '../questions.ts';
import { invalidAnswer, readAnswer } from './read-answer.ts';
import { readableText } from './readable-text.ts';

/** Largest answer read; the tool promises to stay below. */
const MOST_ANSWER_BYTES = 16 << 20;
/** Kept of what the tool says on standard error, for the hint. */
const MOST_COMPLAINT_CHARACTERS = 500;
/** What Node ends with when there is no such script, and a shell when there is no such command. */
const NO_SUCH_TOOL = new Set([1, 9009]);

/**
 * The toolkit of a guest that carries the in-guest tool; `launcher` is the command line that starts it directly.
 *
 * Each call is one process in the guest and calls may overlap. What comes back is bounded, validated and compared with what was asked before anybody
 * sees it. Throws `toolkit.*`; `toolkit.start-failed` and `toolkit.archive-refused` may be the product's fault, all others are the guest's.
 */
export function agentToolkit(connection: Connection, launcher: string): Toolkit {
  const ask = async <V extends Verb>(verb: V, question: Questions[V], call: Call): Promise<Answer<V>> => {
    call.signal.throwIfAborted();
    const result = await connection.run(
      {
        line: `${launcher} request`,
        // A cmd.exe in between would cost as much as the tool itself.
        shell: 'none',
        stdin: Buffer.from(JSON.stringify({ verb, arguments: question })),
        maxOutputBytes: MOST_ANSWER_BYTES,
      },
      call,
    );
    const complaint = readableText(
      Buffer.from(result.stderr.subarray(0, 4 * MOST_COMPLAINT_CHARACTERS)).toString('utf8'),
      MOST_COMPLAINT_CHARACTERS,
    );
    if (result.ended === 'timed-out') throw LabError.of('toolkit.tool-failed', { verb, how: 'was ended by a time-out', complaint });
    if (result.exitCode !== 0) {
      if (NO_SUCH_TOOL.has(result.exitCode) && result.stdout.length === 0)
        throw LabError.of('toolkit.tool-missing', { launcher, complaint });
      throw LabError.of('toolkit.tool-failed', { verb, how: `ended with exit code ${result.exitCode}`, complaint });
    }
    if (result.truncated.stdout) throw invalidAnswer(verb, `it has more than ${MOST_ANSWER_BYTES} bytes`);
    return readAnswer(verb, result.stdout);
  };
  return {
    name: 'agent',
    describe: (call) => ask('describe', {}, call),
    makeTree: async (root, files, call) => void (await ask('makeTree', { root, files }, call)),
    listTree: async (root, options, call) => asAsked(await ask('listTree', { root, ...options }, call), options),
    unpack: (archive, to, call) => ask('unpack', { archive, to }, call),
    remove: async (path, call) => void (await ask('remove', { path }, call)),
    run: async (program, call) => withinBounds(await ask('run', program, call), program),
    measure: async (programs, rounds, call) => complete(await ask('measure', { programs, rounds }, call), programs, rounds),
    markDownloaded: async (file, mark, call) => void (await ask('markDownloaded', { file, mark }, call)),
    readDownloadMark: async (file, call) => (await ask('readDownloadMark', { file }, call)).mark,
    readSignature: (file, call) => ask('readSignature', { file }, call),
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
