/* oxlint-disable typescript/no-non-null-assertion -- every index is within its array by its construction */
const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** MD4 (RFC 1320). OpenSSL 3 no longer offers it and NTLM cannot do without: never use it for anything else. */
export function md4(message: Uint8Array): Buffer {
  const blocks = ((message.length + 8) >>> 6) + 1;
  const padded = Buffer.alloc(blocks * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  padded.writeUInt32LE((message.length * 8) >>> 0, padded.length - 8);
  padded.writeUInt32LE(Math.floor(message.length / 0x2000_0000), padded.length - 4);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const words = new Int32Array(16);
  for (let block = 0; block < blocks; block++) {
    for (let at = 0; at < 16; at++) words[at] = padded.readInt32LE(block * 64 + at * 4);
    addBlock(state, words);
  }
  const digest = Buffer.alloc(16);
  state.forEach((value, at) => digest.writeInt32LE(value, at * 4));
  return digest;
}

// Order of the words and the shifts of each round (RFC 1320, 3.4).
const ROUNDS = [
  {
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
    added: 0,
    mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
  },
  {
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
    added: 0x5a827999,
    mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  },
  {
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
    added: 0x6ed9eba1,
    mix: (x: number, y: number, z: number) => x ^ y ^ z,
  },
];

function addBlock(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const { order, shifts, added, mix } of ROUNDS) {
    for (const [step, word] of order.entries()) {
      const mixed = rotate((a + mix(b, c, d) + words[word]! + added) | 0, shifts[step & 3]!);
      [a, b, c, d] = [d, mixed, b, c];
    }
  }
  for (const [at, value] of [a, b, c, d].entries()) state[at]! += value;
}
