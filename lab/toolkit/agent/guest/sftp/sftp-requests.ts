import {
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { digestFile } from '../digest-file.ts';
import { attributesOf, nameEntry, rootAttributes } from './sftp-attributes.ts';
import { SftpFailure } from '../../../../ssh/sftp/sftp-failure.ts';
import type { SftpHandles } from './sftp-handles.ts';
import { type FileAttributes, type PacketFields, string, uint32, uint64 } from '../../../../ssh/sftp/sftp-packet.ts';
import { canonicalPath, nativeFile, nativePath } from './sftp-path.ts';
import {
  MOST_DATA_BYTES,
  MOST_HANDLES,
  MOST_PACKET_BYTES,
  extensions,
  packetTypes,
  statusCodes,
} from '../../../../ssh/sftp/sftp-protocol.ts';

/** What a request is answered with: a packet's type and what follows its id. `undefined` is the status "ok". */
export interface SftpAnswer {
  readonly type: number;
  readonly body: readonly Buffer[];
}

type Request = (fields: PacketFields, handles: SftpHandles) => SftpAnswer | undefined;

const ENTRIES_AT_ONCE = 100;

const answer = (type: number, ...body: readonly Buffer[]): SftpAnswer => ({ type, body });

const statOf =
  (look: (native: string) => Parameters<typeof attributesOf>[0]): Request =>
  (fields) => {
    const native = nativePath(fields.text());
    return answer(packetTypes.attributes, native === undefined ? rootAttributes : attributesOf(look(native)));
  };

function done(work: () => void): undefined {
  work();
}

function setAttributes(wanted: FileAttributes, truncate: (sizeBytes: number) => void, touch: (accessed: number, modified: number) => void) {
  if (wanted.sizeBytes !== undefined) truncate(wanted.sizeBytes);
  if (wanted.times !== undefined) touch(wanted.times.accessed, wanted.times.modified);
}

/** Room of one answer; a handful of clients never ask for more at a time than one after the other. */
const room = Buffer.alloc(MOST_DATA_BYTES);

/** The requests that are served (draft-ietf-secsh-filexfer-02, section 6), each done before the next is looked at. Links are not. */
const requests: Readonly<Record<number, Request>> = {
  [packetTypes.open]: (fields, handles) => {
    const path = fields.text();
    return answer(packetTypes.handle, string(handles.openFile(path, fields.uint32())));
  },
  [packetTypes.close]: (fields, handles) => done(() => handles.close(fields.text())),
  [packetTypes.read]: (fields, handles) => {
    const { descriptor } = handles.file(fields.text());
    const offset = fields.uint64();
    const wanted = Math.min(fields.uint32(), room.length);
    const count = readSync(descriptor, room, 0, wanted, offset);
    if (count === 0 && wanted > 0) throw new SftpFailure(statusCodes.endOfFile, 'the file ends here');
    return answer(packetTypes.data, uint32(count), room.subarray(0, count));
  },
  [packetTypes.write]: (fields, handles) => {
    const { descriptor, appends } = handles.file(fields.text());
    const offset = fields.uint64();
    const bytes = fields.bytes();
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, appends ? null : offset + at);
    return undefined;
  },
  [packetTypes.stat]: statOf((native) => statSync(native)),
  [packetTypes.lstat]: statOf((native) => lstatSync(native)),
  [packetTypes.fstat]: (fields, handles) => answer(packetTypes.attributes, attributesOf(fstatSync(handles.file(fields.text()).descriptor))),
  [packetTypes.setstat]: (fields) =>
    done(() => {
      const native = nativeFile(fields.text());
      setAttributes(
        fields.attributes(),
        (sizeBytes) => truncateSync(native, sizeBytes),
        (accessed, modified) => utimesSync(native, accessed, modified),
      );
    }),
  [packetTypes.fsetstat]: (fields, handles) =>
    done(() => {
      const { descriptor } = handles.file(fields.text());
      setAttributes(
        fields.attributes(),
        (sizeBytes) => ftruncateSync(descriptor, sizeBytes),
        (accessed, modified) => futimesSync(descriptor, accessed, modified),
      );
    }),
  [packetTypes.opendir]: (fields, handles) => answer(packetTypes.handle, string(handles.openFolder(fields.text()))),
  [packetTypes.readdir]: (fields, handles) => {
    const entries = handles.folder(fields.text()).next(ENTRIES_AT_ONCE);
    if (entries.length === 0) throw new SftpFailure(statusCodes.endOfFile, 'that was all');
    return answer(packetTypes.name, uint32(entries.length), ...entries.map(({ name, stats }) => nameEntry(name, stats)));
  },
  [packetTypes.remove]: (fields) => done(() => unlinkSync(nativeFile(fields.text()))),
  [packetTypes.mkdir]: (fields) => done(() => mkdirSync(nativeFile(fields.text()))),
  [packetTypes.rmdir]: (fields) => done(() => rmdirSync(nativeFile(fields.text()))),
  [packetTypes.realpath]: (fields) => answer(packetTypes.name, uint32(1), nameEntry(canonicalPath(fields.text()), undefined)),
  [packetTypes.rename]: (fields) =>
    done(() => {
      const [from, to] = [nativeFile(fields.text()), nativeFile(fields.text())];
      // Section 6.5: renaming never replaces what is there.
      if (lstatSync(to, { throwIfNoEntry: false })) throw new SftpFailure(statusCodes.failure, 'there is a file of that name');
      renameSync(from, to);
    }),
  [packetTypes.extended]: (fields, handles) => {
    const name = fields.text();
    switch (name) {
      case extensions.posixRename:
        return done(() => renameSync(nativeFile(fields.text()), nativeFile(fields.text())));
      case extensions.fsync:
        return done(() => fsyncSync(handles.file(fields.text()).descriptor));
      case extensions.limits:
        return answer(packetTypes.extendedReply, ...[MOST_PACKET_BYTES, MOST_DATA_BYTES, MOST_DATA_BYTES, MOST_HANDLES].map(uint64));
      case extensions.checkFile:
        return checkFile(fields);
    }
    throw new SftpFailure(statusCodes.unsupported, `the extension ${JSON.stringify(name.slice(0, 100))} is not known`);
  },
};

/** The digest of a stretch of a file, as one block. Length 0 is all that follows. */
function checkFile(fields: PacketFields): SftpAnswer {
  const native = nativeFile(fields.text());
  const algorithms = fields.text().split(',');
  const [offset, length, blockBytes] = [fields.uint64(), fields.uint64(), fields.uint32()];
  if (!algorithms.includes('sha256') || blockBytes !== 0) throw new SftpFailure(statusCodes.unsupported, 'only sha256 as one block');
  const found = digestFile(native, { offset, ...(length === 0 ? {} : { mostBytes: length }) });
  if (found === undefined) throw new SftpFailure(statusCodes.noSuchFile, 'there is no such file');
  return answer(packetTypes.extendedReply, string('check-file'), string('sha256'), Buffer.from(found.sha256, 'hex'));
}

/** Does what a request asks. Throws what is told to the client as a failure. */
export function obey(type: number, fields: PacketFields, handles: SftpHandles): SftpAnswer | undefined {
  const request = requests[type];
  if (request === undefined) throw new SftpFailure(statusCodes.unsupported, `requests of type ${type} are not served`);
  return request(fields, handles);
}
