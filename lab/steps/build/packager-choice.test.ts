import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { windowsBun } from '../../host/windows-bun.ts';
import { patientCall, smallBuild, tinyRuntime } from '../../testing/build-rig.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot, realFolders } from '../../testing/wine-rig.ts';
import { type BuildRequest, buildExecutable } from './build-executable.ts';
import { readBun } from './packagers/bun.ts';

/** Long enough for fetching Bun on a slow line. */
t.setTimeout(300_000);

/** A build with a Bun at hand, whose Windows half is tiny. */
async function build(
  folder: string,
  more: Partial<BuildRequest> = {},
): Promise<{ readonly request: BuildRequest; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const request = smallBuild(folder);
  return {
    warnings,
    request: {
      ...request,
      windowsBun: async (call) => {
        const bun = await windowsBun({ folders: realFolders, projectRoot, onProgress: () => {} }, call);
        const executable = path.join(folder, 'bun.exe') as LocalPath;
        writeFileSync(executable, tinyRuntime());
        return { ...bun, executable };
      },
      onWarning: (code, message) => warnings.push(`${code}: ${message}`),
      ...more,
    },
  };
}

function nodeThat(
  folder: string,
  script: string,
): { readonly packagingNode: { readonly executable: LocalPath; readonly version: string } } {
  mkdirSync(folder, { recursive: true });
  const executable = path.join(folder, 'node.sh') as LocalPath;
  writeFileSync(executable, `#!/bin/sh\n${script}\n`);
  chmodSync(executable, 0o755);
  return { packagingNode: { executable, version: process.versions.node } };
}

t.test('Bun when it is asked for, with modules of its own', async (t) => {
  const scratch = await scratchFolder(t);
  const { request, warnings } = await build(scratch);
  const product = {
    ...request.product,
    packager: 'bun' as const,
    packagers: { ...request.product.packagers, bun: { replaceModules: { 'src/part.ts': 'src/part.bun.ts' } } },
  };
  writeFileSync(path.join(scratch, 'src/part.bun.ts'), "export const part: string = 'PART FOR BUN';\n");
  const built = await buildExecutable({ ...request, product }, patientCall);
  t.match(built.packager, { name: 'bun', runtime: /^bun \d/, reason: 'it was asked for' });
  t.ok(built.packager.limits.length > 0, 'what it cannot do is told');
  t.same(warnings, []);
  t.equal(built.components[0]?.name, 'bun');
  const program = Buffer.from(readBun(readFileSync(built.path)).program).toString();
  t.match(program, /PART FOR BUN/);
  t.match(program, /packager:"bun"/);
  t.notMatch(program, /PART OF THE EXECUTABLE/);
  const { runtimeBytes, programBytes, nativePartsBytes, otherBytes } = built.sizes;
  t.equal(runtimeBytes + programBytes + nativePartsBytes + otherBytes, built.sizeBytes);
});

t.test('Bun when Node’s packager fails or makes something else, and it is said why', async (t) => {
  const scratch = await scratchFolder(t);
  const other = (
    await buildExecutable(smallBuild(path.join(scratch, 'other'), { 'src/part.embedded.ts': "export const part = 'other';" }), patientCall)
  ).path;
  const scripts: Readonly<Record<string, readonly [script: string, reason: RegExp, warning: RegExp]>> = {
    'it fails': ['echo /a/path/of/this/machine >&2; exit 3', /build\.packager-failed/, /exit code 3: \/a\/path/],
    'it writes nothing': ['exit 0', /build\.packager-failed/, /it wrote no executable/],
    'it writes another product': [`cp '${other}' output.exe`, /build\.wrong-executable/, /not the one that was bundled/],
    'it writes half': [`head -c 700 '${other}' > output.exe`, /build\.wrong-executable/, /not what was to be built/],
  };
  for (const [what, [script, reason, warning]] of Object.entries(scripts)) {
    const folder = path.join(scratch, what);
    const { request, warnings } = await build(folder, nodeThat(folder, script));
    const built = await buildExecutable(request, patientCall);
    t.match(built.packager, { name: 'bun', reason }, what);
    t.notMatch(built.packager.reason, /machine/, 'no path of this machine goes into the bundle');
    t.equal(warnings.length, 1);
    t.match(warnings[0], /^packager-fallback: /);
    t.match(warnings[0], warning);
    t.same(readdirSync(request.outputDirectory), ['small.exe'], `${what}: nothing half-written is left`);
  }
});

t.test('no other packager where it would not help, or nobody wants it', async (t) => {
  const scratch = await scratchFolder(t);
  const never = (): Promise<never> => Promise.reject(new Error('nobody may ask for Bun'));
  const asked = path.join(scratch, 'asked');
  const { request } = await build(asked, { ...nodeThat(asked, 'exit 1'), windowsBun: never });
  const product = { ...request.product, packager: 'node-sea' as const };
  await t.rejects(buildExecutable({ ...request, product }, patientCall), { code: 'build.packager-failed' }, 'Node was asked for');

  const mistake = path.join(scratch, 'mistake');
  const wrong = await build(mistake, { windowsBun: never });
  writeFileSync(path.join(mistake, 'src/main.ts'), 'const = 1;');
  await t.rejects(buildExecutable(wrong.request, patientCall), { code: 'build.source-error' }, 'a mistake is one for all');

  const both = path.join(scratch, 'both');
  const failing = await build(both, { ...nodeThat(both, 'exit 1') });
  const bunFails = { ...failing.request, windowsBun: never };
  await t.rejects(buildExecutable(bunFails, patientCall), /nobody may ask/, 'when both fail, the last one says why');
  t.same(readdirSync(both).includes('out') ? readdirSync(path.join(both, 'out')) : [], [], 'nothing is left');
  t.equal(failing.warnings.length, 1, 'and the first one has been told of');
});

t.test('a licence text of a hundred megabytes', async (t) => {
  const request = smallBuild(await scratchFolder(t), { 'node_modules/library/LICENSE': Buffer.alloc(100 << 20, 'licence ') });
  await t.rejects(buildExecutable(request, patientCall), { code: 'build.licence-too-long', message: /LICENSE of library 1\.2\.3/ });
});
