import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import type { SshAddress } from '../../core/guest.ts';
import { Secret } from '../../core/secret.ts';
import { loginMethods } from '../../ssh/server/login.ts';
import { sshHostRig } from '../../testing/ssh/host-rig.ts';
import { makeKey } from '../../testing/ssh/make-key.ts';

const password = new Secret('pass wörd <&>');

const failure = async (work: Promise<unknown>): Promise<LabError> => {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof LabError) return error;
  throw new Error(`expected a LabError, got ${String(error)}`);
};

t.test('a password is given in whatever way the server asks for it', async (t) => {
  for (const methods of [['password'], ['keyboard-interactive'], loginMethods] as const) {
    const rig = await sshHostRig(t, { server: { methods } });
    await using connection = await rig.transport.connect(rig.endpoint, rig.call());
    t.match(await connection.run(rig.commands.exit(3), rig.call()), { exitCode: 3 }, methods.join());
    const refused = await failure(rig.transport.connect(rig.withPassword(new Secret('wrong')), rig.call()));
    t.equal(refused.code, 'ssh.authentication-refused');
    t.notMatch(JSON.stringify(refused.toData()), 'wrong"');
    const other = await failure(rig.transport.connect({ ...rig.endpoint, user: 'somebody' }, rig.call()));
    t.equal(other.code, 'ssh.authentication-refused', 'one guest, one user');
  }
});

t.test('a key opens where it is known, with its passphrase where it has one', async (t) => {
  const [plain, sealed, stranger] = [makeKey(), makeKey('open sesame'), makeKey()];
  const rig = await sshHostRig(t, { server: { user: { name: 'tester', authorizedKeys: [plain.publicKey, sealed.publicKey] } } });
  const login = (privateKey: string, passphrase?: string): SshAddress => ({
    ...rig.endpoint,
    login: { privateKey: new Secret(privateKey), ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }) },
  });
  for (const endpoint of [login(plain.privateKey), login(sealed.privateKey, 'open sesame')]) {
    await using connection = await rig.transport.connect(endpoint, rig.call());
    t.match(await connection.run(rig.commands.exit(4), rig.call()), { exitCode: 4 });
  }
  const codes = async (endpoint: SshAddress): Promise<string> => (await failure(rig.transport.connect(endpoint, rig.call()))).code;
  t.equal(await codes(login(stranger.privateKey)), 'ssh.authentication-refused');
  t.equal(await codes(login(sealed.privateKey, 'wrong')), 'ssh.key-unusable');
  t.equal(await codes(login(sealed.privateKey)), 'ssh.key-unusable');
  t.equal(await codes(login(plain.publicKey)), 'ssh.key-unusable', 'a public key opens nothing');
  t.equal(await codes(login('nonsense')), 'ssh.key-unusable');
  t.equal(await codes({ ...rig.endpoint, login: { password } }), 'ssh.authentication-refused', 'there is no password');
});

t.test('a server with another key than the pinned one is refused', async (t) => {
  const rig = await sshHostRig(t);
  const expected = `SHA256:${'A'.repeat(43)}`;
  const error = await failure(rig.transport.connect({ ...rig.endpoint, hostKeySha256: expected }, rig.call()));
  t.equal(error.code, 'ssh.host-key-refused');
  t.match(error.message, expected);
  t.match(error.message, rig.endpoint.hostKeySha256, 'both are named');
  t.match(error.hint, 'ssh-keygen -l');
  t.equal((await failure(rig.transport.connect({ ...rig.endpoint, hostKeySha256: 'SHA256:short' }, rig.call()))).code, 'ssh.pin-invalid');
});

/** Something that listens and says what is given. */
async function listener(t: Test, greet: string | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (greet !== undefined) socket.end(greet);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

t.test('what is no SSH server is told as what it is', async (t) => {
  const rig = await sshHostRig(t);
  const attempt = async (port: number): Promise<LabError> => await failure(rig.transport.connect({ ...rig.endpoint, port }, rig.call()));
  await rig.server.close();
  t.equal((await attempt(rig.server.port)).code, 'ssh.unreachable');
  t.equal((await attempt(await listener(t, 'HTTP/1.1 400 Bad Request\r\n\r\n'))).kind, 'transport');
  const silent = await listener(t, undefined);
  const reason = LabError.of('lab.interrupted', { signal: 'the test' });
  const control = new AbortController();
  const waiting = rig.transport.connect({ ...rig.endpoint, port: silent }, { ...rig.call(), signal: control.signal });
  control.abort(reason);
  t.equal(await waiting.catch((error: unknown) => error), reason, 'giving up is quick');
  const late = rig.transport.connect({ ...rig.endpoint, port: silent }, { ...rig.call(), deadline: { remainingMs: () => 200 } });
  t.equal((await failure(late)).code, 'ssh.timed-out');
});

t.test('more commands than sessions wait for each other', async (t) => {
  const rig = await sshHostRig(t, { server: { maxSessions: 2 } });
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  const results = await Promise.all(Array.from({ length: 8 }, (_, index) => connection.run(rig.commands.echo(`${index}`), rig.call())));
  t.same(
    results.map(({ stdout }) => Buffer.from(stdout).toString()),
    ['0', '1', '2', '3', '4', '5', '6', '7'],
  );
});

t.test('strangers get little time and few places', async (t) => {
  const rig = await sshHostRig(t, { server: { loginGraceMs: 300 } });
  const open = Array.from({ length: 14 }, () => connect(rig.server.port, '127.0.0.1').resume());
  const ended = open.map((socket) => new Promise<void>((resolve) => socket.on('error', () => {}).on('close', () => resolve())));
  await Promise.all(ended);
  t.pass('all of them were sent away');
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  t.match(await connection.run(rig.commands.exit(0), rig.call()), { exitCode: 0 }, 'who logs in is served');
});
