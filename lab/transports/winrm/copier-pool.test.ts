import t from 'tap';
import { LabError } from '../../core/error.ts';
import type { CommandResult } from '../../core/transport.ts';
import { callFor } from '../../testing/calls.ts';
import { CopierBroken } from './copy-process.ts';
import { CopierPool } from './copier-pool.ts';
import type { RunInGuest } from './run-in-guest.ts';

const call = (): ReturnType<typeof callFor> => callFor(5000);
const program = { line: 'copier', skipCmdShell: true };
const ended: CommandResult = {
  exitCode: 9,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: { stdout: false, stderr: false },
  ended: 'exited',
  durationMs: 1,
};

function answer(head: object, payload: Uint8Array = new Uint8Array()): Buffer {
  const text = Buffer.from(JSON.stringify({ ...head, payloadBytes: payload.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, payload]);
}

interface Told {
  readonly op: string;
  readonly payload: Buffer;
}

/** A copier that says for each message what the test says; `undefined` ends it, an error loses it. */
function copier(
  reply: (message: Told, process: number) => Uint8Array | undefined | Error | Promise<Uint8Array>,
): RunInGuest & { started: () => number } {
  let started = 0;
  const run: RunInGuest = async ({ stdin, onOutput }, { signal }) => {
    const mine = started++;
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    );
    aborted.catch(() => {});
    let unread = Buffer.alloc(0);
    const source = (stdin as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    for (let piece = await Promise.race([source.next(), aborted]); !piece.done; piece = await Promise.race([source.next(), aborted])) {
      unread = Buffer.concat([unread, piece.value]);
      for (;;) {
        const headEnd = unread.length < 4 ? Infinity : 4 + unread.readUInt32LE();
        if (unread.length < headEnd) break;
        const { op, payloadBytes } = JSON.parse(unread.subarray(4, headEnd).toString()) as { op: string; payloadBytes: number };
        if (unread.length < headEnd + payloadBytes) break;
        const payload = Buffer.from(unread.subarray(headEnd, headEnd + payloadBytes));
        unread = unread.subarray(headEnd + payloadBytes);
        const said = await Promise.race([reply({ op, payload }, mine), aborted]);
        if (said instanceof Error) throw said;
        if (said === undefined) return ended;
        // In two pieces, to be put together again.
        await onOutput?.({ stream: 'stdout', bytes: said.subarray(0, 3) });
        await onOutput?.({ stream: 'stdout', bytes: said.subarray(3) });
      }
    }
    return { ...ended, exitCode: 0 };
  };
  return Object.assign(run, { started: () => started });
}

// SHA-256 of all 256 byte values, in order.
const PROOF = '40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880';
const hello = ({ payload }: Told): Buffer => answer({ ok: { version: 1, sha256: PROOF } }, payload);

t.test('questions are answered in turn by one process', async (t) => {
  const run = copier((message) => (message.op === 'hello' ? hello(message) : answer({ ok: message.op }, message.payload)));
  const pool = new CopierPool(run, program);
  const answers = await Promise.all(['a', 'b', 'c'].map((op) => pool.ask({ op, payload: Buffer.from(op) }, call())));
  t.same(
    answers.map(({ ok, payload }) => [ok, payload.toString()]),
    [
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ],
  );
  t.equal(run.started(), 1);
  await Promise.all([1, 2, 3, 4, 5, 6].map(() => pool.ask({ op: 'wide', width: 3 }, call())));
  t.equal(run.started(), 3, 'more where they may be');
  await pool.close(new Error('over'));
  await t.rejects(pool.ask({ op: 'late' }, call()), CopierBroken);
});

t.test('a guest whose copier does not work is told as such', async (t) => {
  for (const [problem, reply] of Object.entries<(message: Told) => Uint8Array | undefined>({
    'it ends': () => undefined,
    'it says something else': () => Buffer.from("'copier' is not recognized as an internal or external command"),
    'it changes bytes': () => answer({ ok: { version: 1, sha256: PROOF } }, Buffer.alloc(256, 0x3f)),
    'it is of another version': ({ payload }) => answer({ ok: { version: 2, sha256: PROOF } }, payload),
    'it refuses': () => answer({ error: { code: 'bad-request', message: 'unknown operation' } }),
    'it announces too much': () => {
      const text = Buffer.from('{"ok":{},"payloadBytes":99999999999}');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, text]);
    },
    'its head is too long': () => Buffer.alloc(5000, 0xff),
    'its head is no object': () => Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.from('null')]),
  })) {
    const pool = new CopierPool(copier(reply), program);
    await t.rejects(pool.ask({ op: 'x' }, call()), CopierBroken, problem);
    await t.rejects(pool.ask({ op: 'x' }, call()), CopierBroken, `${problem}: and again`);
    await pool.close(new Error('over'));
  }
});

t.test('a process that answers what was not asked is asked nothing more', async (t) => {
  const run = copier((message, process) =>
    message.op === 'hello' ? Buffer.concat([hello(message), answer({ ok: 'nobody asked' })]) : answer({ ok: process }),
  );
  const pool = new CopierPool(run, program);
  t.equal((await pool.ask({ op: 'x' }, call())).ok, 1);
  await pool.close(new Error('over'));
});

t.test('what a lost process was asked is asked again, a few times', async (t) => {
  const lost = LabError.of('winrm.connection-lost', { url: 'http://x', action: 'Receive', reason: 'cut' });
  const run = copier((message, process) => {
    if (message.op === 'hello') return hello(message);
    return process < 2 ? lost : answer({ ok: process });
  });
  const pool = new CopierPool(run, program);
  t.equal((await pool.ask({ op: 'x' }, call())).ok, 2);
  await pool.close(new Error('over'));
  const always = new CopierPool(
    copier((message) => (message.op === 'hello' ? hello(message) : lost)),
    program,
  );
  t.equal(await always.ask({ op: 'x' }, call()).catch((error: unknown) => error), lost, 'but not for ever');
  await always.close(new Error('over'));
});

t.test('a question that is given up ends, and its process with it when that hangs', async (t) => {
  const run = copier((message, process) => {
    if (message.op === 'hello') return hello(message);
    return process === 0 ? new Promise<never>(() => {}) : answer({ ok: process });
  });
  const pool = new CopierPool(run, program);
  const stop = new AbortController();
  const reason = new Error('enough');
  // In a lab the connection keeps the process alive.
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  const given = pool.ask({ op: 'hang' }, { ...call(), signal: stop.signal });
  const behind = pool.ask({ op: 'behind' }, call());
  setTimeout(() => stop.abort(reason), 50);
  t.equal(await given.catch((error: unknown) => error), reason);
  t.equal((await behind).ok, 1, 'what waited behind it is answered by another process');
  await pool.close(new Error('over'));
});
