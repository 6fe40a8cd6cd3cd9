import t from 'tap';
import { errorCatalogue } from '../../core/error-catalogue.ts';
import { textOf, trackedFiles } from './tracked-files.ts';

const lists = ['lab/core/error-catalogue.ts', 'lab/core/guest-errors.ts'];
const sources = trackedFiles('lab/**/*.ts', 'lab/*.ts').filter(
  (file) => !file.endsWith('.test.ts') && !file.startsWith('lab/testing/') && !lists.includes(file),
);
const code = sources.map(textOf).join('\n');

for (const [name, { message, hint }] of Object.entries(errorCatalogue)) {
  t.test(name, async (t) => {
    t.ok(code.includes(`'${name}'`), 'is thrown somewhere: else take it out of lab/core/error-catalogue.ts');
    t.match(name, /^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/, 'is named room.what');
    t.notMatch(message, /\.$/, 'the message has no full stop, since a place or a cause may follow it');
    // "…, then run again.", "apt-get install bubblewrap", "{advice}"
    t.match(hint, /^\S.*[^\s,:;]$/s, 'the hint says what to do');
    t.not(hint, message, 'which is more than what happened');
  });
}
