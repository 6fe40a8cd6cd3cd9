import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { eventsIn, rigEnvironment, runCli } from './cli-rig.ts';
import { run } from './run.ts';

const library = { 'Show - 01.mkv': '', 'notes.txt': '' };
const logsIn = (folder: string): string => {
  const logs = path.join(folder, '.state', ...(process.platform === 'win32' ? ['AniVault'] : ['anivault']), 'logs');
  return existsSync(logs)
    ? readdirSync(logs)
        .map((name) => readFileSync(path.join(logs, name), 'utf8'))
        .join('')
    : '';
};

t.test('common options stand before the command, after it, and between', async (t) => {
  const folder = t.testdir({ in: library });
  for (const args of [
    ['--json', 'scan', 'in'],
    ['scan', '--json', 'in'],
    ['scan', 'in', '--json'],
    ['--json', 'settings', 'set', 'language', 'ja-JP'],
    ['settings', '--json', 'set', 'language', 'ja-JP'],
    ['settings', 'set', 'language', 'ja-JP', '--json'],
  ]) {
    const result = await runCli(args, folder);
    t.equal(result.exitCode, 0, args.join(' '));
    t.ok(result.events().length > 1, args.join(' '));
  }
});

t.test('each command has them, in its help too', async (t) => {
  const folder = t.testdir({});
  for (const args of [['--help'], ['scan', '--help'], ['settings', 'set', '--help']]) {
    const { stdout } = await runCli(args, folder);
    for (const option of ['--json', '--verbose', '--yes', '--no-color', '--log-level <level>', '-h, --help'])
      t.ok(stdout.slice(stdout.indexOf('Common options:')).includes(option), `${args.join(' ')}: ${option}`);
  }
  t.match((await runCli(['--help'], folder)).stdout, /Exit codes:\n {2}0 .*\n {2}130 .*Examples:/s);
});

t.test('what was meant, of sub-commands and options too, for people and programs', async (t) => {
  const folder = t.testdir({});
  const cases: readonly (readonly [readonly string[], RegExp, RegExp])[] = [
    [['settings', 'sett'], /unknown command 'sett'/, /Did you mean set\?/],
    [['cache', 'cler'], /unknown command 'cler'/, /Did you mean clear\?/],
    [['scan', 'in', '--verbos'], /unknown option '--verbos'/, /Did you mean --verbose\?/],
    [['scan', 'in', '--log-level', 'loud'], /'loud' is invalid.*debug, info/, /--help/],
    [['--json'], /^anivault needs a command$/, /anivault --help/],
  ];
  for (const [args, message, hint] of cases) {
    const [event] = (await runCli([...args, '--json'], folder)).events();
    t.match(event, { type: 'error', code: 'usage', message, hint, exitCode: 1 }, args.join(' '));
  }
  t.match(await runCli(['settings', 'sett'], folder), { exitCode: 1, stdout: '', stderr: /^error: .*sett.*\nhint: .*Did you mean set\?/ });
});

t.test('--verbose tells each file', async (t) => {
  const folder = t.testdir({ in: { ...library, random: {}, '-.mkv': '' } });
  t.notMatch((await runCli(['scan', 'in'], folder)).stdout, /01\.mkv/);
  t.match((await runCli(['scan', 'in', '--verbose'], folder)).stdout, /Show - 01\.mkv\n {2}Show, episode 1\n/);
});

t.test('the log tells what was run and how it ended, and nothing of secrets', async (t) => {
  const folder = t.testdir({ in: library });
  const key = ['0123456789abcdef', 'fedcba9876543210'].join('');
  await runCli(['scan', 'in'], folder, { environment: { ANIVAULT_TMDB_KEY: key } });
  t.match(logsIn(folder), /INFO {2}scan starts .*\n.*INFO {2}scan ends \{"exitCode":0,"durationMs":\d+\}\n$/);
  await runCli(['scan', key], folder, { environment: { ANIVAULT_TMDB_KEY: key } });
  t.match(logsIn(folder), /ERROR There is no folder .*\*\*\* \{"code":"folder-not-found"/);
  t.notOk(logsIn(folder).includes(key));
  const { stderr } = await runCli(['scan', key], folder, { environment: { ANIVAULT_TMDB_KEY: key } });
  t.match(stderr, /There is no folder .*\*\*\*/);
  t.notOk(stderr.includes(key));
});

t.test('how much the log keeps: the option, else the settings, else what is usual', async (t) => {
  const folder = t.testdir({ in: library });
  await runCli(['scan', 'in', '--log-level', 'off'], folder);
  t.equal(logsIn(folder), '');
  await runCli(['--version', '--json'], folder);
  await runCli(['--help'], folder);
  await runCli(['scna'], folder);
  t.equal(logsIn(folder), '', 'nothing is opened for what runs no command');
  await runCli(['scan', 'in', '--log-level', 'debug'], folder);
  t.match(logsIn(folder), /DEBUG file Show - 01\.mkv\n/);

  const quiet = t.testdir({ in: library });
  const state = path.join(quiet, '.state', process.platform === 'win32' ? 'AniVault' : 'anivault');
  mkdirSync(state, { recursive: true });
  writeFileSync(path.join(state, 'settings.json'), '{ "$schema": "settings.v1.json", "version": 1, "logLevel": "off" }');
  await runCli(['scan', 'in'], quiet);
  t.equal(logsIn(quiet), '');
  writeFileSync(path.join(state, 'settings.json'), 'not JSON');
  t.equal((await runCli(['scan', 'in'], quiet)).exitCode, 0, 'settings that are wrong keep no command from working that needs none');
  t.match(logsIn(quiet), /scan ends/);
});

/** Runs a command on something that says it is a terminal. */
async function onTerminal(args: readonly string[], folder: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 60 });
  let text = '';
  terminal.on('data', (piece: Buffer) => (text += piece.toString()));
  await run(args, {
    stdout: terminal,
    stderr: terminal,
    environment: { ...rigEnvironment(folder), ...more },
    currentFolder: folder,
    stdin: () => new PassThrough(),
    signal: new AbortController().signal,
  });
  return text;
}

t.test('colours on a terminal, and none where they are not wanted', async (t) => {
  const folder = t.testdir({ in: library });
  t.match(await onTerminal(['scan', 'none'], folder), '\u001b[31m\u001b[1merror:\u001b[22m\u001b[39m There is no folder');
  t.match(await onTerminal([], folder), '\u001b[1mUsage:\u001b[22m');
  for (const args of [
    ['scan', 'none', '--no-color'],
    ['--no-color', 'scan', 'in'],
    ['--help', '--no-color'],
    ['scna', '--no-color'],
  ])
    t.notMatch(await onTerminal(args, folder), '\u001b', args.join(' '));
  const plain: readonly Readonly<Record<string, string>>[] = [{ NO_COLOR: '1' }, { TERM: 'dumb' }];
  for (const environment of plain) t.notMatch(await onTerminal(['scan', 'in'], folder, environment), '\u001b');
  const json = await onTerminal(['scan', 'in', '--json'], folder);
  t.notMatch(json, '\u001b');
  t.equal(eventsIn(json).at(-1)?.type, 'scan-summary');
});
