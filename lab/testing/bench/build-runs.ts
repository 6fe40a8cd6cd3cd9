import { appendFile, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { ScanReport } from '../../core/scan-report.ts';
import { exec } from '../../host/exec.ts';
import type { Measurement } from './measurement.ts';

/** One run from source to scanned bundle, from the start of its process to its end. */
export interface MeasuredBuild {
  readonly wallSeconds: number;
  /** What it was busy with, in order, in the words of its progress: a name of a step, and how long. */
  readonly parts: readonly (readonly [label: string, seconds: number])[];
  /** How many answers of scanners were given before. */
  readonly reused: number;
}

/** A clone of the repository with a cache of its own, in which sources can be changed. */
export interface BuildBench extends AsyncDisposable {
  /** Takes what was made out of the cache; what was fetched stays. */
  readonly forget: () => Promise<void>;
  /** Changes a source of the program and commits it. */
  readonly change: () => Promise<void>;
  readonly run: () => Promise<MeasuredBuild>;
}

/** Makes the clone. What is fetched comes with the first run. */
export async function buildBench(root: string, call: Call): Promise<BuildBench> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-build-'));
  const project = path.join(scratch, 'project');
  const cache = path.join(scratch, 'cache');
  const git = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await exec('git', args, call, { cwd: scratch });
    if (exitCode !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  };
  const inProject = ['-C', project, '-c', 'user.name=bench', '-c', 'user.email=bench@invalid', '-c', 'commit.gpgsign=false'];
  await git('clone', '--quiet', '--no-hardlinks', root, project);
  await symlink(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  await appendFile(path.join(project, '.git', 'info', 'exclude'), '/node_modules\n');
  return {
    forget: async () => {
      // program-0123456789ab  executable-…  bundle-zip-…  scan-secrets-…
      for (const name of await readdir(cache))
        if (/^(?:program|executable|bundle|scan)-/.test(name)) await rm(path.join(cache, name), { recursive: true, force: true });
    },
    change: async () => {
      await appendFile(path.join(project, 'src', 'main.ts'), '// measured\n');
      await git(...inProject, 'commit', '--quiet', '--no-verify', '--all', '--message', 'chore: measure');
    },
    run: () => runScan(root, project, scratch, cache, call),
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}

async function runScan(root: string, project: string, scratch: string, cache: string, call: Call): Promise<MeasuredBuild> {
  const output = path.join(scratch, 'output');
  const marks: { readonly label: string; readonly atMs: number }[] = [{ label: 'start of the process', atMs: performance.now() }];
  const program = ['--require', path.join(root, 'lab/cli/node-version.cjs'), path.join(root, 'lab/main.ts')];
  const args = [...program, 'scan', '--config', path.join(project, 'lab.config.json'), '--output', output];
  await rm(output, { recursive: true, force: true });
  const result = await exec(process.execPath, args, call, {
    cwd: project,
    env: { CI: 'true', LAB_CACHE_DIR: cache, LAB_STATE_DIR: path.join(scratch, 'state') },
    onLine: (line, stream) => {
      // build: bundle the program
      const said = /^(build|bundle|scan): (.+)$/.exec(line);
      if (stream === 'stderr' && said)
        marks.push({ label: said[1] === 'scan' ? 'scan' : `${said[1]}: ${said[2]}`, atMs: performance.now() });
    },
  });
  const endMs = performance.now();
  // What scanners find or cannot look at is no question of time.
  if (result.exitCode !== 0 && result.exitCode !== 1 && result.exitCode !== 3)
    throw new Error(`lab scan ended with ${result.exitCode}:\n${result.stdout}\n${result.stderr}`);
  const report = JSON.parse(await readFile(path.join(output, 'scan-report.json'), 'utf8')) as ScanReport;
  const firstScan = marks.findIndex(({ label }) => label === 'scan');
  if (firstScan === -1 || report.results.length === 0) throw new Error(`nothing was scanned:\n${result.stderr}`);
  // A line about a scan is written when it has ended: what is before the first one is scanning already.
  const steps = marks.slice(0, firstScan);
  const parts = steps.map(({ label, atMs }, index) => [label, ((steps[index + 1]?.atMs ?? atMs) - atMs) / 1000] as const).slice(0, -1);
  const last = steps.at(-1);
  return {
    wallSeconds: result.durationMs / 1000,
    parts: [
      ...parts,
      ...(last === undefined ? [] : [[`${last.label}, then all scans`, (endMs - last.atMs) / 1000] as const]),
      ...report.results.map(({ scanner, durationMs }) => [`scan ${scanner}`, durationMs / 1000] as const),
    ],
    reused: report.results.filter(({ reused }) => reused !== undefined).length,
  };
}

/** The parts of some runs as measurements, in a table of their own. */
export function partsOfBuilds(group: string, runs: readonly MeasuredBuild[]): readonly Measurement[] {
  const seconds = new Map<string, number[]>();
  for (const { parts } of runs) for (const [label, value] of parts) seconds.set(label, [...(seconds.get(label) ?? []), value]);
  return [...seconds].map(([label, values]) => ({ label: `… ${label}`, unit: 's', values, group }));
}
