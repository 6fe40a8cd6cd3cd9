import t from 'tap';
import { remotePath } from '../../core/ids.ts';
import type { ProgramRun, Toolkit } from '../../core/toolkit.ts';
import type { Call } from '../../core/call.ts';
import { openCall } from '../../testing/calls.ts';
import { type CommandAnswer, fakeConnection } from '../../testing/fakes/fake-connection.ts';
import { oneShotExchange } from '../../testing/one-shot-exchange.ts';
import { agentToolkit } from './agent-toolkit.ts';

const root = remotePath('C:\\root');
const program: ProgramRun = {
  executable: remotePath('C:\\a.exe'),
  args: [],
  cwd: root,
  environment: 'system-only',
  timeoutMs: 1000,
  maxOutputBytes: 10,
};
const measured = { series: 's', program, expectInStdout: 'x' };

type Ask = (toolkit: Toolkit, call: Call) => Promise<unknown>;
const list: Ask = (toolkit, call) => toolkit.listTree(root, { hash: true, maxEntries: 3 }, call);
const run: Ask = (toolkit, call) => toolkit.run(program, call);
const measure: Ask = (toolkit, call) => toolkit.measure([measured, { ...measured, series: 't' }], 2, call);
const unpack: Ask = (toolkit, call) => toolkit.unpack(root, root, call);
const describe: Ask = (toolkit, call) => toolkit.describe(call);

/** Asks with a guest that answers so. */
const asked = (ask: Ask, answer: CommandAnswer): Promise<unknown> =>
  ask(agentToolkit(oneShotExchange(fakeConnection([{ run: 'tool request', result: answer }]), 'tool')), openCall());
const line = (value: unknown): CommandAnswer => ({ stdout: `${JSON.stringify(value)}\n` });
const ok = (value: unknown): CommandAnswer => line({ ok: value });

const file = (path: string, more: object = {}): object => ({ path, kind: 'file', sizeBytes: 1, ...more });
const listing = (...entries: readonly unknown[]): CommandAnswer => ok({ entries, complete: true });
const ran = { exitCode: 0, ended: 'exited', stdout: '', stderr: '', truncated: false, durationMs: 1 };
const oneRun = (series: string, round: number): object => ({
  series,
  round,
  exitCode: 0,
  expectedOutput: true,
  durationMs: 1,
  lastLine: '',
});
const described = {
  osVersion: '10.0.19045',
  productName: 'Windows 10 Pro',
  architecture: 'x64',
  locale: 'en-US',
  timeZone: 'UTC',
  logicalProcessors: 2,
  memoryBytes: 4096,
  user: 'guest',
  hostName: 'GUEST',
  temporaryDirectory: 'C:\\Temp',
  userProfile: 'C:\\Users\\guest',
  localAppData: 'C:\\Users\\guest\\AppData\\Local',
  networkInterfaces: ['lo'],
};

t.test('a good answer is given on as it is', async (t) => {
  t.same(await asked(describe, ok(described)), described);
  t.same(await asked(describe, ok({ ...described, emulator: 'Wine 10.0' })), { ...described, emulator: 'Wine 10.0' });
  t.same(await asked(list, listing(file('a'), file('a\\b.txt', { sha256: 'f'.repeat(64) }))), {
    entries: [file('a'), file('a\\b.txt', { sha256: 'f'.repeat(64) })],
    complete: true,
  });
  t.same(await asked(run, ok(ran)), ran);
  t.same(await asked(measure, ok([oneRun('s', 0), oneRun('t', 0), oneRun('s', 1), oneRun('t', 1)])), [
    oneRun('s', 0),
    oneRun('t', 0),
    oneRun('s', 1),
    oneRun('t', 1),
  ]);
  t.same(await asked((toolkit, call) => toolkit.readDownloadMark(root, call), ok({})), undefined);
});

t.test('the question goes out as one JSON value', async (t) => {
  let question: unknown;
  const connection = fakeConnection([
    {
      run: 'tool request',
      result: (command, stdin) => {
        t.match(command, { shell: 'none', maxOutputBytes: 16 << 20 });
        question = JSON.parse(stdin.toString('utf8'));
        return ok({});
      },
    },
  ]);
  await agentToolkit(oneShotExchange(connection, 'tool')).markDownloaded(root, { zoneId: 3, hostUrl: 'https://ü.example' }, openCall());
  t.same(question, { verb: 'markDownloaded', arguments: { file: 'C:\\root', mark: { zoneId: 3, hostUrl: 'https://ü.example' } } });
});

