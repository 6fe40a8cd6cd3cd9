import { isDeepStrictEqual } from 'node:util';
import type { ComponentReport } from '../contract/events/verify.ts';
import { startAnitomy } from './anitomy.ts';
import { loadedAddonFile } from './load-addon.ts';
import type { NativePart } from './native-part.ts';
import { readPart } from './part-source.ts';
import { loadSodium } from './sodium.ts';

/** A part loads and answers, or it does not and says why. Never throws for a broken part; a missing or changed one is a `ProgramError`. */
export type ComponentTrial = () => Promise<ComponentReport>;

const KNOWN_NAME = '[Lab] Hana no Uta - 07v2 (1080p) [1A2B3C4D].mkv';
const KNOWN_FIELDS = {
  AnimeTitle: ['Hana no Uta'],
  EpisodeNumber: ['07'],
  FileChecksum: ['1A2B3C4D'],
  FileExtension: ['mkv'],
  FileName: ['[Lab] Hana no Uta - 07v2 (1080p) [1A2B3C4D]'],
  ReleaseGroup: ['Lab'],
  ReleaseVersion: ['2'],
  VideoResolution: ['1080p'],
};
/** BLAKE2b with 32 bytes of output, of `abc`. */
const KNOWN_HASH = 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319';
/** XSalsa20-Poly1305 of `abc` with a key of bytes 9 and a nonce of bytes 7. */
const KNOWN_BOX = '9052d88afb5f43eef5e251edb45a62701d264a';

export const componentTrials: readonly ComponentTrial[] = [
  async () => {
    const part = readPart('anitomyscript.wasm');
    const trial = `parse ${JSON.stringify(KNOWN_NAME)}`;
    return report(part, trial, async () => isDeepStrictEqual((await startAnitomy(part)).parse(KNOWN_NAME), KNOWN_FIELDS));
  },
  async () => {
    const part = readPart('sodium-native.node');
    const trial = 'BLAKE2b of a known text; seal and open a secret box';
    const tried = await report(part, trial, sodiumWorks);
    return { ...tried, loadedFrom: loadedAddonFile(part.name) ?? part.location };
  },
];

async function sodiumWorks(): Promise<boolean> {
  const sodium = await loadSodium();
  const hash = Buffer.alloc(32);
  const message = Buffer.from('abc');
  const [nonce, key] = [Buffer.alloc(24, 7), Buffer.alloc(32, 9)];
  const box = Buffer.alloc(message.length + sodium.crypto_secretbox_MACBYTES);
  const opened = Buffer.alloc(message.length);
  sodium.crypto_generichash(hash, message);
  sodium.crypto_secretbox_easy(box, message, nonce, key);
  const opens = sodium.crypto_secretbox_open_easy(opened, box, nonce, key);
  const forged = Buffer.from(box.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
  const refuses = !sodium.crypto_secretbox_open_easy(Buffer.alloc(message.length), forged, nonce, key);
  return hash.toString('hex') === KNOWN_HASH && box.toString('hex') === KNOWN_BOX && opens && opened.equals(message) && refuses;
}

async function report(part: NativePart, trial: string, works: () => Promise<boolean>): Promise<ComponentReport> {
  const about = {
    name: part.name,
    kind: part.kind,
    package: part.package,
    version: part.version,
    sizeBytes: part.bytes.byteLength,
    sha256: part.sha256,
    origin: part.origin,
    loadedFrom: part.location,
  };
  try {
    const worked = await works();
    return { ...about, works: worked, trial: worked ? `${trial}: as expected` : `${trial}: another answer than expected` };
  } catch (error) {
    return { ...about, works: false, trial: `${trial}: ${(error as Error).message}` };
  }
}
