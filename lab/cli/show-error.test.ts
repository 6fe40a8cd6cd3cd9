import t from 'tap';
import { LabError } from '../core/error.ts';
import { Masker } from '../core/secret.ts';
import { showError } from './show-error.ts';

t.test('no secret stands in what is said about a failure', async (t) => {
  let said = '';
  const masker = new Masker();
  masker.register('hunter22');
  const quiet = { write: () => {} };
  const context = {
    stdout: quiet,
    stderr: { write: (text: string) => void (said += text) },
    environment: {},
    cwd: '.',
    signal: AbortSignal.timeout(1000),
    masker,
  };
  const error = LabError.of(
    'usage.invalid',
    { problem: 'hunter22 is wrong' },
    { where: 'at hunter22', cause: new Error('hunter22, aHVudGVyMjI=') },
  );
  t.equal(showError(error, context), 2);
  t.equal(showError(new Error('a bug with hunter22'), context), 3);
  t.match(said, /\*\*\* is wrong/);
  t.notMatch(said, /hunter22|aHVudGVyMjI/);
});
