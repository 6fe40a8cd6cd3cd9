import { inspect } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { Masker, Secret } from './secret.ts';

t.test('a secret prints as stars whichever way it is turned into text', async (t) => {
  const secret = new Secret('hunter2');
  t.equal(String(secret), '***');
  t.equal(JSON.stringify({ secret }), '{"secret":"***"}');
  t.notMatch(inspect({ secret }, { depth: 5, showHidden: true }), /hunter2/);
  t.same(Object.keys(secret), []);
  t.equal(secret.reveal(), 'hunter2');
});

t.test('every form a secret travels in is masked, in any text', async () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 40 }), fc.string(), fc.string(), (value, before, after) => {
      const masker = new Masker();
      masker.register(value);
      const forms = [value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)];
      return forms.every((form) => !masker.mask(`${before}${form}${after}`).includes(value) || '***'.includes(value));
    }),
  );
});

t.test('short values are left alone: masking them would blank out ordinary words', async (t) => {
  const masker = new Masker();
  masker.register('abc');
  t.equal(masker.mask('abc'), 'abc');
});

t.test('a finished file is searched for base64 of both encodings too', async (t) => {
  const masker = new Masker();
  masker.register('correct horse');
  t.notOk(masker.findsIn(Buffer.from('nothing here')));
  t.ok(masker.findsIn(Buffer.from(`x${Buffer.from('correct horse', 'utf16le').toString('base64')}`)));
  t.ok(masker.findsIn(Buffer.concat([Buffer.from([0, 255]), Buffer.from('correct horse')])));
});
