interface Shape {
  /** Size of the certificate table at the end of the file; 0 is unsigned. */
  readonly certificateBytes?: number;
  /** PE32+ rather than PE32. */
  readonly wide?: boolean;
  /** How many data directories the header says there are. */
  readonly directories?: number;
  /** What the DOS header says of where the PE header is. */
  readonly peOffset?: number;
}

const PE_AT = 0x80;
const OPTIONAL_AT = PE_AT + 24;

/** The headers of a Windows program without any code: enough to be looked at, not to run. */
export function portableExecutable({ certificateBytes = 0, wide = true, directories = 16, peOffset = PE_AT }: Shape): Buffer {
  const directoriesAt = OPTIONAL_AT + (wide ? 112 : 96);
  const end = 0x200;
  const bytes = Buffer.alloc(end + certificateBytes);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(peOffset, 0x3c);
  bytes.write('PE\0\0', PE_AT, 'latin1');
  bytes.writeUInt16LE(0x8664, PE_AT + 4);
  bytes.writeUInt16LE((wide ? 112 : 96) + 16 * 8, PE_AT + 20);
  bytes.writeUInt16LE(wide ? 0x20b : 0x10b, OPTIONAL_AT);
  bytes.writeUInt32LE(directories, directoriesAt - 4);
  if (certificateBytes > 0) {
    bytes.writeUInt32LE(end, directoriesAt + 4 * 8);
    bytes.writeUInt32LE(certificateBytes, directoriesAt + 4 * 8 + 4);
  }
  return bytes;
}
