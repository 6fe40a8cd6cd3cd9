import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import t from 'tap';

const text = readFileSync(new URL('./node-version.cjs', import.meta.url), 'utf8');

/** What the guard says and does under a Node of this version. */
function guard(version: string): { readonly said: string; readonly exitCode: number | undefined } {
  let said = '';
  let exitCode: number | undefined;
  const process = {
    version: `v${version}`,
    versions: { node: version },
    stderr: { write: (more: string) => (said += more) },
    exit: (code: number) => (exitCode = code),
  };
  vm.runInNewContext(text, { process });
  return { said, exitCode };
}

t.test('an old Node is refused in words', async (t) => {
  for (const version of ['8.17.0', '20.20.2', '25.9.0']) {
    t.match(
      guard(version),
      { said: new RegExp(`needs Node 26, this is v${version.replaceAll('.', '\\.')}\\.[^]*npm ci`), exitCode: 2 },
      version,
    );
  }
});

t.test('Node 26 and later pass without a word', async (t) => {
  for (const version of ['26.0.0', '26.10.0', '27.1.0']) t.same(guard(version), { said: '', exitCode: undefined }, version);
});

t.test('the scripts that people start are guarded', async (t) => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const name of ['lab', 'test']) t.match(scripts[name], /^node --require \.\/lab\/cli\/node-version\.cjs /, name);
});
