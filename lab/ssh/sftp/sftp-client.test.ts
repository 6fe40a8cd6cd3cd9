import { Duplex } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { SftpClient, SftpGone } from './sftp-client.ts';
import { SftpFailure } from './sftp-failure.ts';
import { string, uint32 } from './sftp-packet.ts';
import { packetTypes } from './sftp-protocol.ts';

const packet = (type: number, ...body: readonly Buffer[]): Buffer => {
  const content = Buffer.concat([Buffer.from([type]), ...body]);
  return Buffer.concat([uint32(content.length), content]);
};
const hello = packet(packetTypes.version, uint32(3));

/** A channel whose far end says what is written here. */
function channel(): { readonly stream: Duplex; readonly say: (...bytes: readonly Buffer[]) => void } {
  const stream = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  return { stream, say: (...bytes) => void stream.push(Buffer.concat(bytes)) };
}

async function greeted(): Promise<{
  readonly client: SftpClient;
  readonly say: (...bytes: readonly Buffer[]) => void;
  readonly stream: Duplex;
}> {
  const { stream, say } = channel();
  say(hello);
  return { client: await SftpClient.greet(stream), say, stream };
}

t.test('an answer finds its question, in whatever order and pieces it comes', async (t) => {
  const { client, say } = await greeted();
  const [first, second] = [client.read(Buffer.from('h'), 0, 10), client.read(Buffer.from('h'), 10, 10)];
  const answers = Buffer.concat([
    packet(packetTypes.data, uint32(2), string('second')),
    packet(packetTypes.status, uint32(1), uint32(1), string('the end'), string('en')),
  ]);
  for (const byte of answers) say(Buffer.from([byte]));
  t.equal((await second).toString(), 'second');
  t.equal((await first).length, 0, 'the end of a file is no error');
});

t.test('a refusal is told with its code and words', async (t) => {
  const { client, say } = await greeted();
  const made = client.makeFolder('/C:/x');
  say(packet(packetTypes.status, uint32(1), uint32(3), string('access is denied'), string('en')));
  const error = await made.catch((thrown: unknown) => thrown);
  t.ok(error instanceof SftpFailure && error.code === 3 && error.message === 'access is denied');
  const looked = client.stat('/C:/x');
  say(packet(packetTypes.status, uint32(2), uint32(2), string(''), string('')));
  t.equal(await looked, undefined, 'what is not there is no error');
});

t.test('a server that breaks the protocol is left, and every question with it', async (t) => {
  const breaks: Readonly<Record<string, readonly Buffer[]>> = {
    'an answer to nothing': [packet(packetTypes.status, uint32(99), uint32(0), string(''), string(''))],
    'a packet without end': [uint32(0x7fff_ffff), Buffer.alloc(100)],
    'an empty packet': [uint32(0)],
    'a packet that is cut off': [packet(packetTypes.data, uint32(1), uint32(5), Buffer.from('abc'))],
    'more than was asked for': [packet(packetTypes.data, uint32(1), string(Buffer.alloc(11)))],
    'another kind of answer': [packet(packetTypes.handle, uint32(1), string('h'))],
  };
  for (const [name, bytes] of Object.entries(breaks)) {
    const { client, say, stream } = await greeted();
    const asked = [client.read(Buffer.from('h'), 0, 10), client.close(Buffer.from('h'))];
    say(...bytes);
    const errors = await Promise.all(asked.map((question) => question.catch((thrown: unknown) => thrown)));
    t.ok(
      errors.some((error) => error instanceof SftpGone || error instanceof SftpFailure),
      name,
    );
    t.ok(stream.destroyed || errors.every((error) => error instanceof Error), `${name}: nothing waits`);
  }
  const { stream, say } = channel();
  const greeting = SftpClient.greet(stream);
  say(Buffer.from('This account is not available.\r\n'));
  t.ok((await greeting.catch((thrown: unknown) => thrown)) instanceof SftpGone, 'words are no greeting');
});

t.test('a channel that ends ends every question', async (t) => {
  const { client, stream } = await greeted();
  const asked = client.stat('/C:/x');
  stream.push(null);
  t.ok((await asked.catch((thrown: unknown) => thrown)) instanceof SftpGone);
  t.ok((await client.stat('/C:/y').catch((thrown: unknown) => thrown)) instanceof SftpGone, 'and those after it');
});

t.test('no bytes of a server make it throw or wait for ever', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), async (pieces) => {
      const { client, say, stream } = await greeted();
      const asked = client.stat('/C:/x').then(
        () => true,
        (error: unknown) => error instanceof SftpGone || error instanceof SftpFailure,
      );
      for (const piece of pieces) if (!stream.destroyed) say(Buffer.from(piece));
      if (!stream.destroyed) stream.push(null);
      return await asked;
    }),
    { numRuns: 300 },
  );
});
