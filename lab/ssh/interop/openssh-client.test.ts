import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ssh2 from 'ssh2';
import t, { type Test } from 'tap';
import type { Call } from '../../core/call.ts';
import { type ExecOptions, type ExecResult, exec } from '../../host/exec.ts';
import { callFor } from '../../testing/calls.ts';
import { quoted } from '../../testing/host-commands.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { type SshHostRig, sshHostRig } from '../../testing/ssh/host-rig.ts';
import { makeKey, writeKey } from '../../testing/ssh/make-key.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';
import { makeHostKey } from '../host-key.ts';

const { parseKey } = ssh2.utils;

const skip = without('ssh');

type Program = 'ssh' | 'sftp' | 'scp';

interface Meeting {
  readonly rig: SshHostRig;
  readonly folder: string;
  readonly options: (program: Program) => readonly string[];
  readonly run: (program: Program, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>;
}

/** A server, and OpenSSH's programs told of its key and of one that opens it. */
async function meet(t: Test, knownKey?: string): Promise<Meeting> {
  const folder = await scratchFolder(t);
  const key = makeKey();
  const hostKey = makeHostKey();
  const rig = await sshHostRig(t, { server: { hostKey, user: { name: 'tester', authorizedKeys: [key.publicKey] } } });
  const [identity, hosts] = [path.join(folder, 'identity'), path.join(folder, 'hosts')];
  await writeKey(identity, key);
  await writeFile(hosts, `[127.0.0.1]:${rig.server.port} ${knownKey ?? publicHalf(hostKey.privateKey)}\n`);
  const common = [
    '-F/dev/null',
    `-i${identity}`,
    ...[
      'IdentitiesOnly=yes',
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${hosts}`,
      'GlobalKnownHostsFile=/dev/null',
    ].map((setting) => `-o${setting}`),
  ];
  const port = { ssh: `-p${rig.server.port}`, sftp: `-P${rig.server.port}`, scp: `-P${rig.server.port}` };
  const options = (program: Program): readonly string[] => [...common, port[program]];
  return { rig, folder, options, run: (program, args, more) => runForeign(`/usr/bin/${program}`, [...options(program), ...args], more) };
}

function publicHalf(privateKey: string): string {
  const key = parseKey(privateKey);
  if (key instanceof Error) throw key;
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}

t.test('ssh', { skip }, async (t) => {
  const { rig, run, options } = await meet(t);
  const rigged = (line: string): readonly string[] => [...options('ssh'), 'tester@127.0.0.1', line];
  const ssh = (line: string, more?: ExecOptions): Promise<ExecResult> => run('ssh', ['tester@127.0.0.1', line], more);

  await t.test('runs a command, with both streams and its exit code', async (t) => {
    const result = await ssh('echo out; echo err >&2; exit 7');
    t.match(result, { exitCode: 7, stdout: 'out', stderr: 'err' });
  });

  await t.test('hands input on to its end', async (t) => {
    const text = 'ünicode\n'.repeat(100_000);
    t.equal((await ssh('wc -c', { input: text })).stdout.trim(), String(Buffer.byteLength(text)));
    t.equal((await ssh('cat', { input: text })).stdout, text.trimEnd());
  });

  await t.test('takes more than its window at once, on both streams', async (t) => {
    const script = "for(let i=0;i<40;i++){process.stdout.write('o'.repeat(1e5));process.stderr.write('e'.repeat(1e5))}";
    const result = await ssh(`${quoted(process.execPath)} -e ${quoted(script)}`);
    t.equal(result.stdout, 'o'.repeat(4e6));
    t.equal(result.stderr, 'e'.repeat(4e6));
  });

  await t.test('may set variables', async (t) => {
    const result = await run('ssh', ['-oSetEnv=LAB_WORD="a b"', 'tester@127.0.0.1', 'echo $LAB_WORD']);
    t.equal(result.stdout, 'a b');
  });

  await t.test('is told in a sentence that there is no shell', async (t) => {
    const result = await run('ssh', ['-tt', 'tester@127.0.0.1']);
    t.equal(result.exitCode, 255);
    t.match(result.stderr, /has no interactive shell/);
  });

  await t.test('gets no forwarding', async (t) => {
    const result = await run('ssh', ['-oExitOnForwardFailure=yes', '-W127.0.0.1:1', 'tester@127.0.0.1']);
    t.not(result.exitCode, 0);
  });

  await t.test('ends what it started when it goes away', async (t) => {
    const leaving = new AbortController();
    const onLine = (): void => leaving.abort(new Error('the client goes away'));
    const call: Call = { ...callFor(30_000), signal: leaving.signal };
    await exec('/usr/bin/ssh', rigged('echo started; exec sleep 60'), call, { onLine }).catch(() => {});
    t.equal(leaving.signal.aborted, true, 'it ran');
    t.equal(await rig.running?.(), 0);
  });
});

t.test('ssh refuses a server with another key than it knows', { skip }, async (t) => {
  const { run } = await meet(t, publicHalf(makeHostKey().privateKey));
  const result = await run('ssh', ['tester@127.0.0.1', 'echo never']);
  t.equal(result.exitCode, 255);
  t.match(result.stderr, /Host key verification failed|HOST IDENTIFICATION HAS CHANGED/);
  t.notMatch(result.stdout, 'never');
});

t.test('the fingerprint is what ssh-keygen makes of the scanned key', { skip }, async (t) => {
  const rig = await sshHostRig(t);
  const scan = await runForeign('/usr/bin/ssh-keyscan', ['-p', String(rig.server.port), '-t', 'ed25519', '127.0.0.1']);
  const { stdout } = await runForeign('/usr/bin/ssh-keygen', ['-l', '-f', '-'], { input: scan.stdout });
  t.equal(stdout.split(' ')[1], rig.endpoint.hostKeySha256);
});

t.test('sftp', { skip }, async (t) => {
  const { rig, folder, run } = await meet(t);
  const contract = path.join(rig.root, 'c', 'contract');
  const content = randomBytes(3_000_000);
  await writeFile(path.join(folder, 'sent'), content);
  const batch = (...lines: readonly string[]): Promise<ExecResult> =>
    run('sftp', ['-b-', 'tester@127.0.0.1'], { input: `${lines.join('\n')}\n` });

  await t.test('puts, lists, renames, fetches and removes', async (t) => {
    const result = await batch(
      'cd /C:/contract',
      'pwd',
      'mkdir made',
      `put ${path.join(folder, 'sent')} made/first`,
      'ls -l made',
      'rename made/first made/second',
      `get made/second ${path.join(folder, 'back')}`,
    );
    t.equal(result.exitCode, 0, result.stderr);
    t.match(result.stdout, /Remote working directory: \/C:\/contract/);
    t.match(result.stdout, /-rw.*3000000.*first/);
    t.ok((await readFile(path.join(folder, 'back'))).equals(content));
    t.same(await readdir(path.join(contract, 'made')), ['second']);
    const removed = await batch('rm /C:/contract/made/second', 'rmdir /C:/contract/made', 'ls /');
    t.equal(removed.exitCode, 0, removed.stderr);
    t.match(removed.stdout, /\/C:|C:/);
    t.notOk((await readdir(contract)).includes('made'));
  });

  await t.test('goes on with half a file', async (t) => {
    await writeFile(path.join(contract, 'half'), content.subarray(0, 1_000_000));
    const result = await batch(`reput ${path.join(folder, 'sent')} /C:/contract/half`);
    t.equal(result.exitCode, 0, result.stderr);
    t.ok((await readFile(path.join(contract, 'half'))).equals(content));
  });

  await t.test('is told what is not there, and does not climb out', async (t) => {
    t.match((await batch('get /C:/contract/nothing')).stderr, /not found|No such file/i);
    t.match((await batch('get /C:/../../../etc/passwd')).stderr, /not found|No such file/i);
    t.match((await batch('ls /etc')).stderr, /not found|No such file/i);
    t.match((await batch('symlink /C:/contract/half /C:/contract/link')).stderr, /unsupported|failure/i);
  });
});

t.test('scp copies both ways, over SFTP', { skip }, async (t) => {
  const { folder, run } = await meet(t);
  const content = randomBytes(1_000_000);
  await writeFile(path.join(folder, 'one'), content);
  const sent = await run('scp', ['-s', '-p', path.join(folder, 'one'), 'tester@127.0.0.1:/C:/contract/one']);
  t.equal(sent.exitCode, 0, sent.stderr);
  const fetched = await run('scp', ['-s', 'tester@127.0.0.1:/C:/contract/one', path.join(folder, 'two')]);
  t.equal(fetched.exitCode, 0, fetched.stderr);
  t.ok((await readFile(path.join(folder, 'two'))).equals(content));
});
