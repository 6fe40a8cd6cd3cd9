import { readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import type { ScanSubject, Scanned, Scanner } from '../../core/scan.ts';
import { sha256Of } from '../../host/hash.ts';
import { callOf } from '../../testing/bundle-rig.ts';
import { gitRig } from '../../testing/git-rig.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { historyDigest, sourcesDigest, treeDigest } from './scan-digests.ts';
import { type ScanReuse, scanOrReuse } from './reuse-scan.ts';

const clean: Scanned = { looked: { files: 1, bytes: 2 }, outcome: { kind: 'clean' }, control: { what: 'a control', caught: true } };

interface Rig {
  readonly subject: ScanSubject;
  readonly reuse: ScanReuse;
  /** How often the scanner really looked. */
  readonly looks: () => number;
  readonly scanner: Scanner;
  readonly kept: () => Promise<readonly string[]>;
}

async function rigOf(t: Test, basis: Scanner['basis'], answer: () => Scanned = () => clean): Promise<Rig> {
  const scratch = await scratchFolder(t);
  const folders = { cache: path.join(scratch, 'cache') as LocalPath, state: path.join(scratch, 'state') as LocalPath };
  let looks = 0;
  return {
    subject: { projectRoot: scratch, signed: false, labVersion: '1', today: '2026-11-21', folders, config: {} } as unknown as ScanSubject,
    reuse: { folders, code: 'c' as Sha256, clock: { now: () => '2026-11-21T10:00:00.000Z', monotonicMs: () => 0, sleep: async () => {} } },
    looks: () => looks,
    scanner: {
      id: 'tried',
      title: 'Tried',
      question: 'Tried?',
      ...(basis ? { basis } : {}),
      scan: async () => {
        looks += 1;
        return answer();
      },
    },
    kept: async () => (await readdir(folders.cache).catch(() => [])).filter((name) => name.startsWith('scan-')),
  };
}

t.test('the same question about the same things is answered once, and says since when', async (t) => {
  const { subject, reuse, looks, scanner } = await rigOf(t, async () => ({ a: 1 }));
  t.same(await scanOrReuse(scanner, subject, reuse, callOf()), clean);
  const later = { ...reuse, clock: { ...reuse.clock, now: () => '2026-11-22T10:00:00.000Z' } };
  t.same(await scanOrReuse(scanner, subject, later, callOf()), { ...clean, reused: { scannedAt: '2026-11-21T10:00:00.000Z' } });
  t.equal(looks(), 1);
});

t.test('each thing that decides the answer makes it be asked anew', async (t) => {
  let basis: unknown = { a: 1 };
  const { subject, reuse, looks, scanner } = await rigOf(t, async () => basis);
  const ask = (changed: { subject?: Partial<ScanSubject>; reuse?: Partial<ScanReuse>; scanner?: Partial<Scanner> }): Promise<unknown> =>
    scanOrReuse({ ...scanner, ...changed.scanner }, { ...subject, ...changed.subject }, { ...reuse, ...changed.reuse }, callOf());
  await ask({});
  const changes: readonly (readonly [string, Parameters<typeof ask>[0]])[] = [
    ['the lab', { reuse: { code: 'd' as Sha256 } }],
    ['the scanner', { scanner: { id: 'other' } }],
    ['the configuration', { subject: { config: { policy: {} } as ScanSubject['config'] } }],
    ['whether it is signed', { subject: { signed: true } }],
    ['the version of the lab', { subject: { labVersion: '2' } }],
    ['the project', { subject: { projectRoot: '/elsewhere' as LocalPath } }],
    ['an answer from the future', { reuse: { clock: { ...reuse.clock, now: () => '2026-11-20T10:00:00.000Z' } } }],
  ];
  let expected = 1;
  for (const [what, change] of changes) {
    t.notMatch(await ask(change), { reused: {} }, what);
    t.equal(looks(), (expected += 1), what);
  }
  basis = { a: 2 };
  t.notMatch(await ask({}), { reused: {} });
  t.equal(looks(), (expected += 1));
  basis = undefined;
  await ask({});
  await ask({});
  t.equal(looks(), expected + 2, 'what cannot be told is never the same');
});

t.test('what is never kept', async (t) => {
  const answers: readonly Scanned[] = [
    { looked: clean.looked, outcome: { kind: 'not-run', reason: 'r', fix: 'f' } },
    { ...clean, control: { what: 'a control', caught: false } },
  ];
  for (const answer of answers) {
    const { subject, reuse, looks, scanner, kept } = await rigOf(
      t,
      async () => 1,
      () => answer,
    );
    await scanOrReuse(scanner, subject, reuse, callOf());
    t.same(await scanOrReuse(scanner, subject, reuse, callOf()), answer);
    t.equal(looks(), 2);
    t.same(await kept(), []);
  }
  let count = 0;
  const moving = await rigOf(t, async () => (count += 1));
  await scanOrReuse(moving.scanner, moving.subject, moving.reuse, callOf());
  t.same(await moving.kept(), [], 'something changed while it looked');
  const failing = await rigOf(t, () => Promise.reject(new Error('no')));
  t.same(await scanOrReuse(failing.scanner, failing.subject, failing.reuse, callOf()), clean, 'no basis is no reason not to look');
  const without = await rigOf(t, undefined);
  await scanOrReuse(without.scanner, without.subject, without.reuse, callOf());
  await scanOrReuse(without.scanner, without.subject, without.reuse, callOf());
  t.equal(without.looks(), 2);
});

t.test('findings are kept as they are; what was meddled with is not taken', async (t) => {
  const finding = { code: 'a.b', severity: 'error', message: 'm', fix: 'f', fingerprint: '0123456789abcdef' } as const;
  const found: Scanned = { ...clean, outcome: { kind: 'findings', findings: [finding] } };
  const { subject, reuse, looks, scanner, kept } = await rigOf(
    t,
    async () => 1,
    () => found,
  );
  await scanOrReuse(scanner, subject, reuse, callOf());
  t.match(await scanOrReuse(scanner, subject, reuse, callOf()), { outcome: found.outcome, reused: {} });
  const file = path.join(subject.folders.cache, (await kept())[0] ?? '', 'answer.json');
  const text = await readFile(file, 'utf8');
  for (const bad of [
    '',
    '{}',
    text.replace('"key":"', '"key":"0'),
    text.replace('"findings"', '"cleaner"'),
    text.replace('"code":"a.b",', ''),
  ]) {
    const before = looks();
    await writeFile(file, bad);
    // Whoever changes a file can make its marker fit.
    const marker = path.join(path.dirname(file), 'complete.json');
    const noted = JSON.parse(await readFile(marker, 'utf8')) as {
      files: Record<string, { sizeBytes: number; modifiedMs: number; sha256: string }>;
    };
    const entry = noted.files['answer.json'];
    if (entry) Object.assign(entry, { sizeBytes: Buffer.byteLength(bad), modifiedMs: 1_000_000, sha256: sha256Of(bad) });
    await writeFile(marker, JSON.stringify(noted));
    await utimes(file, 1000, 1000);
    t.same(await scanOrReuse(scanner, subject, reuse, callOf()), found);
    t.equal(looks(), before + 1, JSON.stringify(bad.slice(0, 40)));
    t.match(await scanOrReuse(scanner, subject, reuse, callOf()), { reused: {} }, 'and the new answer is kept');
  }
});

t.test('digests of what is looked at', async (t) => {
  const rig = await gitRig(t);
  rig.write('src/a.ts', 'a');
  const digests = async (): Promise<readonly (string | undefined)[]> => [
    await sourcesDigest(rig.folder, callOf()),
    await treeDigest(path.join(rig.folder, 'src') as LocalPath, callOf()),
    await historyDigest(rig.folder, callOf()),
  ];
  let before = await digests();
  t.same(await digests(), before);
  const changes = async (
    what: string,
    change: () => unknown,
    changed: readonly [sources: boolean, tree: boolean, history: boolean],
  ): Promise<void> => {
    await change();
    const after = await digests();
    t.same(
      after.map((digest, index) => digest !== before[index]),
      changed,
      what,
    );
    before = after;
  };
  await changes('content', () => rig.write('src/a.ts', 'b'), [true, true, false]);
  await changes('a new file', () => rig.write('src/b/c.ts', 'c'), [true, true, false]);
  await changes('another name', () => rig.git(['mv', '-f', 'package.json', 'package2.json']), [true, false, false]);
  await changes('an ignored file', () => rig.write('.gitignore', 'hidden*\n'), [true, false, false]);
  await changes('and what it hides', () => rig.write('src/hidden.ts', 'x'), [false, true, false]);
  await changes('a commit', () => (rig.git(['add', '.']), rig.commit('feat: a')), [false, false, true]);
  await changes('a tag', () => rig.git(['tag', 'x', 'HEAD~1']), [false, false, true]);
  await changes('a branch that goes', () => rig.git(['branch', 'other', 'HEAD~1']), [false, false, true]);
  await changes('a setting', () => rig.git(['config', 'core.attributesFile', 'x']), [false, false, true]);
  await changes('attributes', () => rig.write('.gitattributes', '*.pem -diff\n'), [true, false, true]);
  await changes('attributes of this clone', () => rig.write('.git/info/attributes', '*.pem -diff\n'), [false, false, true]);
  await changes('what gitleaks is not to say', () => rig.write('.gitleaksignore', 'x\n'), [true, false, true]);
  await rm(path.join(rig.folder, '.git'), { recursive: true });
  t.equal(await historyDigest(rig.folder, callOf()), undefined);
});
