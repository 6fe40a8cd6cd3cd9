import { LabError } from '../../core/error.ts';
import { isVersion, versionOfTag } from './version-rules.ts';

/**
 * A changelog as Keep a Changelog 1.1.0 describes it, in pieces that put together are the file again, byte for byte. Texts here hold a byte in each
 * character (`latin1`), so that also what is no UTF-8 stays as it is.
 */
export interface Changelog {
  /** Everything before the first section. */
  readonly head: string;
  readonly sections: readonly ChangelogSection[];
  /** Link definitions at the end. */
  readonly foot: string;
  /** How its lines end. */
  readonly newline: '\n' | '\r\n';
}

export interface ChangelogSection {
  /** `unreleased`, a version, or nothing for another heading. */
  readonly name: string | undefined;
  /** The line of the heading with its end. */
  readonly heading: string;
  /** Everything up to the next section. */
  readonly body: string;
}

// ## [Unreleased]   ## [1.2.3] - 2026-11-21   ## v1.2.3
const HEADING = /^ {0,3}##[ \t]+(?:\[([^\]]{1,100})\]|([^\s[\]]{1,100}))/;
// [1.2.3]: https://example.org/compare/v1.2.2...v1.2.3
const DEFINITION = /^ {0,3}\[[^\]]{1,200}\]:[ \t]*\S/;
// ```ts   ~~~
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Takes a changelog apart. `release-notes.changelog-unclear` where a code block or comment never ends, or two sections have one name. */
export function parseChangelog(text: string, file: string): Changelog {
  const lines = text.split(/(?<=\n)/);
  const { isMarkup, unended } = plainMarkup(lines);
  if (unended !== undefined) throw LabError.of('release-notes.changelog-unclear', { file, reason: `${unended} in it never ends` });
  let footStart = lines.length;
  for (let index = lines.length - 1; index >= 0 && isMarkup[index]; index -= 1) {
    const line = lines[index] ?? '';
    if (DEFINITION.test(line)) footStart = index;
    else if (line.trim() !== '') break;
  }
  const headings = lines.flatMap((line, index) => (index < footStart && isMarkup[index] && /^ {0,3}##[ \t]/.test(line) ? [index] : []));
  const sections = headings.map((start, index): ChangelogSection => {
    const heading = lines[start] ?? '';
    const [, bracketed, bare] = HEADING.exec(heading) ?? [];
    return {
      name: sectionName(bracketed ?? bare ?? ''),
      heading,
      body: lines.slice(start + 1, headings[index + 1] ?? footStart).join(''),
    };
  });
  const names = sections.flatMap(({ name }) => name ?? []);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw LabError.of('release-notes.changelog-unclear', { file, reason: `${twice} has two sections` });
  return {
    head: lines.slice(0, headings[0] ?? footStart).join(''),
    sections,
    foot: lines.slice(footStart).join(''),
    newline: /\r\n/.test(lines[0] ?? '') ? '\r\n' : '\n',
  };
}

/** The file again. */
export const changelogText = ({ head, sections, foot }: Changelog): string =>
  head + sections.map(({ heading, body }) => heading + body).join('') + foot;

function sectionName(said: string): string | undefined {
  if (said.toLowerCase() === 'unreleased') return 'unreleased';
  return isVersion(said) ? said : versionOfTag(said);
}

/** Which lines are markup, that is in no code block and no comment; and what goes on beyond the last line. */
function plainMarkup(lines: readonly string[]): { readonly isMarkup: readonly boolean[]; readonly unended: string | undefined } {
  let fence: string | undefined;
  let isComment = false;
  const isMarkup = lines.map((line) => {
    const found = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (found?.startsWith(fence) && /^ {0,3}[`~]+\s*$/.test(line)) fence = undefined;
      return false;
    }
    if (isComment) {
      isComment = !line.includes('-->');
      return false;
    }
    if (found !== undefined) {
      fence = found;
      return false;
    }
    // What stands before a comment on its line is markup.
    const opening = line.lastIndexOf('<!--');
    isComment = /^ {0,3}<!--/.test(line) && !line.includes('-->', opening);
    return true;
  });
  return { isMarkup, unended: fence !== undefined ? 'a code block' : isComment ? 'a comment' : undefined };
}

/** Lines of a section that are markup: those in code blocks and comments are empty here, so that their places stay. */
export function markupLines(body: string): readonly string[] {
  const lines = body.split(/(?<=\n)/);
  const { isMarkup } = plainMarkup(lines);
  return lines.map((line, index) => (isMarkup[index] ? line : ''));
}
