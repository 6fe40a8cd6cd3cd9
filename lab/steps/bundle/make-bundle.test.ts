import { execFile } from 'node:child_process';
import { readFile, readdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { openPromise } from 'yauzl';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { bundleRig, callOf, rigComponents } from '../../testing/bundle-rig.ts';
import { type BundleRequest, makeBundle } from './make-bundle.ts';
import { validateBillOfMaterials } from './bill-of-materials.ts';
import { verifyBundleDirectory } from './verify-bundle-directory.ts';

const run = promisify(execFile);
const name = 'anivault-1.2.3-win-x64';

const everyFile = async (directory: string): Promise<Record<string, string>> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.toSorted().map(async (file) => [path.relative(directory, file), (await readFile(file)).toString('base64')])),
  );
};

await t.test('a bundle holds what it should, and verifies', async (t) => {
  const request = await bundleRig(t.testdir());
  const said: string[] = [];
  const bundle = await makeBundle({ ...request, commitTime: '2026-11-21T10:00:00Z', onProgress: (what) => said.push(what) }, callOf());
  t.same(Object.keys(await everyFile(bundle.directory)), [
    'CHANGELOG.md',
    'LICENSES/MIT.txt',
    'LICENSES/node-26.10.0-LICENSE.txt',
    'LICENSES/scope-parser-1.2.3-LICENSE-MIT.txt',
    'LICENSES/scope-parser-1.2.3-NOTICE.txt',
    'LICENSES/sodium-native-5.1.0-LICENSE.txt',
    'SBOM.json',
    'SHA256SUMS',
    'SMARTSCREEN.md',
    'THIRD_PARTY_LICENSES.json',
    'anivault.exe',
    'docs/guide.html',
    'docs/guide.md',
    'docs/more/commands.html',
    'docs/more/commands.md',
    'manifest.json',
    'schemas/plan.v1.json',
  ]);
  t.same(await verifyBundleDirectory(bundle.directory, callOf()), bundle.manifest);
  t.equal(bundle.archive.fileName, `${name}.zip`);
  t.same((await readdir(request.outputDirectory)).toSorted(), [name, `${name}.zip`], 'no staging folder is left');
  t.ok(said.includes('pack the archive'));

  await t.test('sha256sum agrees', async (t) => {
    const { stdout } = await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: bundle.directory });
    t.equal(stdout.trim().split('\n').length, bundle.manifest.files.length - 1, 'every file but itself');
    await t.rejects(run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: request.outputDirectory }));
  });

  await t.test('the bill of materials is valid and complete', async (t) => {
    const text = await readFile(path.join(bundle.directory, 'SBOM.json'), 'utf8');
    await validateBillOfMaterials(text);
    const bill = JSON.parse(text);
    const licences = JSON.parse(await readFile(path.join(bundle.directory, 'THIRD_PARTY_LICENSES.json'), 'utf8'));
    const purls = rigComponents.map(({ purl }) => purl);
    t.equal(bill.specVersion, '1.7');
    t.equal(bill.metadata.timestamp, '2026-11-21T10:00:00.000Z');
    t.match(bill.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8/);
    t.same(bill.metadata.component.hashes, [{ alg: 'SHA-256', content: request.built.sha256 }]);
    t.same(bill.metadata.component.licenses, [{ license: { id: 'MIT' } }]);
    t.same(
      bill.components.map((component: { purl: string }) => component.purl),
      purls,
    );
    t.same(
      licences.components.map((component: { purl: string }) => component.purl),
      purls,
      'the licences are complete against it',
    );
    t.same(bill.components[0].type, 'platform');
    t.same(bill.components[3].hashes[0].content, rigComponents[3]?.files?.[0]?.sha256);
    t.same(bill.components[3].components[0].name, 'sodium-native.node');
    t.same(bill.components[1].licenses, [{ expression: '(MIT OR Apache-2.0)' }]);
    t.same(
      bill.dependencies.find((entry: { ref: string }) => entry.ref === bill.metadata.component['bom-ref']).dependsOn.toSorted(),
      rigComponents.map(({ kind, purl }) => `${kind}:${purl}`).toSorted(),
    );
    const shipped = new Set(bundle.manifest.files.map((file) => file.path));
    for (const component of licences.components) for (const file of component.texts) t.ok(shipped.has(file), file);
    await t.rejects(validateBillOfMaterials(text.replace('"platform"', '"stage"')), { code: 'bundle.sbom-invalid' });
  });

  await t.test('the archive has the same files at its top, in order', async (t) => {
    const zip = await openPromise(bundle.archive.path);
    const names: string[] = [];
    const modes: string[] = [];
    for await (const entry of zip.eachEntry()) {
      names.push(entry.fileName);
      if (entry.fileName.endsWith('.exe')) modes.push((entry.externalFileAttributes >>> 16).toString(8));
    }
    t.same(names, Object.keys(await everyFile(bundle.directory)));
    t.same(modes, ['100755']);
  });
});

