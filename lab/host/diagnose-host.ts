import { mkdir, statfs } from 'node:fs/promises';
import type { Call } from '../core/call.ts';
import type { Diagnosis } from '../core/guest.ts';
import { exec } from './exec.ts';
import { writeError } from './files.ts';
import type { Folders } from './folders.ts';

/** The Node this project is pinned to by its own dependencies. */
const NODE_MAJOR = 26;
/** A run folder with its zip and evidence, several times over. */
const LEAST_FREE_REPORT_BYTES = 500e6;

/** What every run needs of the host, whatever the guests are made of. */
export async function diagnoseHost(folders: Folders, reports: string, call: Call): Promise<readonly Diagnosis[]> {
  return [
    diagnoseNode(),
    await diagnoseGit(call),
    await diagnoseFolder('cache folder', folders.cache, 0),
    await diagnoseFolder('state folder', folders.state, 0),
    await diagnoseFolder('reports folder', reports, LEAST_FREE_REPORT_BYTES),
  ];
}

function diagnoseNode(): Diagnosis {
  const subject = 'node';
  if (Number(process.versions.node.split('.')[0]) === NODE_MAJOR) return { subject, state: 'ok', message: process.version };
  const hint = 'run the lab by `npm run lab`, which uses the Node that `npm ci` installs';
  return {
    subject,
    state: 'missing',
    message: `${process.version} is running, the lab is built and verified with Node ${NODE_MAJOR}`,
    hint,
  };
}

async function diagnoseGit(call: Call): Promise<Diagnosis> {
  const subject = 'git';
  try {
    const { stdout } = await exec('git', ['--version'], call);
    return { subject, state: 'ok', message: stdout.trim() };
  } catch {
    return {
      subject,
      state: 'warning',
      message: 'not found',
      hint: 'without git the bundle cannot name the commit it was built from: apt-get install git',
    };
  }
}

async function diagnoseFolder(subject: string, folder: string, leastFreeBytes: number): Promise<Diagnosis> {
  try {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const message = `${folder}, ${(free / 1e9).toFixed(1)} GB free`;
    if (free < leastFreeBytes) return { subject, state: 'missing', message, hint: `at least ${leastFreeBytes / 1e6} MB are needed` };
    return { subject, state: 'ok', message };
  } catch (error) {
    const { message, hint } = writeError(error, folder);
    return { subject, state: 'missing', message, hint };
  }
}
