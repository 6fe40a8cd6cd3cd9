import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { type PackagerName, labConfig, packagerNames } from '../../core/config.ts';
import type { LocalPath } from '../../core/ids.ts';
import { remotePath } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import type { Connection } from '../../core/transport.ts';
import { wineProvider } from '../../guests/wine/wine-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { windowsBun } from '../../host/windows-bun.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';
import { buildExecutable } from './build-executable.ts';
import type { BuiltExecutable } from './built-executable.ts';

/** Long enough for fetching runtimes on a slow line. */
t.setTimeout(300_000);

const VERSION = '1.2.3';
const STATE = 'C:\\users\\guest\\AppData\\Local\\AniVault';
const SODIUM = 'sodium-native.node';

interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(connection: Connection, line: string, shell: 'cmd' | 'none' = 'none'): Promise<Said> {
  const { exitCode, stdout, stderr, ended } = await connection.run({ line, shell, timeoutMs: 60_000 }, testCall());
  if (ended !== 'exited') throw new Error(`${line} did not end`);
  return { exitCode, stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString() };
}

/** What `--json` prints. */
const events = (stdout: string): readonly Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

t.test('the product, packaged in each way, in an embedded guest', { skip: noWine }, async (t) => {
  const { product } = labConfig.parse(JSON.parse(readFileSync(path.join(projectRoot, 'lab.config.json'), 'utf8')));
  const out = await scratchFolder(t);
  const source = { folders: realFolders, projectRoot, onProgress: ({ what }: { readonly what: string }) => t.comment(what) };
  const node = await windowsNode(source, testCall());
  const build = (packager: PackagerName): Promise<BuiltExecutable> =>
    buildExecutable(
      {
        projectRoot,
        product: { ...product, packager },
        version: VERSION,
        commit: 'abc',
        windowsNode: node,
        windowsBun: (call) => windowsBun(source, call),
        outputDirectory: path.join(out, packager) as LocalPath,
      },
      testCall(),
    );
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
  const lease = await provider.acquire(wineSpecs.win10, { id: 'product-in-guest' }, testCall());
  t.teardown(() => lease[Symbol.asyncDispose]());
  const connection = await transports(systemClock).connect(lease.endpoint, testCall());
  t.teardown(() => connection[Symbol.asyncDispose]());
  for (const packager of packagerNames) {
    const built = await build(packager);
    const folder = `C:\\${packager}`;
    const exe = `${folder}\\anivault.exe`;
    await connection.put(built.path, remotePath(exe), testCall());
    const anivault = (args: string): Promise<Said> => run(connection, `${exe} ${args}`);

    await t.test(`${packager}: says what it is and does its work`, async (t) => {
      const runtime = built.packager.runtime.replace(' ', '\\s');
      t.match(await anivault('--version'), {
        exitCode: 0,
        stdout: new RegExp(`^anivault 1\\.2\\.3 \\(commit abc, ${packager}, ${runtime}, win32-x64\\)`),
        stderr: '',
      });
      t.match(await anivault('--help'), { exitCode: 0, stdout: /Usage: anivault[^]*organize[^]*verify/, stderr: '' });
      await run(connection, `mkdir ${folder}\\in & type nul > "${folder}\\in\\[Lab] Hana no Uta - 07 (1080p).mkv"`, 'cmd');
      const scan = await anivault(`scan ${folder}\\in --json`);
      t.match(scan, { exitCode: 0, stderr: '' });
      t.match(events(scan.stdout).at(-1), { type: 'scan-summary', files: 1, parsed: 1, problems: 0 });
    });

    await t.test(`${packager}: every native part works, and is the one that was put in`, async (t) => {
      const verified = await anivault('verify --components --json');
      t.match(verified, { exitCode: 0, stderr: '' });
      const components = events(verified.stdout).filter(({ type }) => type === 'component');
      const known = built.components.flatMap(({ kind, files = [] }) => (kind === 'native' ? files : []));
      t.same(
        components.map(({ name, sha256, works, origin }) => ({ name, sha256, works, origin })),
        known.map(({ name, sha256 }) => ({ name, sha256, works: true, origin: 'embedded' })),
      );
      const sodium = known.find(({ name }) => name === SODIUM);
      t.equal(components.at(-1)?.['loadedFrom'], `${STATE}\\native\\${sodium?.sha256.slice(0, 16)}\\${SODIUM}`);
    });

    await t.test(`${packager}: what is put in the place of an extracted part is never loaded`, async (t) => {
      const known = built.components.flatMap(({ files = [] }) => files).find(({ name }) => name === SODIUM);
      const place = `${STATE}\\native\\${known?.sha256.slice(0, 16)}`;
      const file = `${place}\\${SODIUM}`;
      // What both do is the same code, so one packager gets all of it.
      const tampered: Readonly<Record<string, string>> = {
        'another library': `copy /y C:\\windows\\system32\\version.dll ${file}`,
        ...(packager === 'node-sea'
          ? {
              'a folder': `del ${file} & mkdir ${file}\\deep`,
              'a file in place of its folder': `rmdir /s /q ${place} & type nul > ${place}`,
            }
          : {}),
      };
      for (const [what, line] of Object.entries(tampered)) {
        t.equal((await run(connection, line, 'cmd')).exitCode, 0, `${what} is put there`);
        const verified = await anivault('verify --components --json');
        t.match(events(verified.stdout).at(-1), { type: 'verify-summary', components: 2, working: 2 }, what);
      }
      await run(connection, `rmdir /s /q ${STATE}\\native`, 'cmd');
      const both = await Promise.all([anivault('verify --components --json'), anivault('verify --components --json')]);
      for (const { exitCode, stdout } of both)
        t.match({ exitCode, last: events(stdout).at(-1) }, { exitCode: 0, last: { working: 2 } }, 'two at once');
      t.equal((await run(connection, `dir /b /a ${place}`, 'cmd')).stdout.trim(), SODIUM);
    });
  }
});
