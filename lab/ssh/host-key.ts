import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';

/** The key a server proves itself with. */
export interface HostKey {
  /** In OpenSSH's form. */
  readonly privateKey: string;
  /** What clients pin: `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
  readonly sha256: string;
}

const MOST_TRIES = 8;

/** Makes a fresh Ed25519 key. */
export function makeHostKey(): HostKey {
  for (let tries = 0; ; tries += 1) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519');
    const parsed = ssh2.utils.parseKey(privateKey);
    // ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB…
    if (!(parsed instanceof Error)) return { privateKey, sha256: fingerprintOf(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')) };
    // Of three hundred keys that ssh2 1.17.0 writes it cannot read one.
    if (tries === MOST_TRIES) throw parsed;
  }
}

/** The fingerprint of a public key in its wire form. */
export const fingerprintOf = (publicKey: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;

/** Whether a text is a fingerprint that can be compared. */
// SHA256:uNiVztksCsDhcc0u9e8BrqVNvmuxDHIK1rxSBBkCtU4
export const isFingerprint = (text: string): boolean => /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