await t.test('the same request gives the same bytes anywhere', async (t) => {
  const zone = process.env['TZ'];
  t.teardown(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  const made = [];
  for (const [folder, timeZone] of [
    ['a', 'Asia/Seoul'],
    ['b/somewhere else', 'America/St_Johns'],
  ] as const) {
    process.env['TZ'] = timeZone;
    t.equal(new Date(2026, 0, 1).getTimezoneOffset(), timeZone === 'Asia/Seoul' ? -540 : 210, 'the zone is in force');
    const request = await bundleRig(path.join(t.testdirName, folder));
    await utimes(request.built.path, folder.length, folder.length);
    const bundle = await makeBundle(request, callOf());
    made.push({ files: await everyFile(bundle.directory), zip: await readFile(bundle.archive.path), sha256: bundle.archive.sha256 });
  }
  const [first, second] = made;
  t.same(first?.files, second?.files);
  t.ok(first && second && first.zip.equals(second.zip), 'the archives are the same');
  t.equal(first?.sha256, second?.sha256);
  const other = await makeBundle({ ...(await bundleRig(path.join(t.testdirName, 'c'))), version: '1.2.4' }, callOf());
  t.not(other.archive.sha256, first?.sha256, 'another version is another archive');
});

const refusals: Readonly<
  Record<
    string,
    {
      readonly code: string;
      readonly message?: RegExp;
      readonly change: (request: BundleRequest) => Promise<Partial<BundleRequest> | void>;
    }
  >
> = {
  'no licence text': {
    code: 'bundle.licences-incomplete',
    message: /sodium-native 5\.1\.0: no licence text/,
    change: async ({ built }) => ({
      built: {
        ...built,
        components: built.components.map((part) =>
          part.kind === 'native' ? { ...part, licenceTexts: [{ fileName: 'LICENSE', text: ' \n' }] } : part,
        ),
      },
    }),
  },
  'an unknown licence': {
    code: 'bundle.licences-incomplete',
    message: /@scope\/parser 1\.2\.3: "SEE LICENSE IN x" is not a known SPDX licence/,
    change: async ({ built }) => ({
      built: {
        ...built,
        components: built.components.map((part) => (part.kind === 'library' ? { ...part, licence: 'SEE LICENSE IN x' } : part)),
      },
    }),
  },
  'a licence text of 100 MB': {
    code: 'bundle.licences-incomplete',
    message: /more than any licence/,
    change: async ({ built }) => ({
      built: {
        ...built,
        components: built.components.map((part) => ({ ...part, licenceTexts: [{ fileName: 'L', text: 'x'.repeat(100 << 20) }] })),
      },
    }),
  },
  'a component that is listed twice': {
    code: 'bundle.licences-incomplete',
    message: /sodium-native 5\.1\.0: listed twice/,
    change: async ({ built }) => ({ built: { ...built, components: [...built.components, ...built.components.slice(-1)] } }),
  },
  'no runtime': {
    code: 'bundle.licences-incomplete',
    message: /no runtime/,
    change: async ({ built }) => ({ built: { ...built, components: built.components.slice(1) } }),
  },
  'an executable that changed since it was built': {
    code: 'bundle.changed',
    message: /anivault\.exe/,
    change: async ({ built }) => writeFile(built.path, 'MZ'),
  },
  'an executable that is gone': {
    code: 'file.unreadable',
    change: async ({ built }) => ({ built: { ...built, path: `${built.path}.gone` as LocalPath } }),
  },
  'a link among the documents': {
    code: 'bundle.source-refused',
    message: /link/,
    change: ({ projectRoot }) => symlink('/etc/passwd', path.join(projectRoot, 'docs/anivault/p.md')),
  },
  'a link to a folder': {
    code: 'bundle.source-refused',
    message: /link/,
    change: ({ projectRoot }) => symlink('/etc', path.join(projectRoot, 'docs/anivault/etc')),
  },
  'a pipe among the schemas': {
    code: 'bundle.source-refused',
    message: /not a plain file/,
    change: async ({ projectRoot }) => void (await run('mkfifo', [path.join(projectRoot, 'schemas/anivault/x.json')])),
  },
  'a licence of its own that nobody knows': {
    code: 'bundle.source-refused',
    message: /LICENSES\/house\.txt cannot .* SPDX/,
    change: ({ projectRoot }) => writeFile(path.join(projectRoot, 'LICENSES/house.txt'), 'x'),
  },
  'a hidden file': {
    code: 'bundle.source-refused',
    message: /hidden/,
    change: ({ projectRoot }) => writeFile(path.join(projectRoot, 'docs/anivault/.x.md'), 'x'),
  },
  'a file of another kind': {
    code: 'bundle.source-refused',
    message: /only \.md/,
    change: ({ projectRoot }) => writeFile(path.join(projectRoot, 'docs/anivault/x.html'), 'x'),
  },
  'a name Windows reserves': {
    code: 'bundle.source-refused',
    message: /reserves/,
    change: ({ projectRoot }) => writeFile(path.join(projectRoot, 'docs/anivault/con.md'), 'x'),
  },
  'two names that are one to Windows': {
    code: 'bundle.source-refused',
    message: /same file/,
    change: ({ projectRoot }) => writeFile(path.join(projectRoot, 'docs/anivault/GUIDE.md'), 'x'),
  },
  'an empty change log': {
    code: 'bundle.source-refused',
    message: /empty/,
    change: ({ projectRoot }) => truncate(path.join(projectRoot, 'CHANGELOG.md'), 0),
  },
  'a version that climbs': { code: 'bundle.source-refused', message: /slash/, change: async () => ({ version: '1/2.3' }) },
};

for (const [what, { code, message, change }] of Object.entries(refusals)) {
  await t.test(`refuses ${what}`, async (t) => {
    const request = await bundleRig(t.testdir());
    const error = await makeBundle({ ...request, ...(await change(request)) }, callOf()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof LabError)) throw new Error('a LabError was expected', { cause: error });
    t.equal(error.code, code);
    if (message) t.match(error.message, message);
    t.same(await readdir(request.outputDirectory).catch(() => []), [], 'nothing is left');
  });
}

