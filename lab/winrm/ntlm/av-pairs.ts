import { ProtocolViolation } from '../protocol-violation.ts';

/** Ids of attribute-value pairs in the target information ([MS-NLMP] 2.2.2.1). */
export const avIds = {
  end: 0,
  computerName: 1,
  domainName: 2,
  dnsComputerName: 3,
  dnsDomainName: 4,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

/** Bit of the `flags` pair that says the message carries an integrity code. */
export const avFlagMicProvided = 0x2;

/** Attribute-value pairs by their id, in the order they came; of an id that came twice the last. */
export type AvPairs = ReadonlyMap<number, Buffer>;

const MOST_BYTES = 8192;

/** Reads target information ([MS-NLMP] 2.2.2.1) up to its end mark. Throws a {@link ProtocolViolation} when it is missing or a length lies. Views into `bytes`. */
export function parseAvPairs(bytes: Buffer): AvPairs {
  if (bytes.length > MOST_BYTES) throw new ProtocolViolation('the NTLM target information is too long');
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length;) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (id === avIds.end) return pairs;
    if (at + 4 + length > bytes.length) break;
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  throw new ProtocolViolation('the NTLM target information does not end');
}

/** Writes pairs in their order, with the end mark ([MS-NLMP] 2.2.2.1). */
export const buildAvPairs = (pairs: AvPairs): Buffer =>
  Buffer.concat([...[...pairs].flatMap(([id, value]) => [uint16(id), uint16(value.length), value]), Buffer.alloc(4)]);

const uint16 = (value: number): Buffer => Buffer.from([value & 255, value >>> 8]);
