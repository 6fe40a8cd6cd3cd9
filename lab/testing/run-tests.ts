import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describeFile, describeSummary } from './test-run/describe.ts';
import { type TestFileResult, runTestFile } from './test-run/test-file.ts';

/** How long each file took last time; slow ones go first, so that no long file is left alone at the end. */
const DURATIONS_FILE = '.tap/durations.json';

/** What the runner takes from the `tap` section of package.json, so that `npx tap` and `npm test` agree. */
interface TapSettings {
  readonly include: readonly string[];
  readonly jobs: number;
  /** Seconds a file may take. */
  readonly timeout: number;
}

const root = path.resolve(import.meta.dirname, '..', '..');

/**
 * Runs the tests: every file matching tap's `include`, or those whose path contains one of the arguments.
 *
 * Each file is a tap program in a process group of its own and is run straight by this Node, without tap's loaders: that is what a developer runs
 * for a single file, it takes a third of the time, and a file that prints no test point fails instead of counting as skipped.
 */
async function main(selections: readonly string[]): Promise<number> {
  const settings = (JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { tap: TapSettings }).tap;
  const wanted = selections.map((selection) => selection.replace(/^\.\//, '').replace(/\/+$/, ''));
  const unknown = wanted.find((selection) => selection.startsWith('-'));
  if (unknown !== undefined) {
    process.stderr.write(`There is no option ${unknown}. Usage: npm test [-- PATH…], where PATH is part of a test file's path.\n`);
    return 2;
  }
  const durations = await readDurations();
  const found: string[] = [];
  for await (const file of glob([...settings.include], { cwd: root })) {
    if (wanted.length === 0 || wanted.some((selection) => file.includes(selection))) found.push(file);
  }
  const queue = found.toSorted((a, b) => (durations[b] ?? Infinity) - (durations[a] ?? Infinity) || (a < b ? -1 : 1));

  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stoppedBy ??= signal;
      stop.abort();
    });
  }

  const results: TestFileResult[] = [];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined && !stop.signal.aborted; file = queue.shift()) {
      const result = await runTestFile({ root, file, timeoutMs: settings.timeout * 1000, signal: stop.signal });
      if (stop.signal.aborted) return;
      results.push(result);
      durations[file] = Math.round(result.durationMs);
      process.stdout.write(describeFile(result));
    }
  };
  await Promise.all(Array.from({ length: Math.min(settings.jobs, os.availableParallelism()) }, worker));
  await writeDurations(durations);
  process.stdout.write(describeSummary(results, { interrupted: stoppedBy, notRun: found.length - results.length }));
  if (stoppedBy !== undefined) return 130;
  return results.length > 0 && results.every((result) => result.ok) ? 0 : 1;
}

async function readDurations(): Promise<Record<string, number>> {
  try {
    return JSON.parse(await readFile(path.join(root, DURATIONS_FILE), 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

async function writeDurations(durations: Readonly<Record<string, number>>): Promise<void> {
  const file = path.join(root, DURATIONS_FILE);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(durations, null, 1)}\n`);
  } catch {
    // Only the order of the next run depends on it; a read-only clone can be tested all the same.
  }
}

process.exitCode = await main(process.argv.slice(2));
