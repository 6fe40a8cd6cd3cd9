import { writeFile } from 'node:fs/promises';
import ssh2 from 'ssh2';

/** A key pair in OpenSSH's form. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Makes a fresh Ed25519 pair; with a passphrase the private half is sealed with it. */
export function makeKey(passphrase?: string): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 4 });
    // Of three hundred keys that ssh2 1.17.0 writes it cannot read one.
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return { privateKey: pair.private, publicKey: pair.public };
  }
}

/** The private half in a file as OpenSSH wants it: nobody else may read it. */
export async function writeKey(file: string, { privateKey }: KeyPair): Promise<void> {
  await writeFile(file, privateKey.endsWith('\n') ? privateKey : `${privateKey}\n`, { mode: 0o600 });
}
