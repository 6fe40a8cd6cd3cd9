import { errorCatalogue } from '../../core/error-catalogue.ts';
import { type ErrorKind, errorKinds } from '../../core/error-entry.ts';
import { generatedNote } from './markdown.ts';

const meaning: Readonly<Record<ErrorKind, string>> = {
  usage: 'What was asked for is not possible. Exit code 2.',
  product: 'The release under test is at fault. Exit code 1.',
  host: 'The machine the lab runs on stood in the way. Exit code 3: nothing was decided.',
  guest: 'A guest stood in the way. Exit code 3: nothing was decided.',
  transport: 'The way to a guest stood in the way. Exit code 3: nothing was decided.',
  lab: 'The lab itself stood in the way. Exit code 3: nothing was decided.',
  interrupted: 'Somebody stopped it. Exit code 130.',
};

/** `docs/reference/errors.md`: every expected failure, by whose fault it is. */
export function errorsPage(): string {
  const sections = errorKinds.map((kind) => {
    const entries = Object.entries(errorCatalogue).filter(([, entry]) => entry.kind === kind);
    const errors = entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { message, hint }]) => `### ${code}\n\n${quoted(message)}\n\n${escaped(hint)}`);
    return [`## ${kind}`, meaning[kind], ...errors].join('\n\n');
  });
  return [
    generatedNote('lab/core/error-catalogue.ts'),
    '# Errors',
    'Every failure that the lab expects has a code, says what happened, and says what to do next. `{…}` stands for what differs from case to case. Anything else is a bug of the lab and is shown as `lab.bug`.',
    ...sections,
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${escaped(line)}`)
    .join('\n');

// what is in `code` stays, `*` and `_` and `<` outside it would be markup
const escaped = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[*_<]/g, '\\$&')))
    .join('');
