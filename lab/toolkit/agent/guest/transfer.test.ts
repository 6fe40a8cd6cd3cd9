import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import t from 'tap';
import { openCall } from '../../../testing/calls.ts';
import { guestToolRig } from '../../../testing/guest-tool-rig.ts';

const rig = await guestToolRig(t);
const folder = path.join(rig.root, 'c/contract');
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A message to `copy`. */
function message(head: Readonly<Record<string, unknown>>, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(JSON.stringify({ ...head, payloadBytes: payload.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, payload]);
}

/** Gives `copy` bytes and reads the heads of its answers, payloads skipped. */
async function copy(
  stdin: Uint8Array,
): Promise<{ readonly exitCode: number; readonly answers: readonly unknown[]; readonly stderr: string }> {
  const result = await rig.connection.run({ line: `${rig.launcher} copy`, shell: 'none', stdin, maxOutputBytes: 64 << 20 }, openCall());
  const stdout = Buffer.from(result.stdout);
  const answers: { readonly payloadBytes: number }[] = [];
  for (let at = 0; at < stdout.length;) {
    const end = at + 4 + stdout.readUInt32LE(at);
    const answer = JSON.parse(stdout.subarray(at + 4, end).toString('utf8')) as { readonly payloadBytes: number };
    answers.push(answer);
    at = end + answer.payloadBytes;
  }
  return { exitCode: result.exitCode, answers, stderr: Buffer.from(result.stderr).toString('utf8') };
}

t.test('digest says whether a file is there and what it holds', async (t) => {
  const digest = async (file: string): Promise<unknown> => {
    const argument = Buffer.from(JSON.stringify({ path: file })).toString('base64url');
    const result = await rig.connection.run({ line: `${rig.launcher} digest ${argument}`, shell: 'none' }, openCall());
    return JSON.parse(Buffer.from(result.stdout).toString('utf8'));
  };
  const absent = { exists: false, sizeBytes: 0, sha256: '' };
  t.same(await digest('C:\\contract\\made\\Grüße 🎬.bin'), absent);
  mkdirSync(path.join(folder, 'made'));
  writeFileSync(path.join(folder, 'made/Grüße 🎬.bin'), 'content');
  t.same(await digest('C:\\contract\\made\\Grüße 🎬.bin'), { exists: true, sizeBytes: 7, sha256: hashOf(Buffer.from('content')) });
  t.same(await digest('C:\\contract\\made'), absent, 'a folder is no file');
});

t.test('copy answers message after message in order, refusals too', async (t) => {
  const bytes = Buffer.from('every byte counts');
  const file = { to: 'C:\\contract\\copied', sizeBytes: bytes.length, sha256: hashOf(bytes) };
  const part = { encoding: 'identity', partSizeBytes: bytes.length, partCrc32: crc32(bytes) };
  const { exitCode, answers } = await copy(
    Buffer.concat([
      message({ op: 'hello' }, bytes),
      message({ op: 'format', drive: 'C' }),
      message({ op: 'small', ...file, ...part }, bytes),
      message({ op: 'toString' }),
      message({ op: 'small', ...file, ...part }, bytes),
      message({ op: 'small', ...file, ...part, sha256: 'x' }, bytes),
    ]),
  );
  t.equal(exitCode, 0);
  t.match(answers, [
    { ok: { version: 1, sha256: file.sha256 }, payloadBytes: bytes.length },
    { error: { code: 'bad-request' } },
    { ok: { there: false, sha256: file.sha256 } },
    { error: { code: 'bad-request' } },
    { ok: { there: true } },
    { error: { code: 'bad-request' } },
  ]);
  t.equal(readFileSync(path.join(folder, 'copied'), 'utf8'), 'every byte counts');
});

t.test('copy ends with its input, in the middle of a message too, and at what makes no sense', async (t) => {
  t.same(await copy(Buffer.alloc(0)), { exitCode: 0, answers: [], stderr: '' });
  const hello = message({ op: 'hello' }, Buffer.from('abc'));
  for (const cut of [1, 4, 10, hello.length - 1])
    t.match(await copy(hello.subarray(0, cut)), { exitCode: 0, answers: [] }, `after ${cut} bytes`);
  for (const [problem, bytes] of [
    ['a head too long', Buffer.from([255, 255, 255, 255, 1, 2, 3])],
    ['a head that is no JSON', Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.from('abc')])],
    ['a head that is no object', Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from('7')])],
  ] as const) {
    const { exitCode, stderr } = await copy(bytes);
    t.equal(exitCode, 1, problem);
    t.not(stderr, '', problem);
  }
});