await t.test('a missing source is named', async (t) => {
  const request = await bundleRig(t.testdir());
  for (const [missing, what] of [
    ['CHANGELOG.md', /change log/],
    ['docs/anivault', /documentation/],
    ['LICENSES', /licence/],
  ] as const) {
    await run('rm', ['-r', path.join(request.projectRoot, missing)]);
    await t.rejects(makeBundle(request, callOf()), { code: 'bundle.source-missing', message: what });
    await run('cp', [
      '-r',
      path.join((await bundleRig(path.join(t.testdirName, 'again'))).projectRoot, missing),
      path.join(request.projectRoot, missing),
    ]);
  }
  await makeBundle(request, callOf());
});

await t.test('a file that changes between hashing and packing is caught', async (t) => {
  for (const [how, change] of Object.entries({
    'same length': (file: string) => writeFile(file, '# Guidf\n'),
    longer: (file: string) => writeFile(file, '# Guide\nand more\n'),
    shorter: (file: string) => truncate(file, 3),
  })) {
    await t.test(how, async (t) => {
      const request = await bundleRig(t.testdir());
      const made: Promise<void>[] = [];
      const onProgress = (what: string): void => {
        if (what !== 'pack the archive') return;
        made.push(
          readdir(request.outputDirectory).then(([staging = '']) =>
            change(path.join(request.outputDirectory, staging, name, 'docs/guide.md')),
          ),
        );
      };
      await t.rejects(makeBundle({ ...request, onProgress }, callOf()), { code: 'bundle.changed', message: /docs\/guide\.md/ });
      await Promise.all(made);
      t.same(await readdir(request.outputDirectory), [], 'nothing is left');
    });
  }
});

await t.test('an abort at any stage leaves nothing, and what was there before stays', async (t) => {
  const request = await bundleRig(t.testdir());
  const before = await makeBundle(request, callOf());
  const stages: string[] = [];
  await makeBundle({ ...request, onProgress: (what) => stages.push(what) }, callOf());
  for (const stage of stages) {
    const controller = new AbortController();
    const reason = LabError.of('lab.interrupted', { signal: 'SIGINT' });
    const onProgress = (what: string): void => {
      if (what === stage) controller.abort(reason);
    };
    await t.rejects(makeBundle({ ...request, version: '9.9.9', onProgress }, callOf(controller)), reason, stage);
    await t.rejects(makeBundle({ ...request, commit: 'unknown', onProgress }, callOf(controller)), reason, stage);
    t.same((await readdir(request.outputDirectory)).toSorted(), [name, `${name}.zip`], stage);
  }
  t.same(await verifyBundleDirectory(before.directory, callOf()), before.manifest);
});

await t.test('a bundle of the same name is replaced as a whole', async (t) => {
  const request = await bundleRig(t.testdir());
  const first = await makeBundle(request, callOf());
  await writeFile(path.join(first.directory, 'left-over.txt'), 'x');
  const second = await makeBundle({ ...request, commit: 'unknown' }, callOf());
  t.equal((await verifyBundleDirectory(second.directory, callOf())).commit, 'unknown');
  t.same((await readdir(request.outputDirectory)).toSorted(), [name, `${name}.zip`]);
});
