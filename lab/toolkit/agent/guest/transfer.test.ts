import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openCall } from '../../../testing/calls.ts';
import { guestToolRig } from '../../../testing/guest-tool-rig.ts';

const rig = await guestToolRig(t);
const folder = path.join(rig.root, 'c/contract');

interface Answer {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const ask = async (verb: string, question: unknown, stdin: Uint8Array = Buffer.alloc(0)): Promise<Answer> => {
  const argument = Buffer.from(JSON.stringify(question)).toString('base64url');
  const result = await rig.connection.run(
    { line: `${rig.launcher} ${verb} ${argument}`, shell: 'none', stdin, maxOutputBytes: 64 << 20 },
    openCall(),
  );
  return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout), stderr: Buffer.from(result.stderr).toString('utf8') };
};
const json = ({ stdout }: Answer): unknown => JSON.parse(stdout.toString('utf8'));
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const promise = (to: string, bytes: Uint8Array): object => ({ to, sizeBytes: bytes.length, sha256: hashOf(bytes) });

const bytes = randomBytes((3 << 20) + 12_345);

t.test('a file goes in, is looked at, and comes out', async (t) => {
  const to = 'C:\\contract\\made\\Grüße 🎬.bin';
  t.same(json(await ask('digest', { path: to })), { exists: false, sizeBytes: 0, sha256: '' });
  const received = await ask('receive', promise(to, bytes), bytes);
  t.same([received.exitCode, json(received)], [0, { sizeBytes: bytes.length, sha256: hashOf(bytes) }]);
  t.same(json(await ask('digest', { path: to })), { exists: true, sizeBytes: bytes.length, sha256: hashOf(bytes) });
  const sent = await ask('send', { path: to });
  t.equal(sent.exitCode, 0);
  t.ok(sent.stdout.equals(bytes), 'byte for byte');
  t.same(readdirSync(path.join(folder, 'made')), ['Grüße 🎬.bin'], 'no part is left');
  t.same(
    json(await ask('receive', promise(to, Buffer.from('new')), Buffer.from('new'))),
    { sizeBytes: 3, sha256: hashOf(Buffer.from('new')) },
    'a file is replaced',
  );
  t.same(json(await ask('receive', promise('C:\\contract\\made\\empty', Buffer.alloc(0)))), {
    sizeBytes: 0,
    sha256: hashOf(Buffer.alloc(0)),
  });
  t.same(json(await ask('digest', { path: 'C:\\contract\\made' })), { exists: false, sizeBytes: 0, sha256: '' }, 'a folder is no file');
});

t.test('what is not what was promised leaves nothing', async (t) => {
  mkdirSync(path.join(folder, 'kept'));
  writeFileSync(path.join(folder, 'kept/file'), 'old');
  const to = 'C:\\contract\\kept\\file';
  const good = promise(to, bytes);
  for (const [problem, question, stdin] of [
    ['too few bytes', good, bytes.subarray(1)],
    ['too many bytes', good, Buffer.concat([bytes, bytes])],
    ['other bytes', good, randomBytes(bytes.length)],
    ['no bytes', good, Buffer.alloc(0)],
    ['no digest', { to, sizeBytes: 3 }, Buffer.from('abc')],
    ['a size that is none', { ...good, sizeBytes: '3' }, bytes],
  ] as const) {
    const answer = await ask('receive', question, stdin);
    t.equal(answer.exitCode, 1, problem);
    t.match(json(answer), { error: /\w/ }, problem);
    t.same(readdirSync(path.join(folder, 'kept')), ['file'], `${problem}: no part is left`);
    t.equal(readFileSync(path.join(folder, 'kept/file'), 'utf8'), 'old', `${problem}: what was there stands`);
  }
  t.equal((await ask('receive', promise('C:\\contract\\kept', bytes), bytes)).exitCode, 1, 'a folder is not replaced');
  t.same(readdirSync(folder).toSorted(), ['kept', 'made']);
});

t.test('a sender that is cut off leaves nothing under the name', async (t) => {
  const argument = Buffer.from(JSON.stringify(promise('C:\\contract\\cut', bytes))).toString('base64url');
  const child = spawn('/bin/sh', ['-c', `exec ${rig.launcher} receive ${argument}`], {
    env: { ...process.env, LAB_GUEST_ROOT: rig.root },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write(bytes.subarray(0, 2 << 20));
  child.stdin.end();
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  t.equal(code, 1);
  t.same(readdirSync(folder).toSorted(), ['kept', 'made']);
});

t.test('send of what is not there says so beside the bytes', async (t) => {
  const answer = await ask('send', { path: 'C:\\contract\\absent' });
  t.same([answer.exitCode, answer.stdout.length], [1, 0]);
  t.match(answer.stderr, /ENOENT/);
});

t.test('paths that are not plain are refused', async (t) => {
  for (const to of [
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
  ]) {
    const answer = await ask('receive', { to, sizeBytes: 0, sha256: hashOf(Buffer.alloc(0)) });
    t.equal(answer.exitCode, 1, JSON.stringify(to));
  }
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
