import { createHash } from 'node:crypto';
import type { Call } from '../../core/call.ts';
import type { EvidenceSink, Guest } from '../../core/check.ts';
import { LabError } from '../../core/error.ts';
import type { RunningService } from '../../core/stand-in.ts';
import { type RemotePath, guestName, joinRemote, remotePath, sha256 } from '../../core/ids.ts';
import { emulatedBox } from '../fixtures/box-answers.ts';
import type { DownloadMark, MeasuredRun, ProgramResult, ProgramRun, SignatureFacts, Toolkit, TreeEntry } from '../../core/toolkit.ts';

/** The files of a guest that exists in memory only. Paths are told apart as Windows does: not by case. */
export interface MemoryFiles {
  /** Absolute paths below `folder`, sorted, as they were written. */
  readonly below: (folder: string) => readonly string[];
  readonly read: (path: string) => string | undefined;
  readonly write: (path: string, content: string) => void;
  readonly remove: (path: string) => void;
}

/** What a program of the guest does: it may change files, and says what it printed. */
export type MemoryProgram = (run: ProgramRun, files: MemoryFiles) => Partial<ProgramResult>;

export interface MemoryGuest extends Guest {
  readonly files: MemoryFiles;
  readonly evidence: EvidenceSink & { readonly titles: readonly string[] };
  /** Verbs as they were asked, in order. */
  readonly asked: readonly string[];
}

export interface MemoryGuestParts {
  /** Programs by absolute path. Running anything else is refused as a file that does not start. */
  readonly programs: Readonly<Record<string, MemoryProgram>>;
  /** Files of the bundle as the archive holds them. */
  readonly bundle: Readonly<Record<string, string>>;
  /** What unpacking the archive gives instead; default `bundle`. */
  readonly archive?: Readonly<Record<string, string>>;
  /** Replaces verbs of the toolkit, for faults. */
  readonly verbs?: (toolkit: Toolkit, files: MemoryFiles) => Partial<Toolkit>;
  readonly startsFrom: 'pristine' | 'installed';
  /** Milliseconds a measured run takes; default 100. */
  readonly durationMs?: (series: string, index: number) => number;
  readonly peakMemoryBytes?: number;
  readonly signature?: SignatureFacts;
  /** Whether the lab has a Node in the guest. Default: it has none. */
  readonly node?: boolean;
  /** Whether there is a stand-in for what the program talks to. Default: there is. */
  readonly testService?: boolean;
  /** Whether a folder is small enough to be read. Default: it is. */
  readonly readable?: boolean;
  readonly os?: Guest['spec']['os'];
}

/** Holds `1` as long as the stand-in listens. */
export const SERVICE_MARK = 'C:\\AniVaultLab\\test-service.listens';
/** Where it listens, as the program is told. */
export const SERVICE_VARIABLES: Readonly<Record<string, string>> = { ANIVAULT_TMDB_URL: 'http://127.0.0.1:1/' };
/** Of digits that no digest of the tests has in a row. */
export const SERVICE_KEY = '0f1e2d3c'.repeat(4);

/** Where a guest with a Node has it. */
export const memoryNode = remotePath('X:\\node.exe');

const digestOf = (content: string): string => createHash('sha256').update(content).digest('hex');

