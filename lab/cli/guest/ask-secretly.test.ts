import t from 'tap';
import { terminalWith } from '../../testing/cli-rig.ts';
import type { CliContext } from '../cli-context.ts';
import { askSecretly } from './ask-secretly.ts';

async function ask(
  typed: string,
  signal = new AbortController().signal,
): Promise<{ readonly answer: string | undefined; readonly shown: string; readonly modes: readonly boolean[] }> {
  let shown = '';
  const show = { write: (text: string) => void (shown += text) };
  const stdin = terminalWith(typed);
  const context: CliContext = { stdout: show, stderr: show, stdin, environment: {}, cwd: '.', signal };
  return { answer: await askSecretly('Password: ', context), shown, modes: stdin.modes };
}

t.test('keys are taken and not shown', async (t) => {
  const { answer, shown, modes } = await ask('pässword 🔑\r');
  t.equal(answer, 'pässword 🔑');
  t.equal(shown, 'Password: \n');
  t.same(modes, [true, false], 'the terminal echoes again afterwards');
});

t.test('mistakes can be mended', async (t) => {
  t.equal((await ask('wrong\u0015rightt\u007f\n')).answer, 'right');
  t.equal((await ask('a\u0008\u0008b\u0004')).answer, 'b');
  t.equal((await ask('🔑🔑\u007f\r')).answer, '🔑');
});

t.test('Ctrl-C ends it, as a key and as a signal', async (t) => {
  await t.rejects(ask('half\u0003'), { code: 'lab.interrupted' });
  const stop = new AbortController();
  const asked = ask('half', stop.signal);
  stop.abort(new Error('stopped'));
  await t.rejects(asked, /stopped/);
});

t.test('nobody there', async (t) => {
  const quiet = { write: () => {} };
  const context: CliContext = { stdout: quiet, stderr: quiet, environment: {}, cwd: '.', signal: new AbortController().signal };
  t.equal(await askSecretly('Password: ', context), undefined);
});
