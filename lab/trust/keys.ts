import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { exists, writeFileAtomic } from '../host/files.ts';
import { takeLock } from '../host/lock.ts';
import { openPlainFile, readPlainFile } from '../host/plain-file.ts';
import { listTree } from '../host/tree.ts';
import { keyIdOf } from './envelope.ts';

/** The key that this lab seals with. */
export interface LabKey {
  readonly keyId: Sha256;
  readonly privateKey: KeyObject;
}

/** A public key whose seals are believed here. */
export interface TrustedKey {
  readonly keyId: Sha256;
  readonly publicKey: KeyObject;
}

const keyFile = (state: string): string => path.join(state, 'lab-key.pem');
const trustedFolder = (state: string): string => path.join(state, 'trusted-keys');

const MOST_KEY_BYTES = 16 << 10;
const MOST_TRUSTED_KEYS = 1000;
/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;

/**
 * The lab's own key, made on first use: Ed25519, PKCS #8 PEM, readable by its owner only. Of several processes that need it at once one makes it
 * and the others get the same. Throws `trust.key-exposed` when others can read it and `trust.key-invalid` when it is something else.
 */
export async function loadLabKey(state: string, call: Call): Promise<LabKey> {
  const file = keyFile(state);
  if (!(await exists(file))) {
    await using _ = await takeLock(`lab-key:${file}`, 'make the lab key', () => {}, call);
    if (!(await exists(file))) {
      const { privateKey } = generateKeyPairSync('ed25519');
      await writeFileAtomic(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
    }
  }
  {
    await using handle = await openPlainFile(file);
    if (((await handle.stat()).mode & OTHERS) !== 0) throw LabError.of('trust.key-exposed', { file });
  }
  const privateKey = await readKey(file, createPrivateKey);
  return { keyId: keyIdOf(createPublicKey(privateKey)), privateKey };
}

/**
 * The keys whose seals are believed: the lab's own, where it has one, and every `trusted-keys/*.pem` beside it. Nothing is made. A file there that
 * is no Ed25519 public key throws `trust.key-invalid`: a key that is quietly ignored would be found missing at the wrong time.
 */
export async function loadTrustedKeys(state: string, call: Call): Promise<readonly TrustedKey[]> {
  const own = (await exists(keyFile(state))) ? [await loadLabKey(state, call)] : [];
  const keys: TrustedKey[] = own.map(({ keyId, privateKey }) => ({ keyId, publicKey: createPublicKey(privateKey) }));
  const folder = trustedFolder(state);
  if (!(await exists(folder))) return keys;
  for (const entry of await listTree(folder, MOST_TRUSTED_KEYS, call.signal)) {
    if (entry.kind === 'directory' || entry.path.includes('/') || !entry.path.endsWith('.pem')) continue;
    const publicKey = await readKey(path.join(folder, entry.path), createPublicKey);
    keys.push({ keyId: keyIdOf(publicKey), publicKey });
  }
  return keys;
}

async function readKey(file: string, parse: (pem: Buffer) => KeyObject): Promise<KeyObject> {
  const pem = await readPlainFile(file, MOST_KEY_BYTES);
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch (error) {
    // The error of a key parser says what was wrong with the file, never what stood in it.
    throw LabError.of('trust.key-invalid', { file }, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw LabError.of('trust.key-invalid', { file });
  return key;
}
