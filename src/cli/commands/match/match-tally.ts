import type { EventOf } from '../../../contract/cli-event.ts';
import { type ExitCode, exitCodes } from '../../../core/exit-code.ts';
import type { ProgramError } from '../../../core/program-error.ts';
import type { FileMatch } from '../../../match/match-files.ts';

/** The numbers of a summary. */
export type MatchNumbers = Pick<
  EventOf<'match-summary'>,
  'files' | 'matched' | 'uncertain' | 'none' | 'notUnderstood' | 'unanswered' | 'titles'
>;

/** Counts what became of files. */
export interface MatchTally {
  readonly add: (match: FileMatch) => void;
  readonly numbers: () => MatchNumbers;
  /** Why the first file was not answered for, when no file at all was: then nothing was done. */
  readonly nothingAnswered: () => ProgramError | undefined;
  /** 0 when every file was matched, else 10. */
  readonly exitCode: () => ExitCode;
}

export function tallyMatches(): MatchTally {
  let files = 0;
  const counts: Record<FileMatch['verdict'], number> = { matched: 0, uncertain: 0, none: 0, 'not-understood': 0, unanswered: 0 };
  const titles = new Set<string>();
  let first: ProgramError | undefined;
  return {
    add: (match) => {
      files += 1;
      counts[match.verdict] += 1;
      if (match.verdict === 'unanswered') first ??= match.problem;
      const [best] = match.verdict === 'matched' ? match.candidates : [];
      if (best !== undefined) titles.add(`${best.kind}:${best.id}`);
    },
    numbers: () => {
      const { 'not-understood': notUnderstood, ...others } = counts;
      return { files, ...others, notUnderstood, titles: titles.size };
    },
    nothingAnswered: () => (counts.unanswered > 0 && counts.unanswered + counts['not-understood'] === files ? first : undefined),
    exitCode: () => (counts.matched === files ? exitCodes.success : exitCodes.partialSuccess),
  };
}