/** A guest without any machine. Strict: what no real toolkit would do throws. */
export function memoryGuest(parts: MemoryGuestParts): MemoryGuest {
  const stored = new Map<string, { readonly path: string; readonly content: string }>();
  const marks = new Map<string, DownloadMark>();
  const asked: string[] = [];
  const titles: string[] = [];
  const files: MemoryFiles = {
    below: (folder) => {
      const start = `${folder.replace(/\\+$/, '')}\\`.toLowerCase();
      return [...stored.values()]
        .map(({ path }) => path)
        .filter((path) => path.toLowerCase().startsWith(start))
        .toSorted();
    },
    read: (path) => stored.get(path.toLowerCase())?.content,
    write: (path, content) => void stored.set(path.toLowerCase(), { path, content }),
    remove: (path) => void stored.delete(path.toLowerCase()),
  };
  const installDirectory = remotePath('C:\\anivault');
  const archive = remotePath('C:\\AniVaultLab\\anivault-1.2.3-win-x64.zip');
  const put = (folder: string, content: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(content)) files.write(`${folder}\\${path.replaceAll('/', '\\')}`, text);
  };
  files.write(archive, 'zip');
  files.write('C:\\Windows\\System32\\cmd.exe', 'cmd');
  if (parts.node === true) files.write(memoryNode, 'node');
  files.write('C:\\Users\\guest\\Documents\\letter.txt', 'Dear');
  files.write('C:\\Program Files\\Other\\other.exe', 'other');
  if (parts.startsFrom === 'installed') put(installDirectory, parts.bundle);

  const startService = async (): Promise<RunningService> => {
    asked.push('start service');
    files.write(SERVICE_MARK, '1');
    return { environment: SERVICE_VARIABLES, key: SERVICE_KEY, [Symbol.asyncDispose]: async () => files.write(SERVICE_MARK, '0') };
  };
  const run = (program: ProgramRun): ProgramResult => {
    const behaviour = parts.programs[program.executable];
    if (behaviour === undefined || files.read(program.executable) === undefined) {
      throw LabError.of('toolkit.start-failed', { reason: `${program.executable} is no program` });
    }
    if (files.below(program.cwd).length === 0) throw new Error(`the folder ${program.cwd} does not exist`);
    return { exitCode: 0, ended: 'exited', stdout: '', stderr: '', truncated: false, durationMs: 50, ...behaviour(program, files) };
  };
  const strict: Toolkit = {
    name: 'agent',
    describe: async () => ({
      osVersion: '10.0.19045',
      productName: 'Windows in memory',
      architecture: 'x64',
      locale: 'en-US',
      timeZone: 'UTC',
      logicalProcessors: 2,
      memoryBytes: 4 << 28,
      user: 'guest',
      hostName: 'memory',
      temporaryDirectory: remotePath('C:\\Users\\guest\\AppData\\Local\\Temp'),
      userProfile: remotePath('C:\\Users\\guest'),
      localAppData: remotePath('C:\\Users\\guest\\AppData\\Local'),
      networkInterfaces: ['lo'],
    }),
    makeTree: async (root, made) => {
      for (const file of made) {
        const path = joinRemote(root, file.path);
        if (files.read(path) !== undefined) throw new Error(`${path} exists`);
        files.write(path, 'text' in file ? file.text : 'x'.repeat(file.sizeBytes));
      }
    },
    listTree: async (root, { hash, maxEntries, depth = Infinity }) => {
      const entries = new Map<string, TreeEntry>();
      for (const path of files.below(root)) {
        const names = path.slice(root.replace(/\\+$/, '').length + 1).split('\\');
        const content = files.read(path) ?? '';
        names.forEach((_, index) => {
          const relative = names.slice(0, index + 1).join('\\');
          if (index + 1 > depth) return;
          const isFile = index === names.length - 1;
          const file = {
            path: relative,
            kind: 'file',
            sizeBytes: Buffer.byteLength(content),
            ...(hash ? { sha256: sha256(digestOf(content)) } : {}),
          } as const;
          entries.set(relative, isFile ? file : { path: relative, kind: 'directory', sizeBytes: 0 });
        });
      }
      const sorted = [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
      return { entries: sorted.slice(0, maxEntries), complete: sorted.length <= maxEntries };
    },
    unpack: async (from, to) => {
      if (from !== archive) throw new Error(`${from} is not the archive`);
      const content = parts.archive ?? parts.bundle;
      put(to, content);
      return { files: Object.keys(content).length, bytes: 1, durationMs: 5, tool: 'memory' };
    },
    remove: async (path) => {
      for (const file of [path, ...files.below(path)]) files.remove(file);
    },
    run: async (program) => run(program),
    measure: async (programs, rounds) => {
      const runs: MeasuredRun[] = [];
      for (let round = 0; round < rounds; round += 1) {
        for (const { series, program, expectInStdout } of programs) {
          const { exitCode, stdout } = run(program);
          runs.push({
            series,
            round,
            exitCode,
            expectedOutput: stdout.includes(expectInStdout),
            durationMs: parts.durationMs?.(series, asked.length + runs.length) ?? 100,
            ...(parts.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: parts.peakMemoryBytes }),
            lastLine: stdout.trimEnd().split('\n').at(-1) ?? '',
          });
        }
      }
      return runs;
    },
    markDownloaded: async (file, mark) => void marks.set(file.toLowerCase(), mark),
    readDownloadMark: async (file) => marks.get(file.toLowerCase()),
    readSignature: async (file) => {
      if (files.read(file) === undefined) throw new Error(`${file} does not exist`);
      return parts.signature ?? { isPortableExecutable: true, certificateTableBytes: 0 };
    },
    readBox: async () => emulatedBox(19045),
    repairBox: async (facts) => facts.map((fact) => ({ fact, done: false, problem: 'nothing to repair' })),
  };
  const replaced: Toolkit = { ...strict, ...parts.verbs?.(strict, files) };
  return {
    files,
    asked,
    evidence: {
      titles,
      add: async (title, _mediaType, content) => {
        titles.push(title);
        return sha256(digestOf(String(content)));
      },
    },
    spec: { name: guestName('win10'), os: parts.os ?? 'windows-10', build: 19045, provider: 'wine' },
    assurance: 'simulated',
    isolation: 'namespaces',
    toolkit: watched(replaced, asked),
    archive,
    installDirectory,
    readFiles: async (folder) => {
      asked.push('readFiles');
      if (files.below(folder).length === 0) throw new Error(`there is no folder ${folder}`);
      if (parts.readable === false) return { files: new Map(), complete: false };
      return {
        files: new Map(files.below(folder).map((path) => [below(folder, path), Buffer.from(files.read(path) ?? '')])),
        complete: true,
      };
    },
    ...(parts.node === true ? { node: async () => memoryNode } : {}),
    ...(parts.testService === false ? {} : { testService: { name: 'the service', start: startService } }),
    scratch: remotePath('C:\\AniVaultLab\\scratch-1'),
    bundle: {
      $schema: 'bundle-manifest.v1.json',
      product: { name: 'anivault', version: '1.2.3', executable: 'anivault.exe' },
      target: { os: 'windows', architecture: 'x64' },
      commit: 'unknown',
      packager: { name: 'node-sea', runtime: 'node 26' },
      files: Object.entries(parts.bundle)
        .filter(([path]) => path !== 'manifest.json')
        .map(([path, content]) => ({
          path,
          sizeBytes: Buffer.byteLength(content),
          sha256: sha256(digestOf(content)),
          role: path.endsWith('.exe') ? 'executable' : 'documentation',
        })),
      digest: sha256(digestOf('bundle')),
    },
  };
}

