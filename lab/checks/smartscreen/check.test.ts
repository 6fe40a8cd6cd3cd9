import * as fc from 'fast-check';
import t from 'tap';
import { assurances } from '../../core/assurance.ts';
import { type Answer, askCheck, codesOf } from '../../testing/ask-check.ts';
import { fakeBundle, fakePrograms } from '../../testing/fakes/fake-anivault.ts';
import { type MemoryGuestParts } from '../../testing/fakes/memory-guest.ts';
import { samplePolicy } from '../../testing/fixtures/sample-policy.ts';
import { valuesOf } from '../../testing/valid-values.ts';
import { smartScreen } from './check.ts';
import { type SmartScreenFacts, smartScreenFacts } from './facts.ts';
import { inWords, predict, predictAsExtracted, predictWorst } from './predict.ts';

const usual: MemoryGuestParts = { programs: fakePrograms, bundle: fakeBundle, startsFrom: 'installed' };
type Demands = Parameters<typeof askCheck>[2];
const ask = (parts: Partial<MemoryGuestParts> = {}, demands: Demands = {}): Promise<Answer<SmartScreenFacts>> =>
  askCheck(smartScreen, { ...usual, ...parts }, demands);

const unsigned = { isPortableExecutable: true, certificateTableBytes: 0 };
const signed = { isPortableExecutable: true, certificateTableBytes: 9000, digestMatches: true };

t.test('emulated: skipped, and the text says that nothing was observed', async (t) => {
  const { facts, outcome, guest } = await ask();
  t.same(codesOf(outcome), ['emulated-guest']);
  t.match(outcome, { reason: { text: /no SmartScreen on an emulated guest, so nothing was observed\. Predicted .* warns-unrecognised/ } });
  t.same(facts.archive.readBack, facts.archive.written);
  t.equal(facts.extracted.mark, undefined, 'the tool of this guest does not pass the mark on');
  t.same(guest.files.below(guest.scratch), [], 'what the check made is gone');
});

t.test('windows: inconclusive, for nobody has looked', async (t) => {
  const { outcome } = await ask({}, { assurance: 'windows' });
  t.same(codesOf(outcome), ['checks.smartscreen-unobserved']);
});

t.test('a required signature that is not there fails', async (t) => {
  const policy = { ...samplePolicy, signature: 'required' } as const;
  t.same(codesOf((await ask({}, { policy })).outcome), ['unsigned']);
  t.same(codesOf((await ask({ signature: signed }, { policy })).outcome), ['emulated-guest']);
});

t.test('a file that is no program, or not the one that was signed, fails', async (t) => {
  t.same(codesOf((await ask({ signature: { ...unsigned, isPortableExecutable: false } })).outcome), ['not-executable']);
  t.same(codesOf((await ask({ signature: { ...signed, digestMatches: false } })).outcome), ['signature-broken']);
});

t.test('a mark that does not stay is inconclusive', async (t) => {
  const lost = await ask({ verbs: () => ({ readDownloadMark: async () => undefined }) });
  t.same(codesOf(lost.outcome), ['checks.mark-lost']);
  const other = await ask({ verbs: () => ({ readDownloadMark: async () => ({ zoneId: 2 }) }) });
  t.match(other.outcome, { kind: 'inconclusive', error: { message: /zone 2/ } });
});

t.test('the table of predictions', async (t) => {
  const table = [
    ['not signed, marked', predict(unsigned, true, 'windows-10').reaction],
    ['not signed, not marked', predict(unsigned, false, 'windows-10').reaction],
    ['signed, marked', predict(signed, true, 'windows-10').reaction],
    ['signed, not marked', predict(signed, false, 'windows-10').reaction],
    ['changed since it was signed, marked', predict({ ...signed, digestMatches: false }, true, 'windows-10').reaction],
    [
      'signed, nobody could check the digest',
      predict({ isPortableExecutable: true, certificateTableBytes: 1 }, true, 'windows-10').reaction,
    ],
  ];
  t.same(table, [
    ['not signed, marked', 'warns-unrecognised'],
    ['not signed, not marked', 'no-prompt'],
    ['signed, marked', 'warns-until-reputation'],
    ['signed, not marked', 'no-prompt'],
    ['changed since it was signed, marked', 'warns-unrecognised'],
    ['signed, nobody could check the digest', 'warns-until-reputation'],
  ]);
  t.equal(predict(unsigned, true, 'windows-10').smartAppControl, undefined, 'Windows 10 has no Smart App Control');
  t.match(inWords(predict(unsigned, true, 'windows-11')), /Smart App Control is on it blocks/);
});

t.test('the worst case does not depend on what unpacked the archive', async (t) => {
  const { facts } = await ask({ signature: unsigned });
  t.equal(predictAsExtracted(facts).reaction, 'no-prompt');
  t.equal(predictWorst(facts).reaction, 'warns-unrecognised');
  const passedOn = { ...facts, extracted: { ...facts.extracted, mark: facts.archive.written } };
  t.equal(predictAsExtracted(passedOn).reaction, 'warns-unrecognised');
  const local = { ...facts, extracted: { ...facts.extracted, mark: { zoneId: 0 } } };
  t.equal(predictAsExtracted(local).reaction, 'no-prompt', 'a mark of this machine is no mark of the internet');
});

t.test('it never passes', async (t) => {
  const facts = valuesOf({ file: 'facts/smartscreen.v1.json', title: 'facts', schema: smartScreenFacts }) as fc.Arbitrary<SmartScreenFacts>;
  fc.assert(
    fc.property(
      facts,
      fc.constantFrom(...assurances),
      fc.constantFrom('required' as const, 'optional' as const),
      (value, assurance, signature) => {
        return smartScreen.judge(value, { ...samplePolicy, signature }, assurance).kind !== 'passed';
      },
    ),
  );
  t.pass('whatever the facts are');
});

t.test('every highlight of a prediction says that it is one', async (t) => {
  const { facts } = await ask();
  const lines = smartScreen.highlights(facts);
  t.match(lines[0], { label: 'Predicted, worst case', note: /not observed/ });
  t.same(
    lines.filter((line) => /warns|no-prompt/.test(line.value + (line.note ?? '')) && !/predicted/i.test(line.label + (line.note ?? ''))),
    [],
  );
});
