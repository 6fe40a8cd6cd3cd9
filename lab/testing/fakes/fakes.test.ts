import t from 'tap';
import { remotePath } from '../../core/ids.ts';
import { openCall } from '../calls.ts';
import { fakeConnection } from './fake-connection.ts';
import { fakeToolkit } from './fake-toolkit.ts';

const path = remotePath('C:\\a');
const ended = { ...openCall(), signal: AbortSignal.abort(new Error('ended')) };

t.test('a fake toolkit plays its script and nothing else', async (t) => {
  const toolkit = fakeToolkit([
    { verb: 'remove', question: [path], answer: undefined },
    { verb: 'readDownloadMark', answer: { zoneId: 3 } },
    { verb: 'unpack', error: new Error('as scripted') },
  ]);
  await t.rejects(toolkit.readDownloadMark(path, openCall()), {
    message: 'readDownloadMark("C:\\\\a") came and remove("C:\\\\a") was expected',
  });
  await t.rejects(toolkit.remove(remotePath('C:\\b'), openCall()), { message: /remove\("C:\\\\b"\) came and remove/ });
  await t.rejects(toolkit.remove(path, ended), { message: 'ended' });
  t.equal(await toolkit.remove(path, openCall()), undefined);
  t.same(toolkit.pending(), ['readDownloadMark(anything)', 'unpack(anything)']);
  t.same(await toolkit.readDownloadMark(path, openCall()), { zoneId: 3 });
  await t.rejects(toolkit.unpack(path, path, openCall()), { message: 'as scripted' });
  await t.rejects(toolkit.describe(openCall()), { message: 'describe() came and nothing was expected any more' });
});

t.test('a fake connection plays its script and nothing else', async (t) => {
  const receipt = { path, sizeBytes: 1, sha256: 'f'.repeat(64) as never, durationMs: 1, way: 'fake' };
  const connection = fakeConnection([
    { run: /^echo/, result: (command, stdin) => ({ stdout: `${command.line}:${stdin.toString()}`, exitCode: 3 }) },
    { put: path, receipt },
    { get: path, receipt: new Error('as scripted') },
  ]);
  const run = (line: string): ReturnType<typeof connection.run> =>
    connection.run({ line, shell: 'cmd', stdin: Buffer.from('in') }, openCall());
  await t.rejects(run('format'), { message: 'run "format" came and run /^echo/ was expected' });
  const result = await run('echo hi');
  t.match(result, { exitCode: 3, ended: 'exited', truncated: { stdout: false, stderr: false } });
  t.equal(Buffer.from(result.stdout).toString(), 'echo hi:in');
  t.same(await connection.put('/x' as never, path, openCall()), receipt);
  t.same(connection.pending(), ['get C:\\a']);
  await t.rejects(connection.get(path, '/x' as never, openCall()), { message: 'as scripted' });
  await t.rejects(run('echo'), { message: 'run "echo" came and nothing was expected any more' });
  await connection[Symbol.asyncDispose]();
  t.ok(connection.disposed());
  await t.rejects(run('echo'), { message: /after the connection was disposed of/ });
});
