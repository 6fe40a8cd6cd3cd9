import t from 'tap';
import { LabError } from '../../core/error.ts';
import { Secret } from '../../core/secret.ts';
import { commandContract } from '../../testing/contracts/transport/commands.ts';
import { fileContract } from '../../testing/contracts/transport/files.ts';
import { sshdRig } from '../../testing/ssh/sshd-rig.ts';
import { without } from '../../testing/winrm/foreign-programs.ts';

const skip = without('sshd');

t.setTimeout(300_000);

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof LabError ? error.code : `no LabError: ${String(error)}`;
};

t.test('the transport runs commands and copies files at a real sshd', { skip }, async (t) => {
  const rig = await sshdRig(t);
  await commandContract(t, rig);
  await fileContract(t, rig);
});

t.test('a real sshd that refuses, ignores or goes away is told as what it is', { skip }, async (t) => {
  const rig = await sshdRig(t);
  const { endpoint, transport } = rig;
  const connect = (changes: Partial<typeof endpoint>): Promise<string> =>
    codeOf(transport.connect({ ...endpoint, ...changes }, rig.call()));
  t.equal(await connect({ login: { password: new Secret('wrong') } }), 'ssh.authentication-refused');
  t.equal(await connect({ hostKeySha256: `SHA256:${'A'.repeat(43)}` }), 'ssh.host-key-refused');
  t.equal(await connect({ port: 1 }), 'ssh.unreachable');
  if ('privateKey' in endpoint.login)
    t.equal(await connect({ login: { privateKey: endpoint.login.privateKey, passphrase: new Secret('wrong') } }), 'ssh.key-unusable');

  await using connection = await transport.connect(endpoint, rig.call());
  // sshd passes signals on only with a monitor process between, which neither root nor a server of an ordinary user has.
  const told = await codeOf(connection.run({ ...rig.commands.sleep(8000), timeoutMs: rig.startUpMs }, rig.call()));
  t.equal(told, 'ssh.not-ended', 'a command that may still run is not called ended');
  t.match(await connection.run(rig.commands.exit(5), rig.call()), { exitCode: 5 }, 'the connection is still good');

  const running = connection.run(rig.commands.sleep(8000), rig.call());
  running.catch(() => {});
  await rig.restart([]);
  t.equal(await codeOf(running), 'ssh.connection-lost', 'what ran is not started again');
  t.match(await connection.run(rig.commands.exit(6), rig.call()), { exitCode: 6 }, 'what comes next connects anew');
});

t.test('a server that allows fewer sessions than thought is believed', { skip }, async (t) => {
  const rig = await sshdRig(t, 'MaxSessions 2');
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  const results = await Promise.all(Array.from({ length: 6 }, (_, index) => connection.run(rig.commands.echo(`${index}`), rig.call())));
  t.same(
    results.map(({ stdout }) => Buffer.from(stdout).toString()),
    ['0', '1', '2', '3', '4', '5'],
  );
});

t.test('a server without a file server is told', { skip }, async (t) => {
  const rig = await sshdRig(t, 'Subsystem sftp /bin/false');
  await using connection = await rig.transport.connect(rig.endpoint, rig.call());
  t.match(await codeOf(connection.put(import.meta.filename as never, `${rig.folder}\\x` as never, rig.call())), 'ssh.upload-refused');
});
