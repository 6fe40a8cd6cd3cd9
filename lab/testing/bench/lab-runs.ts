import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { JournalLine } from '../../core/event.ts';
import { exec } from '../../host/exec.ts';
import type { Measurement } from './measurement.ts';

/** One whole run of the lab, from the start of its process to its end. */
export interface MeasuredLabRun {
  readonly wallSeconds: number;
  readonly exitCode: number;
  readonly journal: readonly JournalLine[];
}

/** Runs the real command line in a process of its own; its reports go to a folder that is removed. Throws when the run gave no verdict. */
export async function runLabCommand(
  root: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  call: Call,
): Promise<MeasuredLabRun> {
  const reports = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-'));
  try {
    const program = [path.join(root, 'lab', 'main.ts'), 'run', '--reports', reports, ...args];
    const result = await exec(process.execPath, program, call, { cwd: root, env: { CI: 'true', ...environment } });
    // A noisy machine makes the benchmark check inconclusive (3). The run did all its work all the same.
    if (result.exitCode !== 0 && result.exitCode !== 3)
      throw new Error(`lab run ended with ${result.exitCode}:\n${result.stdout}\n${result.stderr}`);
    const [run] = await readdir(reports);
    const text = await readFile(path.join(reports, run ?? '', 'events.ndjson'), 'utf8');
    const journal = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalLine);
    return { wallSeconds: result.durationMs / 1000, exitCode: result.exitCode, journal };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

/** How long the parts of some runs took, by what the journal says: steps, guests, cells. */
export function partsOf(runs: readonly MeasuredLabRun[]): readonly Measurement[] {
  const seconds = new Map<string, number[]>();
  for (const { journal } of runs) {
    for (const { event } of journal) {
      const label = labelOf(event);
      if (label !== undefined && 'durationMs' in event) seconds.set(label, [...(seconds.get(label) ?? []), event.durationMs / 1000]);
    }
  }
  return [...seconds].map(([label, values]) => ({ label: `… ${label}`, unit: 's', values }));
}

function labelOf(event: JournalLine['event']): string | undefined {
  if (event.type === 'step-finished') return `step ${event.step}`;
  if (event.type === 'guest-ready') return `guest ready ${event.guest}`;
  if (event.type === 'bundle-copied') return `copy to ${event.guest}`;
  if (event.type === 'cell-finished') return `cell ${event.cell}`;
  return undefined;
}

/** A remark about runs that were not accepted, if there were any. */
export function remark(runs: readonly MeasuredLabRun[]): { readonly note?: string } {
  const blocked = runs.filter(({ exitCode }) => exitCode !== 0).length;
  return blocked === 0 ? {} : { note: `${blocked} of ${runs.length} blocked` };
}
