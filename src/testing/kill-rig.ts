import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { type CliRun, runCli } from '../cli/cli-rig.ts';

const PROGRAM = path.join(import.meta.dirname, '../main.ts');
const KILLER = path.join(import.meta.dirname, 'kill-at-step.main.ts');
/** A file system in memory, on Linux: flushing costs nothing there, and it is another volume than that of temporary files. */
const MEMORY = '/dev/shm';

/** Where tests that flush thousands of times work. */
export const quickFolder = (): string => (existsSync(MEMORY) ? MEMORY : tmpdir());

/** Why moves to another volume cannot be tested here; `false` when they can. */
export const noOtherVolume: string | false =
  existsSync(MEMORY) && statSync(MEMORY).dev !== statSync(tmpdir()).dev ? false : `needs ${MEMORY} on a file system of its own`;
export const otherVolume = tmpdir();

/** A library that a command is killed in, over and over: it can be kept and put back, names of one file included. */
export interface Battlefield {
  /** Holds `in` and the state; what is tested runs here. */
  readonly folder: string;
  /** Where `out` is. */
  readonly destination: string;
  /** Every file with what is in it and every folder, below source and destination; a file with two names shows. */
  readonly look: () => readonly string[];
  readonly keep: (name: string) => void;
  readonly putBack: (name: string) => void;
  /** Runs the program as a process of its own, to be killed at a step, and says whether it was. */
  readonly runToBeKilled: (args: readonly string[], at: number, torn?: boolean) => Promise<boolean>;
  /** Names of all steps of a run that is not killed. */
  readonly stepsOf: (args: readonly string[]) => Promise<readonly string[]>;
  /** Runs the program here. */
  readonly run: (...args: readonly string[]) => Promise<CliRun>;
}

