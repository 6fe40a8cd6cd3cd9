import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { labProgram, runCli } from './cli.ts';
import { commands } from './commands/index.ts';

const projectRoot = path.resolve(import.meta.dirname, '..', '..');

/** Runs one command line in this process, with folders of its own. */
async function lab(test: Pick<typeof t, 'testdir'>, ...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const folder = test.testdir({});
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    environment: { LAB_CACHE_DIR: path.join(folder, 'cache'), LAB_STATE_DIR: path.join(folder, 'state') },
    cwd: projectRoot,
    signal: new AbortController().signal,
  });
  return { exitCode, stdout, stderr };
}

t.test('help names every command, and none of the ways around commander', async (t) => {
  const { exitCode, stdout, stderr } = await lab(t, '--help');
  t.equal(exitCode, 0);
  for (const name of ['run', 'plan', 'bundle', 'list', 'report', 'rejudge', 'verify', 'guest', 'winrm', 'doctor', 'clean'])
    t.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
  t.notMatch(stdout, /\[nothing/);
  t.equal(stderr, '');
  t.match((await lab(t, 'run', '--help')).stdout, /^Usage: lab run \[options\]$/m);
});

t.test('the list says of each command what the command itself says', async (t) => {
  const nobody = {
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    environment: {},
    cwd: '.',
    signal: new AbortController().signal,
  };
  const program = await labProgram('0.0.0', nobody, () => {});
  t.same(
    program.commands.map((command) => `${command.name()} ${command.usage()}: ${command.description()}`),
    commands.map(({ name, usage, description }) => `${name} ${usage}: ${description}`),
  );
  const files = readdirSync(path.join(import.meta.dirname, 'commands')).filter((name) => !/^index\.ts$|\.test\.ts$/.test(name));
  t.same(files.toSorted(), commands.map(({ name }) => `${name}.ts`).toSorted(), 'each file is in the list');
});

t.test('help and version load no command', (t) => {
  const count = `
    import { registerHooks } from 'node:module';
    let commands = 0;
    registerHooks({ load: (url, context, next) => { if (/\\/(commands\\/(?!index)|guests\\/|steps\\/)/.test(url)) commands += 1; return next(url, context); } });
    process.on('exit', () => process.stderr.write('commands ' + commands));`;
  const hook = `data:text/javascript,${encodeURIComponent(count)}`;
  const loadedBy = (...args: string[]): number => {
    const main = path.join(projectRoot, 'lab/main.ts');
    const { stderr } = spawnSync(process.execPath, ['--no-warnings', '--import', hook, main, ...args], { encoding: 'utf8' });
    return Number(/commands (\d+)$/.exec(stderr)?.[1]);
  };
  for (const args of [['--help'], ['-h'], ['help'], ['--version']]) t.equal(loadedBy(...args), 0, args.join(' '));
  t.ok(loadedBy('list', '--help') > 0, 'the count counts');
  t.end();
});

t.test('help for a command, in both ways', async (t) => {
  const one = await lab(t, 'help', 'scan');
  t.equal(one.exitCode, 0);
  t.match(one.stdout, /--anew/);
  t.equal((await lab(t, 'scan', '--help')).stdout, one.stdout);
  t.match((await lab(t, 'help')).stdout, /^ {2}doctor /m);
});

t.test('a group of commands alone shows its help and is a wrong use', async (t) => {
  const { exitCode, stderr } = await lab(t, 'guest');
  t.equal(exitCode, 2);
  t.match(stderr, /^Usage: lab guest/);
  t.match(stderr, / copy .*into a guest/);
  t.notMatch(stderr, /outputHelp/);
});

const wrong: readonly (readonly [line: string, complaint: RegExp])[] = [
  ['frobnicate', /There is no command named frobnicate/],
  ['--frob', /unknown option '--frob'/],
  ['guest nope', /unknown command 'nope'/],
  ['verify', /missing required argument 'run'/],
  ['verify latest other', /too many arguments/],
  ['run --keep sometimes', /Allowed choices are never, on-failure, always/],
  ['run --guest nope', /There is no guest named nope/],
  ['run --check nope', /There is no check named nope/],
  ['guest start nope', /There is no guest named nope/],
  ['guest start win10 --name Big', /a name has up to 32 small letters, digits and dashes/],
  ['guest exec --timeout soon win10 ver', /a number of seconds up to/],
  ['guest exec --timeout 0 win10 ver', /a number of seconds up to/],
  ['guest exec win10 -- ver', /No guest named win10 is running/],
  ['guest exec win10 dir /b --help', /No guest named win10 is running/],
  ['guest copy one two', /one of the two has to be in a guest/],
  ['clean --reports-beyond many', /a whole number is wanted/],
];

t.test('a wrong use is told once, with what to do, and exits with 2', async (t) => {
  for (const [line, complaint] of wrong) {
    const { exitCode, stdout, stderr } = await lab(t, ...line.split(' '));
    t.equal(exitCode, 2, line);
    t.match(stderr, complaint);
    t.equal(stderr.split('error ').length, 2, `${line}: once`);
    t.match(stderr, /\n {2}next: {2}\S/);
    t.equal(stdout, '');
  }
});

t.test('empty names in a list are nothing', async (t) => {
  const { exitCode, stdout } = await lab(t, 'plan', '--guest', 'win11,', '--check', ' smartscreen ,,');
  t.equal(exitCode, 0);
  t.match(stdout, /win11 .* smartscreen/);
  t.notMatch(stdout, /win10|benchmark/);
});
