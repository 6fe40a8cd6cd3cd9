import { readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { reachesOf } from './parse-source.ts';
import { repositoryRoot, textOf, trackedFiles } from './tracked-files.ts';

/** A room whose folders are capabilities, listed in its `index.ts` and nowhere else. */
interface Room {
  readonly folder: string;
  /** Files that every capability of the room has. */
  readonly has: readonly string[];
}

const rooms: readonly Room[] = [
  { folder: 'lab/checks', has: ['check.ts', 'judge.ts'] },
  { folder: 'lab/guests', has: [] },
];

/** Folders of a room that hold source files. */
const capabilitiesOf = (folder: string): readonly string[] =>
  readdirSync(path.join(repositoryRoot, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && trackedFiles(`${folder}/${entry.name}/*.ts`).length > 0)
    .map((entry) => entry.name)
    .toSorted();

/** Capabilities that an index names: the first folder of each of its imports. */
const listedIn = (index: string): readonly string[] =>
  [...new Set(reachesOf(index, textOf(index)).flatMap(({ name }) => /^\.\/([^/]+)\//.exec(name)?.[1] ?? []))].toSorted();

for (const { folder, has } of rooms) {
  t.test(`${folder} and its index list the same`, async (t) => {
    const found = capabilitiesOf(folder);
    t.not(found.length, 0, 'there are capabilities');
    t.same(listedIn(`${folder}/index.ts`), found, `each folder of ${folder} is one line of ${folder}/index.ts, and each line is a folder`);
    for (const name of found) {
      for (const file of has) t.ok(trackedFiles(`${folder}/${name}/${file}`).length === 1, `${folder}/${name}/${file} is there`);
      t.not(
        trackedFiles(`${folder}/${name}/*.test.ts`, `${folder}/${name}/**/*.test.ts`).length,
        0,
        `${folder}/${name} has tests beside it`,
      );
    }
  });
}

t.test('a check is its folder, a line in the index and a schema', async (t) => {
  const checks = capabilitiesOf('lab/checks');
  t.same(
    trackedFiles('schemas/facts/*.json')
      .map((file) => path.basename(file))
      // What a guest is asked before any check.
      .filter((file) => file !== 'box-truth.v1.json'),
    checks.map((check) => `${check}.v1.json`),
    'each check has a schema of its facts, and each schema a check',
  );
  for (const check of checks) {
    t.not(trackedFiles(`lab/checks/${check}/facts/*.json`).length, 0, `lab/checks/${check} has recorded facts`);
    t.match(textOf(`lab/checks/${check}/check.ts`), `'${check}'`, `lab/checks/${check}/check.ts bears the name of its folder`);
    const elsewhere = trackedFiles('lab/**/*.ts', 'lab/*.ts')
      .filter((file) => !file.startsWith('lab/checks/') && !file.startsWith('lab/testing/') && !file.endsWith('.test.ts'))
      .filter((file) => textOf(file).includes(`'${check}'`));
    t.same(
      elsewhere,
      [],
      `no code outside lab/checks knows ${check}: ask the check's own properties, or move the code to lab/checks/${check}`,
    );
  }
});

t.test('the changelog tells of each check', async (t) => {
  const changelog = textOf('CHANGELOG.md');
  for (const check of capabilitiesOf('lab/checks')) t.match(changelog, `\`${check}\``, `CHANGELOG.md names ${check}`);
});
