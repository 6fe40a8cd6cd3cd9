import type { Duplex } from 'node:stream';
import { PacketFields, string, uint32, uint64 } from './sftp-packet.ts';
import { SftpFailure } from './sftp-failure.ts';
import {
  MOST_DATA_BYTES,
  MOST_PACKET_BYTES,
  SFTP_VERSION,
  type StatusCode,
  attributeFlags,
  extensions,
  openFlags,
  packetTypes,
  statusCodes,
} from './sftp-protocol.ts';

/** What is known of a file or folder. */
export interface SftpAttributes {
  readonly sizeBytes: number;
  readonly isFolder: boolean;
}

/** An open file; it means something to its own connection only. */
export type SftpHandle = Buffer;

/** What every server takes in one request (section 3). */
const SAFE_DATA_BYTES = 32 << 10;
const SHA256_BYTES = 32;
const KIND_OF_FILE = 0o170_000;
const FOLDER = 0o040_000;

/** The server broke the protocol or its channel ended: nothing more comes. */
export class SftpGone extends Error {
  override readonly name = 'SftpGone';
}

interface Answer {
  readonly type: number;
  readonly fields: PacketFields;
}

/**
 * The client of the SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02), over a channel. Requests may overlap; each is answered by
 * itself. A refusal is a {@link SftpFailure}, the end of the channel a {@link SftpGone} for every open request. Bytes of the server are bounded:
 * a packet larger than was asked for ends it.
 */
export class SftpClient {
  readonly #channel: Duplex;
  readonly #open = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #hello = Promise.withResolvers<void>();
  readonly #extensions = new Map<string, string>();
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #lastId = 0;
  #readBytes = SAFE_DATA_BYTES;
  #writeBytes = SAFE_DATA_BYTES;
  #gone: SftpGone | undefined;

