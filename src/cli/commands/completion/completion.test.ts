import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import t, { type Test } from 'tap';
import { TELLING, noShell, openShell } from '../../../testing/shell-session.ts';
import { runCli } from '../../cli-rig.ts';
import { allOf, completable, valuedNames } from './completable.ts';
import { scriptFor } from './command.ts';
import { makeProgram } from '../../program.ts';
import { shells } from './shells.ts';

const program = completable(makeProgram(() => Promise.reject(new Error('nothing is run'))));

const require = createRequire(import.meta.url);
const grammar = ((): string | undefined => {
  try {
    return require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm');
  } catch {
    return undefined;
  }
})();

interface TreeSitter {
  readonly Parser: {
    readonly init: () => Promise<void>;
    new (): {
      readonly setLanguage: (language: unknown) => void;
      readonly parse: (text: string) => { readonly rootNode: { readonly hasError: boolean } };
    };
  };
  readonly Language: { readonly load: (file: string) => Promise<unknown> };
}

/** Lines with Tab keys, and what the program has to be called with. */
const lines: readonly (readonly [typed: string, called: readonly string[]])[] = [
  ['anivault sc\t x', ['scan', 'x']],
  ['anivault --json org\t --app\t', ['--json', 'organize', '--apply']],
  ['anivault --log-level de\t sca\t x', ['--log-level', 'debug', 'scan', 'x']],
  ['anivault scan ne\t', ['scan', 'new anime/']],
  ['anivault scan --verb\t ne\t', ['scan', '--verbose', 'new anime/']],
  ['anivault organize new\\ anime --to lib\t', ['organize', 'new anime', '--to', 'library/']],
  ['anivault organize x --plan pl\t', ['organize', 'x', '--plan', 'plan.json']],
  ['anivault settings un\t lan\t', ['settings', 'unset', 'language']],
  ['anivault completion pow\t', ['completion', 'powershell']],
];

/** A folder with something to complete: folders, and files that must not be offered where a folder is wanted. */
function folderOf(t: Test): string {
  const folder = t.testdir({});
  for (const name of ['new anime', 'library']) mkdirSync(path.join(folder, name));
  for (const name of ['newest.mkv', 'libraries.txt', 'plan.json']) writeFileSync(path.join(folder, name), '');
  for (const shell of shells) writeFileSync(path.join(folder, `completion.${shell}`), scriptFor(shell));
  return folder;
}

t.test('what there is to complete is what the command line has', async (t) => {
  for (const { path: words, options } of allOf(program)) {
    for (const name of ['--json', '--log-level', '--help'])
      t.ok(
        options.some(({ names }) => names.includes(name)),
        `${words.join(' ')} ${name}`,
      );
  }
  const scan = program.commands.find(({ path: [name] }) => name === 'scan');
  t.same(scan?.places, [{ kind: 'folder' }]);
  // An option that takes a value in one command and none in another would make scripts miss the command after it.
  const valued = valuedNames(program);
  for (const { path: words, options } of allOf(program)) {
    for (const { names, value } of options)
      t.equal(
        names.some((name) => valued.includes(name)),
        value !== undefined,
        `${words.join(' ')} ${names.join()}`,
      );
  }
});

t.test('the command prints the script, also as an event', async (t) => {
  const folder = t.testdir({});
  for (const shell of shells) {
    t.match(await runCli(['completion', shell], folder), { exitCode: 0, stdout: scriptFor(shell), stderr: '' }, shell);
    t.match((await runCli(['completion', shell, '--json'], folder)).events(), [
      { type: 'started', command: 'completion' },
      { type: 'completion-script', shell, script: scriptFor(shell) },
    ]);
  }
  t.match(await runCli(['completion', 'tcsh'], folder), { exitCode: 1, stderr: /Allowed choices are bash, zsh, fish, powershell/ });
  t.match((await runCli(['completion', '--help'], folder)).stdout, /source <\(anivault completion bash\)/);
});

t.test('bash completes', { skip: noShell('bash', { bash: 'bash', script: 'bsdutils' }) }, async (t) => {
  const folder = folderOf(t);
  // A history would be written into the folder while the test takes it away.
  writeFileSync(path.join(folder, 'rc'), `${TELLING}\nunset HISTFILE\nbind 'set bell-style none'\nsource completion.bash\n`);
  using shell = openShell('bash --noprofile --rcfile rc -i', folder, {});
  for (const [typed, called] of lines) t.same(await shell.type(typed), called, JSON.stringify(typed));
  t.same(await shell.type('anivault scan x --log-level=de\t'), ['scan', 'x', '--log-level=debug']);
});

t.test('zsh completes', { skip: noShell('zsh', { zsh: 'zsh', script: 'bsdutils' }) }, async (t) => {
  const folder = folderOf(t);
  writeFileSync(path.join(folder, '.zshrc'), `${TELLING}\nunsetopt beep\nautoload -U compinit\ncompinit -u -D\nsource completion.zsh\n`);
  using shell = openShell('zsh -d -i', folder, { ZDOTDIR: folder });
  for (const [typed, called] of lines) {
    // It takes the slash away again when the line ends.
    t.same(
      await shell.type(typed),
      called.map((word) => word.replace(/\/$/, '')),
      JSON.stringify(typed),
    );
  }
  t.same(await shell.type('anivault scan x --log-level=de\t'), ['scan', 'x', '--log-level=debug']);
});

t.test('fish completes', { skip: noShell('fish', { fish: 'fish' }) }, async (t) => {
  const folder = folderOf(t);
  for (const [typed, called] of lines) {
    // It tells what it would complete at the end of a line: asked at the first Tab key.
    const line = typed.slice(0, typed.indexOf('\t'));
    const said = execFileSync('fish', ['--no-config', '-c', 'source completion.fish; complete -C $argv[1]', '--', line], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      encoding: 'utf8',
    });
    const offered = said
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
    const wanted = called.find((word) => word.startsWith(line.split(' ').at(-1) ?? ''));
    t.same(offered, [wanted], line);
  }
});

t.test(
  'the script for PowerShell is one to a parser of it',
  { skip: grammar === undefined && 'there is no parser: npm install' },
  async (t) => {
    const { Parser, Language } = require('web-tree-sitter') as TreeSitter;
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await Language.load(grammar ?? ''));
    t.notOk(parser.parse(scriptFor('powershell')).rootNode.hasError);
    t.ok(parser.parse(`${scriptFor('powershell')} }`).rootNode.hasError, 'the parser finds mistakes');
  },
);

t.test('every script knows every command and option', async (t) => {
  for (const shell of shells) {
    const script = scriptFor(shell);
    for (const { path: words, options } of allOf(program)) {
      t.ok(script.includes(words.join(' ')) || script.includes(words.join('_').replaceAll('-', '_')), `${shell}: ${words.join(' ')}`);
      for (const { names } of options)
        t.ok(script.includes(shell === 'fish' ? ` ${(names[0] ?? '').slice(2)} ` : (names[0] ?? '')), `${shell}: ${names[0]}`);
    }
  }
});
