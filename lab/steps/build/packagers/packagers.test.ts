import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../../core/ids.ts';
import { windowsBun } from '../../../host/windows-bun.ts';
import { patientCall, smallBuild, tinyIcon, tinyRuntime } from '../../../testing/build-rig.ts';
import { packagerContract } from '../../../testing/contracts/packager-contract.ts';
import { projectRoot, realFolders } from '../../../testing/wine-rig.ts';
import { peSections } from '../pe-section.ts';
import { withIdentity } from '../windows-resources.ts';
import { bunCompile, readBun } from './bun.ts';
import { readBunGraph } from './bun-graph.ts';
import { nodeSea } from './node-sea.ts';
import type { PackagerRuntime } from './packager.ts';
import { readPackaged } from './read-packaged.ts';
import { bunRuntime } from './runtimes.ts';

/** Long enough for fetching Bun on a slow line. */
t.setTimeout(300_000);

const runtime: PackagerRuntime = {
  name: 'none',
  executable: '/nowhere' as LocalPath,
  component: { kind: 'runtime', name: 'none', version: '0', purl: 'pkg:generic/none', licence: 'MIT', licenceTexts: [] },
};

/** A tiny runtime as packagers get it: with the product's identity. */
const { product } = smallBuild(t.testdir({}));
const prepared = withIdentity(tinyRuntime(), { product, version: '1.2.3', fileName: 'small.exe', icon: tinyIcon() });

t.test('Node', async (t) => {
  const node = (executable: string): { readonly executable: LocalPath; readonly version: string } => ({
    executable: executable as LocalPath,
    version: process.versions.node,
  });
  await packagerContract(t, {
    packager: nodeSea({ runtime, node: node(process.execPath) }),
    runtime: prepared,
    withProgram: (program, limitMs) => nodeSea({ runtime, node: node(program), limitMs }),
  });
});

t.test('Bun', async (t) => {
  const bun = await windowsBun({ folders: realFolders, projectRoot, onProgress: ({ what }) => t.comment(what) }, patientCall);
  const packager = bunCompile({ runtime, bun: { executable: bun.packager, version: bun.version } });
  await packagerContract(t, {
    packager,
    runtime: prepared,
    withProgram: (program, limitMs) => bunCompile({ runtime, bun: { executable: program, version: bun.version }, limitMs }),
  });

  const { component } = await bunRuntime(bun, patientCall);
  t.match(component, { name: 'bun', version: bun.version, licence: /LGPL/, files: [{ name: 'bun.exe', sha256: /^[0-9a-f]{64}$/ }] });
  t.ok(component.licenceTexts.every(({ text }) => text.length > 5000));
});

t.test('what Bun appends, cut off or changed anywhere, is an error or is noticed', async (t) => {
  const bun = await windowsBun({ folders: realFolders, projectRoot, onProgress: () => {} }, patientCall);
  const packager = bunCompile({ runtime, bun: { executable: bun.packager, version: bun.version } });
  const parts = { runtime: prepared, program: Buffer.from('program'), assets: new Map([['a', Buffer.from('asset')]]) };
  const file = readFileSync(await packager.package({ ...parts, folder: path.join(t.testdir({}), 'work') as LocalPath }, patientCall));
  const before = JSON.stringify(readBun(file));
  const section = peSections(file).find(({ name }) => name === '.bun');
  if (section === undefined) throw new Error('there is no section');
  const usedBytes = Number(file.readBigUInt64LE(section.start));
  let noticed = 0;
  for (let at = section.start; at < section.start + 8 + usedBytes; at += 1) {
    const copy = Buffer.from(file);
    copy.writeUInt8(copy.readUInt8(at) ^ 0x55, at);
    try {
      if (JSON.stringify(readBun(copy)) !== before) noticed += 1;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      noticed += 1;
    }
  }
  // Kinds and flags of files, and the zeros between what is named, change nothing that is read.
  t.ok(noticed > usedBytes * 0.8, `${noticed} of ${usedBytes} bytes`);
  for (const length of [0, 64, 100, file.length - section.sizeBytes, file.length - 1])
    t.throws(() => readBunGraph(file.subarray(0, length)), RangeError);

  t.ok(Buffer.from('program').equals(readPackaged(file)?.program ?? Buffer.alloc(0)));
  t.equal(readPackaged(prepared), undefined, 'an executable that nobody packaged');
  await t.rejects(
    packager.package({ ...parts, folder: t.testdir({}) as LocalPath, assets: new Map([['Program.cjs', Buffer.alloc(1)]]) }, patientCall),
    /cannot be called/,
  );
});