/** Makes a battlefield with so many videos, some with subtitles, and a destination where some things are already. */
export function battlefield(t: Test, files: number, options: { readonly across?: boolean; readonly noLinks?: boolean } = {}): Battlefield {
  const base = mkdtempSync(path.join(quickFolder(), 'anivault-kill-'));
  const far = options.across === true ? mkdtempSync(path.join(otherVolume, 'anivault-kill-')) : base;
  const cache = path.join(tmpdir(), 'anivault-test-compile-cache');
  t.teardown(() => {
    for (const folder of [base, far]) rmSync(folder, { recursive: true, force: true });
  });
  const folder = path.join(base, 'work');
  const destination = path.join(far, 'work', 'out');
  const places = [...new Set([base, far])];
  makeLibrary(path.join(folder, 'in'), files);
  mkdirSync(path.join(destination, 'Show 3', 'Season 01'), { recursive: true });
  writeFileSync(path.join(destination, 'Show 3', 'notes.txt'), 'was there before');
  utimesSync(path.join(destination, 'Show 3', 'notes.txt'), 1_600_000_000, 1_600_000_000);
  const environment = {
    ...process.env,
    XDG_STATE_HOME: path.join(folder, '.state'),
    LOCALAPPDATA: path.join(folder, '.state'),
    NODE_COMPILE_CACHE: cache,
    ...(options.noLinks === true ? { NO_LINKS: '1' } : {}),
  };
  const processOf = async (args: readonly string[], more: Readonly<Record<string, string>>): Promise<NodeJS.Signals | null> => {
    const child = spawn(process.execPath, ['--no-warnings', '--import', KILLER, PROGRAM, ...args], {
      cwd: folder,
      env: { ...environment, ...more },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (signal !== 'SIGKILL' && exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${errors}`);
    return signal;
  };
  return {
    folder,
    destination,
    look: () => [...lookBelow(path.join(folder, 'in'), 'in'), ...lookBelow(destination, 'out')].toSorted(),
    keep: (name) => {
      for (const place of places) {
        rmSync(path.join(place, name), { recursive: true, force: true });
        copyTree(path.join(place, 'work'), path.join(place, name));
      }
    },
    putBack: (name) => {
      for (const place of places) {
        rmSync(path.join(place, 'work'), { recursive: true, force: true });
        copyTree(path.join(place, name), path.join(place, 'work'));
      }
    },
    runToBeKilled: async (args, at, torn = false) =>
      (await processOf(args, { KILL_AT: String(at), ...(torn ? { KILL_TORN: '1' } : {}) })) === 'SIGKILL',
    stepsOf: async (args) => {
      const file = path.join(base, 'steps');
      if ((await processOf(args, { STEPS_FILE: file })) !== null) throw new Error('killed without being told to');
      return readFileSync(file, 'utf8').split('\n');
    },
    run: (...args) => runCli(args, folder),
  };
}

function makeLibrary(folder: string, files: number): void {
  mkdirSync(path.join(folder, 'Subs'), { recursive: true });
  for (let index = 0; index < files; index += 1) {
    // Every fifth file is a subtitle of the video before it.
    const episode = index % 5 === 4 ? index - 1 : index;
    const stem = `[Lab] Show ${episode % 4} - ${String(episode + 1).padStart(2, '0')}`;
    const file = path.join(folder, index % 5 === 4 ? `${index % 2 === 0 ? 'Subs/' : ''}${stem}.en.ass` : `${stem}.mkv`);
    writeFileSync(file, index === 2 ? '' : `content of ${index} `.repeat(index + 1));
    utimesSync(file, 1_700_000_000 + index, 1_700_000_000 + index);
  }
}

function lookBelow(folder: string, name: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const shown = `${name}/${path.relative(folder, file)}`;
    if (entry.isDirectory()) return `${shown}/`;
    const { mtimeMs, nlink } = statSync(file);
    return `${shown}: ${readFileSync(file, 'utf8').slice(0, 60)} ${statSync(file).size} ${mtimeMs} ${nlink}`;
  });
  return [`${name}/`, ...below];
}

/** Copies a tree with its times; two names of one file are two names of one copy. */
function copyTree(from: string, to: string, seen = new Map<bigint, string>()): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      copyTree(source, target, seen);
      continue;
    }
    const { ino, atime, mtime } = statSync(source, { bigint: true });
    const twin = seen.get(ino);
    if (twin !== undefined) linkSync(twin, target);
    else {
      copyFileSync(source, target);
      utimesSync(target, atime, mtime);
      seen.set(ino, target);
    }
  }
}

interface WayToDie {
  /** Number of the step, from 1. */
  readonly at: number;
  readonly torn: boolean;
  readonly where: string;
}

/** Every step at which to kill; a write is cut in its midst at some of them as well. */
function waysToDie(steps: readonly string[]): readonly WayToDie[] {
  return steps.flatMap((step, index) => {
    const name = step.replace(' torn', '');
    const at = index + 1;
    const before = { at, torn: false, where: `before step ${at} (${name})` };
    // Lines of the journal are many and alike: the first ones, the last ones and some in between will do.
    const isTorn = step !== name && (name !== 'appendFile' || index % 9 === 0 || index < 20 || index > steps.length - 10);
    return isTorn ? [before, { at, torn: true, where: `in the midst of step ${at} (${name})` }] : [before];
  });
}

/** A command that is killed, and the states that what comes after may end in. */
export interface Trial {
  readonly args: readonly string[];
  /** Tree before anything was put in order, and when all of it was. */
  readonly start: readonly string[];
  readonly end: readonly string[];
  /** Exit codes and errors besides success that say that there was nothing to do. */
  readonly resumesNothing: RegExp;
  readonly rollsBackNothing: RegExp;
}

/**
 * Kills a command at every one of its steps, each time from the state that was kept as `fresh`, and then lets both `organize --resume` and `rollback last`
 * have their try at what it has left. The first must end in the end state, the second in the start state; where there is nothing to do, in either. Gives
 * how often each had something to do.
 */
export async function killEverywhere(
  t: Test,
  fields: readonly Battlefield[],
  trialOf: (field: Battlefield) => Promise<Trial>,
): Promise<{ readonly steps: number; readonly resumed: number; readonly rolledBack: number }> {
  let [steps, resumed, rolledBack] = [0, 0, 0];
  const fight = async (field: Battlefield, turn: number): Promise<void> => {
    const { args, start, end, resumesNothing, rollsBackNothing } = await trialOf(field);
    field.putBack('fresh');
    const names = await field.stepsOf(args);
    steps = names.length;
    const [startText, endText] = [start.join('\n'), end.join('\n')];
    for (const { at, torn, where } of waysToDie(names).filter((_, index) => index % fields.length === turn)) {
      field.putBack('fresh');
      if (!(await field.runToBeKilled(args, at, torn))) t.fail(`was not killed ${where}`);
      field.keep('killed');

      const resume = await field.run('organize', '--resume', '--apply');
      const resumedTree = field.look();
      const nothing = resumesNothing.test(resume.stderr);
      if (!nothing) resumed += 1;
      const isResumed =
        resumedTree.join('\n') === endText ? nothing || resume.exitCode === 0 : nothing && resumedTree.join('\n') === startText;
      if (!isResumed) t.same(resumedTree, end, `resumed after being killed ${where}: ${JSON.stringify(resume)}`);

      field.putBack('killed');
      const rollback = await field.run('rollback', 'last', '--apply');
      const rolledBackTree = field.look();
      const unknown = rollsBackNothing.test(rollback.stderr);
      if (!unknown) rolledBack += 1;
      if (rolledBackTree.join('\n') !== startText || !(unknown || rollback.exitCode === 0)) {
        t.same(rolledBackTree, start, `rolled back after being killed ${where}: ${JSON.stringify(rollback)}`);
      }
    }
  };
  await Promise.all(fields.map(fight));
  return { steps, resumed, rolledBack };
}

const NOTHING_TO_RESUME = /No operation is unfinished/;
const NOTHING_MOVED = /No files have been moved yet/;

/** Being killed while putting files in order. `more` goes onto the command line. */
export const whileOrganizing =
  (...more: readonly string[]) =>
  async (field: Battlefield): Promise<Trial> => {
    const args = ['organize', 'in', '--to', field.destination, '--apply', ...more];
    const start = field.look();
    field.keep('fresh');
    await field.stepsOf(args);
    return { args, start, end: field.look(), resumesNothing: NOTHING_TO_RESUME, rollsBackNothing: NOTHING_MOVED };
  };

/** Being killed while taking back what was put in order. */
export const whileRollingBack =
  (...more: readonly string[]) =>
  async (field: Battlefield): Promise<Trial> => {
    const { start, end, ...trial } = await whileOrganizing(...more)(field);
    field.keep('fresh');
    return { ...trial, args: ['rollback', 'last', '--apply'], start, end };
  };

/** Being killed while finishing what was cut off in the midst of a step in the middle. */
export const whileResuming =
  (...more: readonly string[]) =>
  async (field: Battlefield): Promise<Trial> => {
    const trial = await whileOrganizing(...more)(field);
    field.putBack('fresh');
    const names = await field.stepsOf(trial.args);
    field.putBack('fresh');
    const middle = names.findIndex((name, index) => index > names.length / 2 && name === 'unlink');
    await field.runToBeKilled(trial.args, middle + 1);
    field.keep('fresh');
    return { ...trial, args: ['organize', '--resume', '--apply'] };
  };
