import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { labConfig } from '../../core/config.ts';
import type { LocalPath } from '../../core/ids.ts';
import { remotePath } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { wineProvider } from '../../guests/wine/wine-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { windowsBun } from '../../host/windows-bun.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';
import { buildExecutable } from './build-executable.ts';

/** Long enough for fetching runtimes on a slow line. */
t.setTimeout(300_000);

const deep = [1, 2, 3, 4].map((level) => `Level ${level} ${'of a very long name '.repeat(3)}end`).join('\\');

/** Names that Windows takes, each for a reason of its own, below the folder that is scanned; and the titles in them. */
const names: Readonly<Record<string, string>> = {
  [`${deep}\\[Lab] Hana no Uta - 05 (1080p).mkv`]: 'Hana no Uta',
  '🌸 Umi no Uta - 06 [1080p].mkv': '🌸 Umi no Uta',
  'هجوم العمالقة - 07.mkv': 'هجوم العمالقة',
  'שלום - 08.mkv': 'שלום',
  '花の歌 第09話.mkv': '花の歌',
  'Kimi no Na wa.\\[Lab] Kimi no Na wa. - 01.mkv': 'Kimi no Na wa.',
  'Spaced \\Sora no Uta - 02.mkv': 'Sora no Uta',
  'Cafe\u0301 - 03.mkv': 'Café',
  'Straße & Co - 04 (100%).mkv': 'Straße & Co',
};

interface Said {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

const eventsIn = (stdout: Uint8Array): readonly Readonly<Record<string, unknown>>[] =>
  new TextDecoder('utf-8', { fatal: true })
    .decode(stdout)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

t.test('names and paths that are hard on Windows, in an embedded guest', { skip: noWine }, async (t) => {
  const { product } = labConfig.parse(JSON.parse(readFileSync(path.join(projectRoot, 'lab.config.json'), 'utf8')));
  const out = await scratchFolder(t);
  const source = { folders: realFolders, projectRoot, onProgress: ({ what }: { readonly what: string }) => t.comment(what) };
  const request = {
    projectRoot,
    product: { ...product, packager: 'node-sea' as const },
    version: '1.2.3',
    commit: 'abc',
    outputDirectory: out,
  };
  const built = await buildExecutable(
    { ...request, windowsNode: await windowsNode(source, testCall()), windowsBun: (call) => windowsBun(source, call) },
    testCall(),
  );
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
  const lease = await provider.acquire(wineSpecs.win10, { id: 'product-windows-names' }, testCall());
  t.teardown(() => lease[Symbol.asyncDispose]());
  const connection = await transports(systemClock).connect(lease.endpoint, testCall());
  t.teardown(() => connection[Symbol.asyncDispose]());
  const run = async (line: string): Promise<Said> => {
    const { exitCode, stdout, stderr, ended } = await connection.run({ line, shell: 'cmd', timeoutMs: 60_000 }, testCall());
    if (ended !== 'exited') throw new Error(`${line} did not end`);
    return { exitCode, stdout, stderr: Buffer.from(stderr).toString() };
  };
  await connection.put(built.path, remotePath('C:\\anivault.exe'), testCall());
  const video = path.join(out, 'video.mkv') as LocalPath;
  writeFileSync(video, 'a video');
  for (const name of Object.keys(names)) await connection.put(video, remotePath(`C:\\in\\${name}`), testCall());
  const longest = Math.max(...Object.keys(names).map((name) => name.length + 'C:\\in\\'.length));
  t.ok(longest > 300, `the longest path has ${longest} characters`);
  const wanted = Object.entries(names).map(([name, title]) => `${name.replaceAll('\\', '/')} ${title}`);

  await t.test('are told exactly, under either code page', async (t) => {
    const output: string[] = [];
    for (const page of [437, 65_001]) {
      const { exitCode, stdout, stderr } = await run(`chcp ${page} >nul & C:\\anivault.exe scan C:\\in --json`);
      const events = eventsIn(stdout);
      t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' }, `${page}`);
      const files = events.filter(({ type }) => type === 'file') as unknown as readonly {
        path: string;
        parsed: { title: string } | null;
      }[];
      t.same(files.map((file) => `${file.path} ${file.parsed?.title}`).toSorted(), wanted.toSorted(), `${page}`);
      t.match(events.at(-1), { type: 'scan-summary', problems: 0, files: wanted.length }, `${page}`);
      output.push(JSON.stringify(files));
    }
    t.equal(output[0], output[1], 'in the same bytes');
  });

  await t.test('text for people is the same UTF-8 under either code page', async (t) => {
    for (const page of [437, 65_001]) {
      const { stdout } = await run(`chcp ${page} >nul & C:\\anivault.exe scan C:\\in`);
      const text = new TextDecoder('utf-8', { fatal: true }).decode(stdout);
      for (const title of ['🌸 Umi no Uta', 'هجوم العمالقة', '花の歌']) t.ok(text.includes(title), `${page}: ${title}`);
    }
  });

  await t.test('what names no certain folder is refused', async (t) => {
    const refused = {
      'C:in': 'path-drive-relative',
      'C:\\in\\NUL': 'path-not-a-place',
      'aux.mkv': 'path-not-a-place',
      'C:\\none': 'folder-not-found',
    };
    for (const [folder, code] of Object.entries(refused)) {
      const { exitCode, stdout } = await run(`C:\\anivault.exe scan ${folder} --json`);
      t.match({ exitCode, last: eventsIn(stdout).at(-1) }, { exitCode: 1, last: { type: 'error', code } }, folder);
    }
    t.match(
      eventsIn((await run('C:\\anivault.exe scan \\\\?\\C:\\in --json')).stdout).at(-1),
      { files: wanted.length },
      'a verbatim path is a place',
    );
  });

  await t.test('are put in order and back', async (t) => {
    const organized = await run('C:\\anivault.exe organize C:\\in --to C:\\out --apply --yes --json');
    t.match(
      eventsIn(organized.stdout).at(-1),
      { type: 'organize-summary', applied: true, moves: wanted.length, failed: 0 },
      organized.stderr,
    );
    const after = eventsIn((await run('C:\\anivault.exe scan C:\\out --json')).stdout).filter(({ type }) => type === 'file');
    const places = after.map((file) => String(file['path']));
    t.equal(places.length, wanted.length);
    t.ok(places.includes('Kimi no Na wa/Season 01/Kimi no Na wa - S01E01.mkv'), 'no folder ends with a dot');
    t.ok(places.includes('Café/Season 01/Café - S01E03.mkv'), 'composed');
    t.ok(places.includes('🌸 Umi no Uta/Season 01/🌸 Umi no Uta - S01E06.mkv'));
    const back = await run('C:\\anivault.exe rollback last --apply --yes --json');
    t.equal(back.exitCode, 0, new TextDecoder().decode(back.stdout));
    const again = eventsIn((await run('C:\\anivault.exe scan C:\\in --json')).stdout).filter(({ type }) => type === 'file');
    const found = again.map((file) => String(file['path']));
    t.same(
      found.toSorted(),
      Object.keys(names)
        .map((name) => name.replaceAll('\\', '/'))
        .toSorted(),
      'under the names that they had, to the last dot',
    );
  });
});
