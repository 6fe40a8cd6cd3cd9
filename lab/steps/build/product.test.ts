import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { labConfig } from '../../core/config.ts';
import type { LocalPath } from '../../core/ids.ts';
import { foldersIn } from '../../host/folders.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { buildExecutable } from './build-executable.ts';
import { patientCall } from '../../testing/build-rig.ts';
import type { BuiltExecutable } from './built-executable.ts';
import { peChecksum, storedChecksum } from './pe-checksum.ts';

const root = path.resolve(import.meta.dirname, '../../..') as LocalPath;
const { product } = labConfig.parse(JSON.parse(readFileSync(path.join(root, 'lab.config.json'), 'utf8')));

/** Long enough for fetching Node on a slow line. */
t.setTimeout(300_000);

t.test('the product, built twice in different folders with the real Windows Node, is the same to the byte', async (t) => {
  const node = await windowsNode(
    { folders: foldersIn(process.env), projectRoot: root, onProgress: ({ what }) => t.comment(what) },
    patientCall,
  );
  const folder = t.testdir({});
  // A copy of what is built, under another name; the dependencies are the installed ones.
  const elsewhere = path.join(folder, 'another folder/the project');
  mkdirSync(elsewhere, { recursive: true });
  cpSync(path.join(root, 'src'), path.join(elsewhere, 'src'), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(elsewhere, 'node_modules'));
  const build = (projectRoot: string, out: string): Promise<BuiltExecutable> =>
    buildExecutable(
      {
        projectRoot: projectRoot as LocalPath,
        product,
        version: '1.2.3',
        commit: 'abc',
        windowsNode: node,
        outputDirectory: path.join(folder, out) as LocalPath,
      },
      patientCall,
    );
  const first = await build(root, 'out-1');
  const kept = readFileSync(first.path);
  rmSync(first.path);
  const second = await build(elsewhere, 'out-2');
  t.ok(kept.equals(readFileSync(second.path)), 'every byte is the same');
  t.equal(second.sha256, first.sha256);
  t.same(second.components, first.components);

  const inside = first.components.map((component) => component.name);
  for (const name of ['node', 'commander', 'zod', 'anitomyscript', 'anitomy', 'sodium-native', 'libsodium'])
    t.ok(inside.includes(name), `${name} is listed`);
  for (const name of ['esbuild', 'require-addon', 'ajv']) t.notOk(inside.includes(name), `${name} is not inside`);
  t.ok(
    first.components.every((component) => component.licenceTexts.some((text) => text.text.length > 200)),
    'each comes with its licence text',
  );
  t.notOk(kept.includes(root) || kept.includes(elsewhere), 'no path of this machine is inside');

  const original = readFileSync(node.executable);
  t.equal(peChecksum(original), storedChecksum(original), 'the checksum that Node’s own makers wrote is the one computed here');
});
