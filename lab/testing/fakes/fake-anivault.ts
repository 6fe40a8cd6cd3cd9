import type { ProgramResult, ProgramRun } from '../../core/toolkit.ts';
import { type Json, ndjson, started } from './fake-events.ts';
import { fakeMatch, fakeSettings } from './fake-settings.ts';
import { type MemoryFiles, type MemoryProgram, below } from './memory-guest.ts';

const FIGURES = { durationMs: 5, peakMemoryBytes: 1000 };
const sha = '0'.repeat(64);

const STATE = 'C:\\Users\\guest\\AppData\\Local\\AniVault';
const JOURNAL = `${STATE}\\rollback.jsonl`;
const OPERATION = '0mf3k2a9x4b1';
const COMMANDS = ['run', 'scan', 'match', 'organize', 'rollback', 'log', 'cache', 'settings', 'status', 'verify', 'completion'];

// [Group] Title - 01
const NAME = /^\[[^\]]+\] (.+?) - 0*(\d+)(?:v\d)? /;

/** Stands in for the program under test: keeps the contract of its command line, on files in memory, and does nothing well. */
export const fakeAnivault: MemoryProgram = (run, files) => {
  const { args } = run;
  const [command = '', folder = ''] = args;
  switch (command) {
    case '--version':
      return { stdout: 'anivault 1.2.3 (commit unknown, node-sea, node 26)\n' };
    case '--help':
      return { stdout: `Usage: anivault [options] [command]\n${COMMANDS.map((name) => `  ${name}\n`).join('')}` };
    case 'completion':
      return { stdout: `Register-ArgumentCompleter ${COMMANDS.map((name) => `'${name}'`).join(' ')}\n` };
    case 'settings':
      return fakeSettings(run, files);
    case 'match':
      return fakeMatch(
        run,
        files,
        videosIn(folder, files).map((path) => ({ path, title: parse(path)?.title })),
      );
    case 'rollback':
      return rollback(args.includes('--apply'), files);
    case 'verify':
      return {
        stdout: ndjson([
          started(command),
          component('anitomyscript', 'webassembly'),
          component('sodium-native', 'addon'),
          { type: 'verify-summary', components: 2, working: 2, tmdb: 'not-asked', ...FIGURES },
        ]),
      };
    case 'scan':
      return files.below(folder).length === 0 ? { exitCode: 1, stderr: `error: There is no folder ${folder}\n` } : scan(folder, files);
    case 'organize':
      return organize(folder, String(args[args.indexOf('--to') + 1]), args.includes('--apply'), files);
    default:
      return { exitCode: 1, stderr: `error: unknown command ${command}\n` };
  }
};

/** `cmd.exe` as far as the checks use it. */
export const fakeCmd: MemoryProgram = ({ args }) => ({ stdout: `${args.at(-1)?.replace(/^echo /, '')}\r\n` });

/** Node as far as the checks use it: `-p 'text'`. */
const fakeNode: MemoryProgram = ({ args }) => ({ stdout: `${args[1]?.slice(1, -1) ?? ''}\n` });

/** All of them, where a guest has them. */
export const fakePrograms: Readonly<Record<string, MemoryProgram>> = {
  'C:\\anivault\\anivault.exe': fakeAnivault,
  'C:\\Windows\\System32\\cmd.exe': fakeCmd,
  'X:\\node.exe': fakeNode,
};

/** The same program, with one of its habits changed. */
export const programsWith = (
  change: (run: ProgramRun, files: MemoryFiles, usual: () => Partial<ProgramResult>) => Partial<ProgramResult>,
): Readonly<Record<string, MemoryProgram>> => ({
  ...fakePrograms,
  'C:\\anivault\\anivault.exe': (run, files) => change(run, files, () => fakeAnivault(run, files)),
});

export const fakeBundle: Readonly<Record<string, string>> = {
  'anivault.exe': 'MZ program',
  'docs/guide.html': '<p>',
  'manifest.json': '{}',
};

const component = (name: string, kind: string): Json => ({
  type: 'component',
  name,
  kind,
  package: name,
  version: '1.0.0',
  sizeBytes: 1,
  sha256: sha,
  origin: 'embedded',
  loadedFrom: 'asset',
  works: true,
  trial: 'as expected',
});