t.test('an answer that is not what was promised is refused', async (t) => {
  const { logicalProcessors: _, ...incomplete } = described;
  const hostile: readonly (readonly [string, Ask, CommandAnswer])[] = [
    ['nothing', describe, { stdout: '' }],
    ['an empty line', describe, { stdout: '\n' }],
    ['not JSON', describe, { stdout: 'hello\n' }],
    ['a line without an end', describe, { stdout: JSON.stringify({ ok: described }) }],
    ['several lines', describe, { stdout: `${JSON.stringify({ ok: described })}\n${JSON.stringify({ ok: described })}\n` }],
    ['something in front', describe, { stdout: `noise\n${JSON.stringify({ ok: described })}\n` }],
    ['a byte order mark', describe, { stdout: `\ufeff${JSON.stringify({ ok: described })}\n` }],
    ['invalid UTF-8', describe, { stdout: Buffer.from(`{"ok":"\xff"}\n`, 'latin1') }],
    ['deep nesting', describe, { stdout: `${'['.repeat(5_000_000)}\n` }],
    ['deep nesting that ends', describe, { stdout: `{"ok":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n` }],
    ['more than the bound', describe, { ...ok(described), truncated: { stdout: true, stderr: false } }],
    ['null', describe, line(null)],
    ['a list', describe, line([{ ok: described }])],
    ['neither ok nor error', describe, line({ yes: described })],
    ['both', describe, line({ ok: described, error: { code: 'io', message: 'x' } })],
    ['an extra key beside ok', describe, line({ ok: described, more: 1 })],
    ['an extra key', describe, ok({ ...described, admin: true })],
    ['a prototype', describe, { stdout: `{"ok":{"__proto__":{},${JSON.stringify(described).slice(1)}}\n` }],
    ['a missing key', describe, ok(incomplete)],
    ['a wrong type', describe, ok({ ...described, memoryBytes: '4096' })],
    ['a number that is none', describe, { stdout: `${JSON.stringify({ ok: described }).replace('4096', '1e999')}\n` }],
    ['an endless name', describe, ok({ ...described, user: 'x'.repeat(2000) })],
    ['many interfaces', describe, ok({ ...described, networkInterfaces: Array.from({ length: 300 }, () => 'lo') })],
    ['a folder that is no path', describe, ok({ ...described, temporaryDirectory: '/tmp' })],
    ['a version that is none', describe, ok({ ...described, osVersion: '<b>10' })],
    ['an error that is none', describe, line({ error: 'no' })],
    ['an error with more', describe, line({ error: { code: 'io', message: 'x', stack: 'y' } })],
    ['an error with a wild code', describe, line({ error: { code: '\u001b[31m', message: 'x' } })],
    ['a path that climbs', list, listing(file('..\\evil'))],
    ['a path that climbs in the middle', list, listing(file('a\\..\\..\\evil'))],
    ['a path that only climbs', list, listing(file('..'))],
    ['an absolute path', list, listing(file('C:\\evil'))],
    ['a rooted path', list, listing(file('\\evil'))],
    ['a path of the host', list, listing(file('/etc/passwd'))],
    ['slashes', list, listing(file('a/b'))],
    ['an empty path', list, listing(file(''))],
    ['a zero in a path', list, listing(file('a\0b'))],
    ['an unknown kind', list, listing({ ...file('a'), kind: 'fifo' })],
    ['a size below zero', list, listing({ ...file('a'), sizeBytes: -1 })],
    ['half a byte', list, listing({ ...file('a'), sizeBytes: 0.5 })],
    ['a digest that is none', list, listing(file('a', { sha256: 'F'.repeat(64) }))],
    ['more entries than asked for', list, listing(file('a'), file('b'), file('c'), file('d'))],
    ['an entry twice', list, listing(file('a'), file('a'))],
    ['no order', list, listing(file('b'), file('a'))],
    ['a directory with a size', list, listing({ path: 'a', kind: 'directory', sizeBytes: 1 })],
    [
      'a digest nobody asked for',
      (toolkit, call) => toolkit.listTree(root, { hash: false, maxEntries: 3 }, call),
      listing(file('a', { sha256: 'f'.repeat(64) })),
    ],
    ['an exit code below zero', run, ok({ ...ran, exitCode: -1 })],
    ['an exit code of 33 bits', run, ok({ ...ran, exitCode: 2 ** 32 })],
    ['another end', run, ok({ ...ran, ended: 'vanished' })],
    ['more output than asked for', run, ok({ ...ran, stdout: 'x'.repeat(11) })],
    ['time that runs back', run, ok({ ...ran, durationMs: -1 })],
    ['too few runs', measure, ok([oneRun('s', 0), oneRun('t', 0), oneRun('s', 1)])],
    ['too many runs', measure, ok([oneRun('s', 0), oneRun('t', 0), oneRun('s', 1), oneRun('t', 1), oneRun('s', 2)])],
    ['runs in another order', measure, ok([oneRun('s', 0), oneRun('s', 1), oneRun('t', 0), oneRun('t', 1)])],
    ['a long last line', measure, ok([{ ...oneRun('s', 0), lastLine: 'x'.repeat(5000) }, oneRun('t', 0), oneRun('s', 1), oneRun('t', 1)])],
    ['an answer to another question', unpack, ok(ran)],
    ['content where nothing belongs', (toolkit, call) => toolkit.remove(root, call), ok({ removed: 3 })],
  ];
  for (const [problem, ask, answer] of hostile)
    await t.rejects(asked(ask, answer), { name: 'LabError', code: 'toolkit.answer-invalid', kind: 'guest' }, problem);
});