  private constructor(channel: Duplex) {
    this.#channel = channel;
    channel.on('data', (bytes: Buffer) => this.#take(bytes));
    for (const end of ['end', 'close', 'error'] as const) channel.on(end, () => this.#lose('the file server’s channel ended'));
    this.#hello.promise.catch(() => {});
  }

  /** Greets the server and learns what it can. Rejects with {@link SftpGone} when nothing of the sort answers. */
  static async greet(channel: Duplex): Promise<SftpClient> {
    const client = new SftpClient(channel);
    channel.write(Buffer.concat([uint32(5), Buffer.from([packetTypes.init]), uint32(SFTP_VERSION)]));
    await client.#hello.promise;
    if (client.#extensions.has(extensions.limits)) await client.#learnLimits();
    return client;
  }

  /** Most bytes of one read. */
  get readBytes(): number {
    return this.#readBytes;
  }

  /** Most bytes of one write. */
  get writeBytes(): number {
    return this.#writeBytes;
  }

  /** Whether the server renames over what is there. */
  get replaces(): boolean {
    return this.#extensions.has(extensions.posixRename);
  }

  /** Whether the server computes digests. */
  get digests(): boolean {
    return this.#extensions.has(extensions.checkFile);
  }

  async openToRead(path: string): Promise<SftpHandle> {
    return await this.#handle(packetTypes.open, string(path), uint32(openFlags.read), uint32(0));
  }

  /** Opens a file to write, makes it where it is not there, and keeps of it what is said. */
  async openToWrite(path: string, keep: 'nothing' | 'all'): Promise<SftpHandle> {
    const flags = openFlags.write | openFlags.create | (keep === 'nothing' ? openFlags.truncate : 0);
    return await this.#handle(packetTypes.open, string(path), uint32(flags), uint32(0));
  }

  async close(handle: SftpHandle): Promise<void> {
    await this.#done(packetTypes.close, string(handle));
  }

  /** Up to `sizeBytes` bytes from `offset` on; none at the end of the file. */
  async read(handle: SftpHandle, offset: number, sizeBytes: number): Promise<Buffer> {
    try {
      const { type, fields } = await this.#ask(packetTypes.read, string(handle), uint64(offset), uint32(sizeBytes));
      if (type !== packetTypes.data) throw this.#violated();
      const bytes = this.#parsed(() => fields.bytes());
      if (bytes.length > sizeBytes) throw this.#violated();
      return bytes;
    } catch (error) {
      if (error instanceof SftpFailure && error.code === statusCodes.endOfFile) return Buffer.alloc(0);
      throw error;
    }
  }

  async write(handle: SftpHandle, offset: number, bytes: Buffer): Promise<void> {
    await this.#done(packetTypes.write, string(handle), uint64(offset), uint32(bytes.length), bytes);
  }

  /** `undefined` when there is nothing of that name. */
  async stat(path: string): Promise<SftpAttributes | undefined> {
    try {
      const { type, fields } = await this.#ask(packetTypes.stat, string(path));
      if (type !== packetTypes.attributes) throw this.#violated();
      const { sizeBytes = 0, mode = 0 } = this.#parsed(() => fields.attributes());
      return { sizeBytes, isFolder: (mode & KIND_OF_FILE) === FOLDER };
    } catch (error) {
      if (error instanceof SftpFailure && error.code === statusCodes.noSuchFile) return undefined;
      throw error;
    }
  }

  /** Cuts a file off after so many bytes. */
  async truncate(path: string, sizeBytes: number): Promise<void> {
    await this.#done(packetTypes.setstat, string(path), uint32(attributeFlags.size), uint64(sizeBytes));
  }

  async makeFolder(path: string): Promise<void> {
    await this.#done(packetTypes.mkdir, string(path), uint32(0));
  }

  async remove(path: string): Promise<void> {
    await this.#done(packetTypes.remove, string(path));
  }

  /** Renames over what is there where {@link replaces}; otherwise it refuses when there is something. */
  async rename(from: string, to: string): Promise<void> {
    if (this.replaces) await this.#done(packetTypes.extended, string(extensions.posixRename), string(from), string(to));
    else await this.#done(packetTypes.rename, string(from), string(to));
  }

  /** SHA-256 of a file's first `sizeBytes` bytes as 64 hexadecimal digits, where the server {@link digests}. */
  async digest(path: string, sizeBytes: number): Promise<string> {
    // Length 0 would mean all of it.
    if (sizeBytes === 0) throw new RangeError('no bytes have no digest');
    const question = [string(path), string('sha256'), uint64(0), uint64(sizeBytes), uint32(0)];
    const { type, fields } = await this.#ask(packetTypes.extended, string(extensions.checkFile), ...question);
    if (type !== packetTypes.extendedReply) throw this.#violated();
    // The extension's own name, the algorithm, the digest.
    const [, algorithm, bytes] = this.#parsed(() => [fields.text(), fields.text(), fields.rest()] as const);
    if (algorithm !== 'sha256' || bytes.length !== SHA256_BYTES) throw this.#violated();
    return bytes.toString('hex');
  }

  /** Ends the file server. */
  end(): void {
    this.#lose('the lab closed it');
    this.#channel.end();
  }

  async #learnLimits(): Promise<void> {
    const { type, fields } = await this.#ask(packetTypes.extended, string(extensions.limits));
    if (type !== packetTypes.extendedReply) throw this.#violated();
    // Servers without a limit may say 2^64 - 1.
    const limit = (): number => fields.uint32() * 2 ** 32 + fields.uint32();
    const [packet, read, write] = this.#parsed(() => [limit(), limit(), limit()] as const);
    // 0 is "no limit of its own"; the head of a write is below 1 KiB.
    const most = (data: number): number => Math.min(data || Infinity, (packet || Infinity) - 1024, MOST_DATA_BYTES);
    this.#readBytes = Math.max(SAFE_DATA_BYTES, most(read));
    this.#writeBytes = Math.max(SAFE_DATA_BYTES, most(write));
  }

  async #handle(type: number, ...body: readonly Buffer[]): Promise<SftpHandle> {
    const answer = await this.#ask(type, ...body);
    if (answer.type !== packetTypes.handle) throw this.#violated();
    return Buffer.from(this.#parsed(() => answer.fields.bytes()));
  }

  async #done(type: number, ...body: readonly Buffer[]): Promise<void> {
    const answer = await this.#ask(type, ...body);
    if (answer.type !== packetTypes.status) throw this.#violated();
  }

  #ask(type: number, ...body: readonly Buffer[]): Promise<Answer> {
    if (this.#gone) return Promise.reject(this.#gone);
    this.#lastId = (this.#lastId + 1) >>> 0;
    const id = this.#lastId;
    const waiting = Promise.withResolvers<Answer>();
    this.#open.set(id, waiting);
    const sizeBytes = body.reduce((sum, part) => sum + part.length, 5);
    this.#channel.write(Buffer.concat([uint32(sizeBytes), Buffer.from([type]), uint32(id), ...body]));
    return waiting.promise;
  }

  #take(bytes: Buffer): void {
    if (this.#gone) return;
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    try {
      for (let packet = this.#nextPacket(); packet !== undefined; packet = this.#nextPacket()) this.#deliver(packet);
    } catch (error) {
      this.#lose(`the file server broke the protocol: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Joins only as much as one packet needs, so that many small pieces cost no more than one large one. */
  #nextPacket(): Buffer | undefined {
    if (this.#unreadBytes < 4) return undefined;
    if ((this.#unread[0]?.length ?? 0) < 4) this.#unread = [Buffer.concat(this.#unread)];
    const sizeBytes = this.#unread[0]?.readUInt32BE() ?? 0;
    if (sizeBytes < 5 || sizeBytes > MOST_PACKET_BYTES) throw new RangeError(`a packet of ${sizeBytes} bytes`);
    if (this.#unreadBytes < 4 + sizeBytes) return undefined;
    const all = this.#unread.length === 1 ? (this.#unread[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#unread);
    const rest = all.subarray(4 + sizeBytes);
    this.#unread = rest.length === 0 ? [] : [rest];
    this.#unreadBytes = rest.length;
    return all.subarray(4, 4 + sizeBytes);
  }

  #deliver(packet: Buffer): void {
    const type = packet.readUInt8();
    if (type === packetTypes.version) return this.#greeted(new PacketFields(packet.subarray(1)));
    const id = packet.readUInt32BE(1);
    const waiting = this.#open.get(id);
    if (!waiting) throw new RangeError('an answer to nothing');
    this.#open.delete(id);
    const fields = new PacketFields(packet.subarray(5));
    if (type !== packetTypes.status) return waiting.resolve({ type, fields });
    const code = fields.uint32() as StatusCode;
    if (code === statusCodes.ok) return waiting.resolve({ type, fields });
    return waiting.reject(new SftpFailure(code, fields.text()));
  }

  #greeted(fields: PacketFields): void {
    if (fields.uint32() < SFTP_VERSION) throw new RangeError('a version before the third');
    while (fields.left > 0) this.#extensions.set(fields.text(), fields.text());
    this.#hello.resolve();
  }

  /** What an answer holds. One that is cut off is no answer. */
  #parsed<T>(read: () => T): T {
    try {
      return read();
    } catch {
      throw this.#violated();
    }
  }

  #violated(): SftpGone {
    this.#lose('the file server broke the protocol: an answer of the wrong kind');
    return this.#gone ?? new SftpGone();
  }

  #lose(reason: string): void {
    if (this.#gone) return;
    this.#gone = new SftpGone(reason);
    this.#hello.reject(this.#gone);
    for (const waiting of this.#open.values()) waiting.reject(this.#gone);
    this.#open.clear();
    this.#unread = [];
    this.#channel.destroy();
  }
}
