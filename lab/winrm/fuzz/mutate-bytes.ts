import type { Random } from './random.ts';

/** Words that mean something to one reader or another. */
const WORDS: readonly string[] = [
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?xml version="1.0"?>',
  '&amp;',
  '&lol;',
  '&#0;',
  '&#x10FFFF;',
  '\u0000',
  '\u0001',
  '\ufeff',
  '\u202e',
  '"',
  "'",
  '<',
  '>',
  '/>',
  '</',
  '\r\n',
  '\r\n\r\n',
  '--Encrypted Boundary',
  'NTLMSSP\u0000',
  '%00',
  '__proto__',
  '-1',
  '4294967296',
];

type Change = (random: Random, bytes: Buffer) => Buffer;

/** A part of the bytes, most often a short one. */
function range(random: Random, bytes: Buffer): readonly [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.size(Math.max(2, bytes.length)))];
}

const splice = (bytes: Buffer, from: number, to: number, put: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);

const changes: readonly Change[] = [
  function flipBit(random, bytes) {
    const at = random.below(Math.max(1, bytes.length));
    return splice(bytes, at, at + 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.below(8))]));
  },
  function setByte(random, bytes) {
    const at = random.below(Math.max(1, bytes.length));
    return splice(bytes, at, at + 1, Buffer.from([random.pick([0, 1, 0x0a, 0x20, 0x22, 0x3c, 0x3e, 0x7f, 0x80, 0xc0, 0xfe, 0xff])]));
  },
  function cut(random, bytes) {
    const [from, to] = range(random, bytes);
    return splice(bytes, from, to, Buffer.alloc(0));
  },
  function truncate(random, bytes) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function insert(random, bytes) {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, at, random.bytes(random.size(64)));
  },
  function insertWord(random, bytes) {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, at, Buffer.from(random.pick(WORDS)));
  },
  function duplicate(random, bytes) {
    const [from, to] = range(random, bytes);
    return splice(bytes, to, to, bytes.subarray(from, to));
  },
  function swap(random, bytes) {
    const cuts = [0, 0, 0].map(() => random.below(bytes.length + 1)).toSorted((a, b) => a - b) as [number, number, number];
    const [a, b, c] = cuts;
    return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c)]);
  },
  function setNumber(random, bytes) {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(random.pick([0, 1, 0x7f, 0xff, 0x100, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]));
    const at = random.below(Math.max(1, bytes.length - 3));
    return splice(bytes, at, at + 4, number);
  },
];

/** Changes bytes in one to four places. The given buffer stays as it is. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = random.size(4); left > 0; left--) changed = Buffer.from(random.pick(changes)(random, changed));
  return changed;
}
