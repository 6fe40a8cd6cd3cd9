import { type ChildProcess, spawn } from 'node:child_process';
import { Parser, type Result } from 'tap-parser';

/** A test point that failed, with all that tap said about it. */
export interface Failure {
  /** The names of the enclosing tests and its own. */
  readonly name: string;
  readonly diagnosis: Readonly<Record<string, unknown>>;
}

/** A test or assertion that was not made, and why. */
export interface Skip {
  readonly name: string;
  readonly reason: string;
}

/** What running one test file came to. */
export interface TestFileResult {
  readonly file: string;
  readonly ok: boolean;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  /** What the file printed that is not TAP, on either stream. */
  readonly output: string;
  readonly durationMs: number;
}

/** One test file to be run. */
export interface TestFileRun {
  readonly root: string;
  /** Relative to `root`. */
  readonly file: string;
  readonly timeoutMs: number;
  /** Ends the file's whole process group when aborted. */
  readonly signal: AbortSignal;
}

/** Kept of what a file prints beside TAP. */
const MOST_OUTPUT_CHARACTERS = 64_000;
/** Between asking a process group to end and killing it; tap uses it to say what it was waiting for. */
const GRACE_MS = 5000;

/**
 * Runs one test file to its end and counts its test points, those of subtests included.
 *
 * A file also fails when it exits with another code than 0, is killed, runs out of time, breaks its plan, or makes no test point at all.
 * What it leaves running in its process group is killed. Never rejects.
 */
export async function runTestFile(run: TestFileRun): Promise<TestFileResult> {
  const startedMs = performance.now();
  const failures: Failure[] = [];
  const skips: Skip[] = [];
  let passed = 0;
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-MOST_OUTPUT_CHARACTERS);
  };

  const parser = new Parser();
  parser.on('pass', () => (passed += 1));
  parser.on('skip', (result: Result) => {
    // tap writes `# SKIP` without words when only a flag was given: nobody could tell whether that is in order.
    if (typeof result.skip === 'string' && result.skip !== '') skips.push({ name: nameOf(result), reason: result.skip });
    else failures.push({ name: nameOf(result), diagnosis: { reason: 'skipped without a reason' } });
  });
  parser.on('todo', (result: Result) =>
    failures.push({ name: nameOf(result), diagnosis: { reason: 'a test that is still to be written proves nothing' } }),
  );
  parser.on('fail', (result: Result) => failures.push({ name: nameOf(result), diagnosis: (result.diag ?? {}) as Record<string, unknown> }));
  parser.on('extra', keep);

  const child = spawn(process.execPath, ['--no-warnings', run.file], {
    cwd: run.root,
    // tap's own limit comes later than the runner's, which asks tap (SIGALRM) to tell what it waits for.
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String((run.timeoutMs + GRACE_MS * 2) / 1000) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => parser.write(text));
  child.stderr.setEncoding('utf8').on('data', keep);
  const end = await untilEnd(child, run);
  parser.end();

  const results = parser.results;
  if (end.timedOut) failures.push({ name: 'the file', diagnosis: { reason: `ran longer than ${run.timeoutMs / 1000} s` } });
  else if (end.error) failures.push({ name: 'the file', diagnosis: { reason: `cannot be run: ${end.error.message}` } });
  else if (passed + failures.length + skips.length === 0 && end.exitCode === 0)
    failures.push({ name: 'the file', diagnosis: { reason: 'makes no test point' } });
  else if (failures.length === 0 && (end.exitCode !== 0 || results?.ok !== true)) {
    failures.push({
      name: 'the file',
      diagnosis: {
        reason: `ended with ${end.signal ?? `exit code ${end.exitCode}`}`,
        ...(results?.failures.length ? { tap: results.failures } : {}),
      },
    });
  }
  return { file: run.file, ok: failures.length === 0, passed, failures, skips, output, durationMs: performance.now() - startedMs };
}

const nameOf = (result: Result): string => result.fullname || result.name || 'without a name';

interface End {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly error?: Error;
}

function untilEnd(child: ChildProcess, run: TestFileRun): Promise<End> {
  return new Promise((resolve) => {
    let timedOut = false;
    let force: NodeJS.Timeout | undefined;
    const end = (signal: 'SIGALRM' | 'SIGTERM'): void => {
      killGroup(child, signal);
      force ??= setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
    };
    const limit = setTimeout(() => {
      timedOut = true;
      end('SIGALRM');
    }, run.timeoutMs);
    const abort = (): void => end('SIGTERM');
    run.signal.addEventListener('abort', abort);
    const finish = (ended: End): void => {
      clearTimeout(limit);
      clearTimeout(force);
      run.signal.removeEventListener('abort', abort);
      killGroup(child, 'SIGKILL');
      resolve(ended);
    };
    child.once('error', (error) => finish({ exitCode: null, signal: null, timedOut, error }));
    // A program that the file left running may hold the pipes open for ever: it is killed with the group, then the pipes close.
    child.once('exit', () => killGroup(child, 'SIGKILL'));
    child.once('close', (exitCode, signal) => finish({ exitCode, signal, timedOut }));
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
