import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import t from 'tap';
import type { Toolkit } from '../../core/toolkit.ts';
import { remotePath } from '../../core/ids.ts';
import { LabError } from '../../core/error.ts';
import { type Answer, askCheck, codesOf } from '../../testing/ask-check.ts';
import { openCall } from '../../testing/calls.ts';
import { fakeAnivault, fakeBundle, fakePrograms, programsWith } from '../../testing/fakes/fake-anivault.ts';
import { type MemoryGuestParts, memoryGuest } from '../../testing/fakes/memory-guest.ts';
import { cleanInstall } from './check.ts';
import type { CleanInstallFacts } from './facts.ts';

const usual: MemoryGuestParts = { programs: fakePrograms, bundle: fakeBundle, startsFrom: 'pristine' };
const ask = (parts: Partial<MemoryGuestParts> = {}): Promise<Answer<CleanInstallFacts>> => askCheck(cleanInstall, { ...usual, ...parts });

t.test('a good release passes, and the guest is as it was', async (t) => {
  const { facts, outcome, guest } = await ask();
  t.same(outcome, { kind: 'passed' });
  t.same([facts.unpacked.files, facts.unpacked.matching, facts.unpacked.tool], [2, 2, 'memory']);
  t.same(
    facts.components.found.map((found) => found.package),
    ['anitomyscript', 'sodium-native'],
  );
  t.ok(facts.apply.moved > 10, 'real work was done');
  t.match(facts.apply.occupied, /^Spy x Family\//);
  t.same(
    facts.system.leftovers.listed.map((entry) => entry.path),
    [
      'C:\\Users\\guest\\AppData',
      'C:\\Users\\guest\\AppData\\Local',
      'C:\\Users\\guest\\AppData\\Local\\AniVault',
      'C:\\Users\\guest\\AppData\\Local\\AniVault\\cache.json',
      'C:\\Users\\guest\\AppData\\Local\\AniVault\\rollback.jsonl',
      'C:\\Users\\guest\\AppData\\Local\\AniVault\\settings.json',
    ],
  );
  t.same(facts.removal.remaining.count, 0);
  t.same([guest.files.below(guest.installDirectory), guest.files.below(guest.scratch)], [[], []], 'what the check made is gone');
  t.same(guest.evidence.titles.length, 10, 'the output of every command is kept');
  const highlights = cleanInstall.highlights(facts);
  t.equal(highlights[0]?.value, '2 of 2');
  t.match(highlights.find((line) => line.label === 'Native parts')?.value, '2 of 2 work');
});

t.test('fails: an archive that is not what the manifest says', async (t) => {
  const changed = await ask({ archive: { ...fakeBundle, 'docs/guide.html': '<script>' } });
  t.same(codesOf(changed.outcome), ['bundle-differs', 'bundle-unverified', 'install-changed']);
  const { 'docs/guide.html': _, ...missing } = fakeBundle;
  t.ok(codesOf((await ask({ archive: missing })).outcome).includes('bundle-differs'), 'a file is missing');
  t.ok(codesOf((await ask({ archive: { ...fakeBundle, 'extra.dll': 'MZ' } })).outcome).includes('bundle-differs'), 'a file too many');
});

t.test('fails: an archive that the guest refuses, without a second thought', async (t) => {
  const unpack: Toolkit['unpack'] = async () => {
    throw LabError.of('toolkit.archive-refused', { reason: 'it climbs' });
  };
  const { outcome, facts } = await ask({ verbs: () => ({ unpack }) });
  t.same(codesOf(outcome), ['archive-refused', 'does-not-start']);
  t.match(facts.unpacked.refused, /climbs/);
});

t.test('fails: an executable that Windows does not start', async (t) => {
  const { outcome } = await ask({
    programs: { 'C:\\Windows\\System32\\cmd.exe': fakePrograms['C:\\Windows\\System32\\cmd.exe'] ?? fakeAnivault },
  });
  t.same(codesOf(outcome), ['does-not-start']);
});

t.test('fails: a folder that something of the program still holds', async (t) => {
  const { guest, facts, outcome } = await ask({
    verbs: (own) => ({
      remove: async (path, call) => {
        if (path.includes('scratch')) throw LabError.of('toolkit.verb-failed', { verb: 'remove', code: 'io', reason: 'EPERM' });
        await own.remove(path, call);
      },
    }),
  });
  t.same(codesOf(outcome), ['not-removable']);
  t.match(facts.removal.remaining.first, [guest.scratch]);
});

t.test('fails: files that cannot be removed', async (t) => {
  const { outcome } = await ask({ verbs: () => ({ remove: async () => {} }) });
  t.same(codesOf(outcome), ['not-removable']);
});

t.test('inconclusive: a guest that runs no program of Windows either', async (t) => {
  const silent = await ask({ programs: { ...fakePrograms, 'C:\\Windows\\System32\\cmd.exe': () => ({ stdout: '' }) } });
  t.same(codesOf(silent.outcome), ['checks.control-failed'], 'exit code 0 and silence');
  const broken = await ask({ programs: {} });
  t.same(codesOf(broken.outcome), ['checks.control-failed'], 'nothing starts');
});

t.test('inconclusive: a listing that is not complete', async (t) => {
  const profile = remotePath('C:\\Users\\guest');
  const { outcome } = await ask({
    verbs: (toolkit) => ({
      listTree: async (root, options, call) => ({ ...(await toolkit.listTree(root, options, call)), complete: root !== profile }),
    }),
  });
  t.same(codesOf(outcome), ['checks.listing-incomplete']);
  const scratch = ask({
    verbs: (toolkit) => ({
      listTree: async (root, options, call) => ({
        ...(await toolkit.listTree(root, options, call)),
        complete: !root.includes('scratch') || !options.hash,
      }),
    }),
  });
  await t.rejects(scratch, { code: 'checks.listing-incomplete' }, 'of the library nothing can be said then');
});

t.test('what was there before the program ran is not held against it', async (t) => {
  const { outcome, facts } = await ask({
    verbs: (toolkit, files) => ({
      unpack: async (...given) => {
        files.write('C:\\Users\\guest\\AppData\\Local\\Temp\\lab.tmp', 'x');
        return await toolkit.unpack(...given);
      },
    }),
  });
  t.same(outcome, { kind: 'passed' });
  t.ok(
    facts.system.restless.listed.some((entry) => entry.path.endsWith('lab.tmp')),
    'but it is told',
  );
});

t.test('failures of the guest go through, and a call that was given up asks nothing', async (t) => {
  const lost = LabError.of('run.guest-lost', { guest: 'win10', reason: 'test' });
  await t.rejects(ask({ verbs: () => ({ run: async () => Promise.reject(lost) }) }), lost);
  const guest = memoryGuest(usual);
  const gaveUp = { ...openCall(), signal: AbortSignal.abort(lost) };
  await t.rejects(cleanInstall.probe(guest, guest.evidence, gaveUp), lost);
  t.same(guest.asked, []);
});

t.test('the program that the tests use keeps the published contract', async (t) => {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  // The package's CommonJS default export is not what its types say under NodeNext.
  (addFormatsModule as unknown as (to: Ajv2020) => void)(ajv);
  const isEvent = ajv.compile(JSON.parse(readFileSync(new URL('../../../schemas/anivault/cli-event.v1.json', import.meta.url), 'utf8')));
  const lines: string[] = [];
  const guest = memoryGuest({
    ...usual,
    programs: programsWith((_run, _files, doUsual) => {
      const result = doUsual();
      if (result.stdout?.startsWith('{')) lines.push(...result.stdout.trimEnd().split('\n'));
      return result;
    }),
  });
  await cleanInstall.probe(guest, guest.evidence, openCall());
  t.ok(lines.length > 100);
  t.same(
    lines.filter((line) => !isEvent(JSON.parse(line))),
    [],
  );
});