const videosIn = (folder: string, files: MemoryFiles): readonly string[] =>
  files
    .below(folder)
    .filter((path) => /\.(?:mkv|mp4|avi)$/.test(path))
    .map((path) => below(folder, path));
const sizeOf = (folder: string, path: string, files: MemoryFiles): number => Buffer.byteLength(files.read(inside(folder, path)) ?? '');
const inside = (folder: string, path: string): string => `${folder}\\${path.replaceAll('/', '\\')}`;

function parse(path: string): { readonly title: string; readonly episode: string } | undefined {
  const [, title, episode] = NAME.exec((path.split('/').at(-1) ?? '').replace(/\.\w+$/, ' ')) ?? [];
  return title === undefined || episode === undefined ? undefined : { title, episode };
}

function scan(folder: string, files: MemoryFiles): Partial<ProgramResult> {
  const found = videosIn(folder, files).map((path) => {
    const name = parse(path);
    return {
      type: 'file',
      path,
      sizeBytes: sizeOf(folder, path, files),
      parsed: name ? { title: name.title, episodes: [name.episode] } : null,
    };
  });
  const parsed = found.filter((file) => file.parsed !== null).length;
  const summary = {
    type: 'scan-summary',
    paths: found.length,
    directories: 1,
    files: found.length,
    parsed,
    problems: 0,
    pathsPerMinute: 12_345,
    ...FIGURES,
  };
  return { stdout: ndjson([started('scan'), ...found, summary]) };
}

function organize(folder: string, destination: string, apply: boolean, files: MemoryFiles): Partial<ProgramResult> {
  const videos = videosIn(folder, files);
  const placeOf = (path: string): string | undefined => {
    const name = parse(path);
    return name && `${name.title}/Season 01/${name.title} - S01E${name.episode.padStart(2, '0')}${path.slice(path.lastIndexOf('.'))}`;
  };
  const stays: Json[] = [];
  const moves: Json[] = [];
  for (const path of videos) {
    const to = placeOf(path);
    if (to === undefined) stays.push({ type: 'stay', path, reason: 'not-understood' });
    else if (videos.some((other) => other !== path && placeOf(other) === to))
      stays.push({ type: 'stay', path, reason: 'same-destination', to });
    else if (files.read(inside(destination, to)) !== undefined) stays.push({ type: 'stay', path, reason: 'destination-exists', to });
    else {
      moves.push({
        type: 'move',
        from: path,
        to,
        sizeBytes: sizeOf(folder, path, files),
        state: apply ? 'moved' : 'planned',
      });
      if (!apply) continue;
      const [was, is] = [inside(folder, path), inside(destination, to)];
      files.write(is, files.read(was) ?? '');
      files.remove(was);
      files.write(JOURNAL, `${files.read(JOURNAL) ?? ''}${JSON.stringify({ was, is })}\n`);
    }
  }
  const summary = {
    type: 'organize-summary',
    applied: apply,
    transfer: 'move',
    files: videos.length,
    moves: moves.length,
    companions: 0,
    failed: 0,
    stays: stays.length,
    conflicts: 0,
    problems: 0,
    ...(apply ? { operation: OPERATION, journal: JOURNAL } : {}),
    ...FIGURES,
  };
  return { exitCode: stays.length > 0 ? 6 : 0, stdout: ndjson([started('organize'), ...stays, ...moves, summary]) };
}

/** Everything that was moved goes back. Folders are not seen in a guest whose files are all there is. */
function rollback(apply: boolean, files: MemoryFiles): Partial<ProgramResult> {
  const moves = (files.read(JOURNAL) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly was: string; readonly is: string });
  for (const { was, is } of apply ? moves : []) {
    files.write(was, files.read(is) ?? '');
    files.remove(is);
  }
  const undone = moves.map(({ was, is }) => ({
    type: 'undo',
    transfer: 'move',
    from: is,
    to: was,
    sizeBytes: 1,
    state: apply ? 'undone' : 'planned',
  }));
  const summary = {
    type: 'rollback-summary',
    applied: apply,
    operation: OPERATION,
    files: moves.length,
    undone: moves.length,
    kept: 0,
    failed: 0,
    folders: 0,
    problems: 0,
    journal: JOURNAL,
    ...FIGURES,
  };
  return { stdout: ndjson([started('rollback'), ...undone, summary]) };
}
