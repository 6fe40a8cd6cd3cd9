import { PassThrough } from 'node:stream';
import t from 'tap';
import { ProgramError } from '../core/program-error.ts';
import { confirm, readSecret } from './ask.ts';
import type { InputStream } from './context.ts';

const never = new AbortController().signal;

/** A terminal on which these pieces are typed, and what it was told. */
function terminal(...typed: readonly string[]): {
  readonly stdin: () => InputStream;
  readonly stderr: PassThrough;
  readonly modes: readonly boolean[];
  readonly shown: () => string;
} {
  const modes: boolean[] = [];
  let shown = '';
  const stderr = new PassThrough();
  stderr.on('data', (piece: Buffer) => (shown += piece.toString()));
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  for (const piece of typed) input.write(piece);
  return { stdin: () => input, stderr, modes, shown: () => shown };
}
const piped = (text: string): { readonly stdin: () => InputStream; readonly stderr: PassThrough } => ({
  stdin: () => new PassThrough().end(text),
  stderr: new PassThrough(),
});

t.test('a secret is read without echo, as a person types it', async (t) => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['secret\r'], 'secret'],
    [['sec', 'ret\n', 'more'], 'secret'],
    [['sex\u007Fcret\b\bet\r'], 'secret'],
    [['\u001B[200~secret\u001B[201~\r'], 'secret'],
    [['\u001B[Asecret\u001BOB\u0004'], 'secret'],
    [['\r'], ''],
  ];
  for (const [typed, wanted] of cases) {
    const screen = terminal(...typed);
    t.equal(await readSecret('Key: ', { ...screen, signal: never }), wanted, JSON.stringify(typed));
    t.same(screen.modes, [true, false], 'echo is back');
    t.equal(screen.shown(), 'Key: \n');
  }
});

t.test('Ctrl-C and a stop end the question, and the echo is back', async (t) => {
  const screen = terminal('sec\u0003');
  await t.rejects(readSecret('Key: ', { ...screen, signal: never }), { code: 'interrupted', exitCode: 130 });
  t.same(screen.modes, [true, false]);
  const stop = new AbortController();
  const waiting = terminal();
  const asked = readSecret('Key: ', { ...waiting, signal: stop.signal });
  stop.abort(new ProgramError('interrupted', 'Stopped by SIGTERM'));
  await t.rejects(asked, { message: 'Stopped by SIGTERM' });
  t.same(waiting.modes, [true, false]);
});

t.test('without a terminal all of standard input is the secret', async (t) => {
  t.equal(await readSecret('Key: ', { ...piped('\uFEFFsecret \r\n'), signal: never }), 'secret');
  t.equal(await readSecret('Key: ', { ...piped(''), signal: never }), '');
  const stop = new AbortController();
  const asked = readSecret('Key: ', { stdin: () => new PassThrough(), stderr: new PassThrough(), signal: stop.signal });
  stop.abort(new ProgramError('interrupted', 'Stopped by SIGTERM'));
  await t.rejects(asked, { message: 'Stopped by SIGTERM' });
});

t.test('yes is yes, and everything else is no', async (t) => {
  for (const [typed, wanted] of [
    ['y\n', true],
    ['YES\r\n', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
  ] as const) {
    const screen = terminal(typed);
    t.equal(await confirm('Go on?', { ...screen, signal: never, yes: false }), wanted, JSON.stringify(typed));
    t.equal(screen.shown(), 'Go on? [y/N] ');
  }
  t.equal(await confirm('Go on?', { ...piped(''), signal: never, yes: true }), true);
  await t.rejects(confirm('Go on?', { ...piped('y\n'), signal: never, yes: false }), { code: 'confirmation-needed', exitCode: 1 });
});
