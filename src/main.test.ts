import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { eventsIn } from './cli/cli-rig.ts';
import { versionEvent, versionText } from './cli/version.ts';

const main = path.join(import.meta.dirname, 'main.ts');
const start = (args: readonly string[], folder: string): ChildProcessWithoutNullStreams => {
  const child = spawn(process.execPath, ['--no-warnings', main, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: path.join(folder, '.state') },
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
};
/** Gives a folder a folder `in` with many files. Long names, so that the first piece of output comes while most of the work is still to be done. */
const filled = (folder: string): string => {
  mkdirSync(path.join(folder, 'in'));
  for (let index = 1000; index < 1800; index += 1) writeFileSync(path.join(folder, 'in', `${'x'.repeat(180)} - ${index}.mkv`), '');
  return folder;
};
const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = '';
  for await (const piece of stream) text += String(piece);
  return text;
};

t.test('the exit code of the process is the command’s', async (t) => {
  const folder = t.testdir({ in: { 'random.mkv': '' } });
  const child = start(['organize', 'in', '--to', 'out', '--json'], folder);
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')]);
  t.equal(child.exitCode, 10);
  t.equal(stderr, '');
  t.equal(eventsIn(stdout).at(-1)?.type, 'organize-summary');
});

t.test('Ctrl-C ends it in good order', async (t) => {
  const folder = filled(t.testdir({}));
  const child = start(['organize', 'in', '--to', 'out', '--apply', '--json'], folder);
  let stdout = '';
  child.stdout.on('data', (piece: Buffer) => {
    // Once: a second one ends it at once.
    if (stdout === '') child.kill('SIGINT');
    stdout += piece.toString();
  });
  const stderr = textOf(child.stderr);
  await once(child, 'close');
  t.equal(child.exitCode, 130);
  t.equal(await stderr, '');
  t.match(eventsIn(stdout).at(-1), { type: 'error', code: 'interrupted', message: 'Stopped by SIGINT', exitCode: 130 });
});

t.test('a reader that leaves early is no failure', async (t) => {
  const folder = filled(t.testdir({}));
  const child = start(['scan', 'in', '--json'], folder);
  const stderr = textOf(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  await once(child, 'close');
  t.equal(child.exitCode, 0);
  t.equal(await stderr, '');
});

t.test('a reader that leaves does not stop what was told to change files', async (t) => {
  const folder = filled(t.testdir({}));
  const child = start(['organize', 'in', '--to', 'out', '--apply', '--json'], folder);
  const stderr = textOf(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  await once(child, 'close');
  t.equal(child.exitCode, 0);
  t.equal(await stderr, '');
  t.same(readdirSync(path.join(folder, 'in')), [], 'all is moved');
});

t.test('nobody reads the version, or the help', async (t) => {
  for (const args of [['--version'], ['--help'], ['--version', '--json']]) {
    const child = start(args, t.testdir({}));
    child.stdout.destroy();
    const stderr = textOf(child.stderr);
    await once(child, 'close');
    t.match([args, child.exitCode, await stderr], [args, 0, '']);
  }
});

t.test('a second Ctrl-C leaves at once', async (t) => {
  const folder = filled(t.testdir({}));
  const child = start(['scan', 'in', '--json'], folder);
  const stderr = textOf(child.stderr);
  // Nobody reads on, so the command waits, whatever it is asked.
  await once(child.stdout, 'readable');
  let asked = 0;
  for (; child.exitCode === null; asked += 1) {
    child.kill('SIGINT');
    await setTimeout(50);
  }
  t.equal(child.exitCode, 130);
  t.ok(asked > 1, 'the first one waits for the output');
  child.stdout.destroy();
  t.equal(await stderr, '');
});

t.test('the version is told without the rest of the program', async (t) => {
  const child = start(['--version'], t.testdir({}));
  const [stdout] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
  t.equal(stdout, versionText(versionEvent()));
});