/** Notes every verb and keeps the promise that a call which was given up does nothing. */
function watched(toolkit: Toolkit, asked: string[]): Toolkit {
  const wrap =
    <Args extends readonly [...unknown[], Call], Answer>(verb: string, ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      (args.at(-1) as Call).signal.throwIfAborted();
      asked.push(verb);
      return await ask(...args);
    };
  return {
    name: toolkit.name,
    describe: wrap('describe', toolkit.describe),
    makeTree: wrap('makeTree', toolkit.makeTree),
    listTree: wrap('listTree', toolkit.listTree),
    unpack: wrap('unpack', toolkit.unpack),
    remove: wrap('remove', toolkit.remove),
    run: wrap('run', toolkit.run),
    measure: wrap('measure', toolkit.measure),
    markDownloaded: wrap('markDownloaded', toolkit.markDownloaded),
    readDownloadMark: wrap('readDownloadMark', toolkit.readDownloadMark),
    readSignature: wrap('readSignature', toolkit.readSignature),
    readBox: wrap('readBox', toolkit.readBox),
    repairBox: wrap('repairBox', toolkit.repairBox),
  };
}

/** The path of a file relative to a folder, with `/` between parts. */
export const below = (folder: RemotePath | string, path: string): string => path.slice(folder.length + 1).replaceAll('\\', '/');