t.test("a guest's refusal becomes an error of the catalogue, safe to show", async (t) => {
  const refused = (code: string): CommandAnswer => line({ error: { code, message: `bad\u001b[31m \r\nnews ${'x'.repeat(5000)}` } });
  for (const [code, expected] of [
    ['io', 'toolkit.verb-failed'],
    ['something-new', 'toolkit.verb-failed'],
    ['start-failed', 'toolkit.start-failed'],
    ['archive-unsafe', 'toolkit.archive-refused'],
    ['archive-damaged', 'toolkit.archive-refused'],
  ] as const) {
    const error = await asked(unpack, refused(code)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    t.match(error, { code: expected, message: /bad \[31m news x/ });
    t.notMatch((error as Error).message, /[\u0000-\u001f]/, 'no control characters');
    t.ok((error as Error).message.length < 1000, 'not the whole of it');
  }
});

t.test('a tool that fails is told from an answer', async (t) => {
  await t.rejects(asked(describe, { exitCode: 9009, stderr: "'tool' is not recognized\r\n" }), {
    code: 'toolkit.tool-missing',
    message: /tool: 'tool' is not recognized$/,
  });
  await t.rejects(asked(describe, { exitCode: 1, stderr: 'Cannot find module' }), { code: 'toolkit.tool-missing' });
  await t.rejects(asked(describe, { exitCode: 0xc000_0005 }), { code: 'toolkit.tool-failed', message: /exit code 3221225477/ });
  await t.rejects(asked(describe, { ...ok(described), exitCode: 3 }), { code: 'toolkit.tool-failed' }, 'whatever it printed');
  await t.rejects(asked(describe, { ...ok(described), ended: 'timed-out' }), { code: 'toolkit.tool-failed', message: /time-out/ });
  const lost = new Error('the guest is gone');
  await t.rejects(
    agentToolkit(oneShotExchange(fakeConnection([{ run: 'tool request', result: lost }]), 'tool')).describe(openCall()),
    lost,
    "the connection's own errors pass",
  );
});

t.test('a call that has ended asks nothing', async (t) => {
  const connection = fakeConnection([{ run: 'tool request', result: ok(described) }]);
  const reason = new Error('too late');
  await t.rejects(agentToolkit(oneShotExchange(connection, 'tool')).describe({ ...openCall(), signal: AbortSignal.abort(reason) }), reason);
  t.same(connection.pending(), ['run tool request']);
});
