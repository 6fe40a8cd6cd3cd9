import { Refusal } from '../refusal.ts';
import { CHUNK_BYTES, readInput, writeOutput } from '../standard-streams.ts';
import { toFailure } from './to-failure.ts';
import { SftpHandles } from './sftp-handles.ts';
import { PacketFields, string, uint32 } from '../../../../ssh/sftp/sftp-packet.ts';
import { MOST_PACKET_BYTES, SFTP_VERSION, extensions, packetTypes, statusCodes } from '../../../../ssh/sftp/sftp-protocol.ts';
import { type SftpAnswer, obey } from './sftp-requests.ts';

/**
 * `sftp`: the file server of an SSH connection, version 3 of the protocol (draft-ietf-secsh-filexfer-02) on standard input and output, until the
 * input ends. It is a process in the guest, as OpenSSH's own is: what it reads and writes are the guest's files, with the guest's rights.
 *
 * One request after the other: a client that does not read its answers is not read from. What breaks the framing ends the server.
 */
export function serveSftp(): void {
  const nextPacket = packetReader();
  const hello = nextPacket();
  if (hello === undefined) return;
  if (hello[0] !== packetTypes.init) throw new Refusal('bad-request', 'the first packet is not that of a file transfer client');
  send(packetTypes.version, [
    uint32(SFTP_VERSION),
    ...[extensions.posixRename, extensions.fsync, extensions.limits, extensions.checkFile].flatMap((name) => [string(name), string('1')]),
  ]);
  const handles = new SftpHandles();
  try {
    for (let packet = nextPacket(); packet !== undefined; packet = nextPacket()) answerTo(packet, handles);
  } finally {
    handles.closeAll();
  }
}

function answerTo(packet: Buffer, handles: SftpHandles): void {
  if (packet.length < 5) throw new Refusal('bad-request', 'a request without an id');
  const id = packet.subarray(1, 5);
  let given: SftpAnswer;
  try {
    given = obey(packet[0] ?? 0, new PacketFields(packet.subarray(5)), handles) ?? status(statusCodes.ok, '');
  } catch (error) {
    const { code, message } = toFailure(error);
    given = status(code, message);
  }
  send(given.type, [id, ...given.body]);
}

const status = (code: number, message: string): SftpAnswer => ({
  type: packetTypes.status,
  body: [uint32(code), string(message), string('en')],
});

function send(type: number, body: readonly Buffer[]): void {
  const sizeBytes = body.reduce((sum, part) => sum + part.length, 1);
  writeOutput(Buffer.concat([uint32(sizeBytes), Buffer.from([type]), ...body]));
}

/** Reads packet after packet, each valid until the next is asked for; `undefined` at the end of the input. */
function packetReader(): () => Buffer | undefined {
  // Room for a whole packet and for whatever follows it in the pipe.
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let start = 0;
  let end = 0;
  const fill = (sizeBytes: number): boolean => {
    if (start + sizeBytes > buffer.length) {
      buffer.copyWithin(0, start, end);
      end -= start;
      start = 0;
    }
    while (end - start < sizeBytes) {
      const count = readInput(buffer.subarray(end));
      if (count === 0) return false;
      end += count;
    }
    return true;
  };
  return () => {
    if (!fill(4)) return undefined;
    const sizeBytes = buffer.readUInt32BE(start);
    if (sizeBytes === 0 || sizeBytes > MOST_PACKET_BYTES) throw new Refusal('too-large', `a packet of ${sizeBytes} bytes`);
    if (!fill(4 + sizeBytes)) return undefined;
    const packet = buffer.subarray(start + 4, start + 4 + sizeBytes);
    start += 4 + sizeBytes;
    return packet;
  };
}