t.test('paths that are not plain are refused', async (t) => {
  const bad = [
    'C:\\contract\\..\\..\\evil',
    'relative\\evil',
    '/etc/evil',
    '\\\\host\\share\\evil',
    '\\\\?\\unix\\evil',
    'C:evil',
    'C:\\contract\\evil:stream',
    'C:\\contract\\\\evil',
    'C:\\',
    'C:\\evil\0',
    7,
  ];
  const empty = hashOf(Buffer.alloc(0));
  const file = { sizeBytes: 0, sha256: empty, encoding: 'identity', partSizeBytes: 0, partCrc32: 0, offset: 0 };
  const { answers } = await copy(
    Buffer.concat(
      bad.flatMap((to) => ['small', 'part', 'finish', 'discard', 'remove'].map((op) => message({ op, ...file, to, path: to }))),
    ),
  );
  t.equal(answers.length, bad.length * 5);
  for (const [index, answer] of answers.entries()) t.match(answer, { error: { message: /./ } }, JSON.stringify(bad[Math.floor(index / 5)]));
  t.same(readdirSync(path.join(rig.root, 'c')).toSorted(), ['contract', 'tools']);
});

t.test('what the tool is not asked rightly it refuses', async (t) => {
  const run = async (line: string): Promise<readonly [number, unknown]> => {
    const result = await rig.connection.run({ line: `${rig.launcher} ${line}`, shell: 'none' }, openCall());
    return [result.exitCode, JSON.parse(Buffer.from(result.stdout).toString('utf8'))];
  };
  t.match(await run(''), [1, { error: /unknown verb/ }]);
  t.match(await run('format x'), [1, { error: /unknown verb/ }]);
  t.match(await run('digest'), [1, { error: /not base64url of a JSON object/ }]);
  t.match(await run(`digest ${Buffer.from('[]').toString('base64url')}`), [1, { error: /not base64url of a JSON object/ }]);
});

t.test('request refuses what is no question', async (t) => {
  const request = async (stdin: string | Uint8Array): Promise<unknown> => {
    const result = await rig.connection.run({ line: `${rig.launcher} request`, shell: 'none', stdin: Buffer.from(stdin) }, openCall());
    t.equal(result.exitCode, 0);
    return JSON.parse(Buffer.from(result.stdout).toString('utf8'));
  };
  const refused = { error: { code: 'bad-request', message: String } };
  t.match(await request(''), refused);
  t.match(await request('hello'), refused);
  t.match(await request('null'), refused);
  t.match(await request('{"verb":"toString","arguments":{}}'), refused);
  t.match(await request('{"verb":"describe"}'), refused);
  t.match(await request('{"verb":"listTree","arguments":{"root":"C:\\\\x","hash":false,"maxEntries":-1}}'), refused);
  t.match(await request('{"verb":"makeTree","arguments":{"root":"C:\\\\x","files":[{"path":"a"}]}}'), refused);
  t.match(await request('{"verb":"makeTree","arguments":{"root":"C:\\\\x","files":[{"path":"a","sizeBytes":1e13}]}}'), {
    error: { code: 'too-large' },
  });
  t.match(await request(Buffer.alloc((16 << 20) + 1, ' ')), { error: { code: 'too-large' } });
});
