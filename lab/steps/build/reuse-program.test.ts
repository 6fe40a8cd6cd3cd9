import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { patientCall, smallBuild } from '../../testing/build-rig.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { type BundleRequest, type BundledProgram, bundleProgram } from './bundle-program.ts';
import { bundleOrReuse } from './reuse-program.ts';

interface Rig {
  readonly request: BundleRequest;
  readonly cache: string;
  readonly put: (name: string, content: string) => Promise<void>;
  /** Bundles or takes; tells which, and that both would be the same. */
  readonly bundle: (other?: { readonly request?: Partial<BundleRequest>; readonly code?: string }) => Promise<{
    readonly taken: boolean;
    readonly program: string;
    readonly made: BundledProgram;
  }>;
}

async function rig(t: Test): Promise<Rig> {
  const scratch = await scratchFolder(t);
  const { projectRoot, product } = smallBuild(path.join(scratch, 'project'));
  const request: BundleRequest = {
    projectRoot,
    entry: product.entry,
    replaceModules: product.replaceModules,
    productBuild: { version: '1.2.3' },
    target: 'node26.10.0',
  };
  const cache = path.join(scratch, 'cache');
  return {
    request,
    cache,
    put: async (name, content) => {
      await mkdir(path.dirname(path.join(projectRoot, name)), { recursive: true });
      await writeFile(path.join(projectRoot, name), content);
    },
    bundle: async (other = {}) => {
      const wanted = { ...request, ...other.request };
      const before = await noted(cache);
      const made = await bundleOrReuse(
        { folders: { cache: cache as LocalPath, state: cache as LocalPath }, code: (other.code ?? 'the lab') as Sha256 },
        wanted,
        patientCall,
      );
      const program = Buffer.from(made.code).toString();
      t.equal(program, Buffer.from((await bundleProgram(wanted)).code).toString(), 'as one bundled just now');
      const after = await noted(cache);
      return { taken: JSON.stringify(after) === JSON.stringify(before) && after.length > 0, program, made };
    },
  };
}

/** What is kept, with the time it was written at. */
async function noted(cache: string): Promise<readonly string[]> {
  const names = await readdir(cache).catch(() => []);
  const kept = names.filter((name) => /^program-[0-9a-f]{12}$/.test(name)).toSorted();
  return await Promise.all(kept.map(async (name) => `${name} ${await readFile(path.join(cache, name, 'complete.json'), 'utf8')}`));
}

t.test('the same sources are bundled once', async (t) => {
  const { bundle, request } = await rig(t);
  const first = await bundle();
  t.notOk(first.taken);
  const second = await bundle();
  t.ok(second.taken);
  t.same(second.made, { ...first.made, code: second.made.code });
  t.same(first.made.packageFolders, ['node_modules/library']);
  for (const name of ['src/main.ts', 'src/part.embedded.ts', 'node_modules/library/index.js']) t.ok(first.made.inputs.includes(name), name);
  t.notOk((await bundle({ request: { productBuild: { version: '2.0.0' } } })).taken, 'another version');
  t.notOk((await bundle({ request: { target: 'node20' } })).taken, 'for another runtime');
  t.notOk((await bundle({ code: 'another lab' })).taken, 'by another lab');
  await t.rejects(bundle({ request: { ...request, entry: 'src/none.ts' } }), { code: 'build.no-entry' });
});

t.test('whatever decides what comes out makes it be bundled anew', async (t) => {
  const { bundle, request, put } = await rig(t);
  const changes: readonly (readonly [what: string, change: () => Promise<void>, comesOut?: RegExp])[] = [
    [
      'a source with the size and the time it had',
      async () => {
        const file = path.join(request.projectRoot, 'src/part.embedded.ts');
        const time = new Date('2026-01-01T00:00:00Z');
        await utimes(file, time, time);
        await bundle();
        t.ok((await bundle()).taken, 'its time alone is nothing');
        await writeFile(file, (await readFile(file, 'utf8')).replace('EXECUTABLE', 'EXECUTION!'));
        await utimes(file, time, time);
      },
      /PART OF THE EXECUTION!/,
    ],
    ['a file of a package', () => put('node_modules/library/index.js', "export const greet = (who) => 'good day ' + who;"), /good day/],
    [
      'a package.json that leads elsewhere',
      async () => {
        await put('node_modules/library/other.js', "export const greet = () => 'from elsewhere';");
        await bundle();
        await put('node_modules/library/package.json', '{ "name": "library", "version": "1.2.3", "type": "module", "main": "other.js" }');
      },
      /from elsewhere/,
    ],
    [
      'a package nearer to who asks for it',
      async () => {
        await put(
          'src/node_modules/library/package.json',
          '{ "name": "library", "version": "9.0.0", "type": "module", "main": "index.js" }',
        );
        await put('src/node_modules/library/index.js', "export const greet = () => 'the nearer one';");
      },
      /the nearer one/,
    ],
  ];
  for (const [what, change, comesOut] of changes) {
    await change();
    const after = await bundle();
    t.notOk(after.taken, what);
    if (comesOut) t.match(after.program, comesOut);
    t.ok((await bundle()).taken, `${what}: and once only`);
  }
  await rm(path.join(request.projectRoot, 'src/part.ts'));
  await t.rejects(bundle(), { code: 'build.source-error' }, 'what is replaced has to be there, although nothing of it is used');
});

t.test('what was meddled with, or cannot be kept', async (t) => {
  const { bundle, cache, put, request } = await rig(t);
  await bundle();
  const [folder = ''] = (await readdir(cache)).filter((name) => name.startsWith('program-'));
  const program = path.join(cache, folder, 'program.cjs');
  const { mtime } = await stat(program);
  await writeFile(program, (await readFile(program, 'utf8')).replace('hello', 'HELLO'));
  await utimes(program, mtime, mtime);
  const after = await bundle();
  t.notMatch(after.program, /HELLO/);
  t.ok((await bundle()).taken, 'and is kept anew');
  // esbuild finds it, and nobody can say what else would be found on the way there.
  await put('../outside.ts', "export const outside = 'OUTSIDE';");
  await put('src/main.ts', "import { outside } from '../../outside.ts';\nimport { part } from './part.ts';\nconsole.log(outside, part);");
  t.match((await bundle()).program, /OUTSIDE/);
  t.same(await noted(cache), [], 'a source outside of the project: nothing is kept');
  await writeFile(path.join(request.projectRoot, '..', 'outside.ts'), "export const outside = 'ELSEWHERE';");
  t.match((await bundle()).program, /ELSEWHERE/);
});
