import type { Answer } from '../../answers.ts';
import type { Questions, Verb } from '../../questions.ts';
import { readBox, repairBox } from './box-truth.ts';
import { describeGuest } from './describe-guest.ts';
import { markDownloaded, readDownloadMark } from './download-mark.ts';
import { listTree } from './list-tree.ts';
import { makeTree } from './make-tree.ts';
import { measure } from './measure.ts';
import { readSignature } from './read-signature.ts';
import { removePath } from './remove-path.ts';
import { runProgram } from './run-program.ts';
import { unpack } from './unpack.ts';

/** Brands mean nothing in here: paths are checked when they are used. */
type Plain<T> = T extends string ? string : T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;

type Verbs = { readonly [V in Verb]: (question: Questions[V]) => Plain<Answer<V>> | Promise<Plain<Answer<V>>> };

/** What `request` can be asked. */
export const verbs: Verbs = {
  describe: describeGuest,
  makeTree,
  listTree,
  unpack,
  remove: removePath,
  run: runProgram,
  measure,
  markDownloaded,
  readDownloadMark,
  readSignature,
  readBox,
  repairBox,
};
