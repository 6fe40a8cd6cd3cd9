import { randomBytes } from 'node:crypto';
import type { SealedText } from '../contract/settings.ts';
import { ProgramError } from '../core/program-error.ts';
import { loadSodium } from '../native/sodium.ts';

/** Seals a text (XChaCha20-Poly1305 with a random nonce). `about` is bound to it: the box cannot be opened as anything else. */
export async function sealText(text: string, about: string, key: Uint8Array): Promise<SealedText> {
  const sodium = await loadSodium();
  const message = Buffer.from(text, 'utf8');
  const nonce = randomBytes(sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  const box = Buffer.alloc(message.length + sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(box, message, Buffer.from(about, 'utf8'), null, nonce, key);
  return { cipher: 'xchacha20-poly1305', nonce: nonce.toString('base64'), box: box.toString('base64') };
}

/** Opens what {@link sealText} made. Throws `tmdb-key-unreadable` for another key, another `about`, or a box that was changed. */
export async function openText(sealed: SealedText, about: string, key: Uint8Array): Promise<string> {
  const sodium = await loadSodium();
  const [nonce, box] = [Buffer.from(sealed.nonce, 'base64'), Buffer.from(sealed.box, 'base64')];
  const length = box.length - sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES;
  try {
    if (length < 0) throw new RangeError('the box is too short');
    const message = Buffer.alloc(length);
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(message, null, box, Buffer.from(about, 'utf8'), nonce, key);
    return message.toString('utf8');
  } catch (error) {
    throw new ProgramError('tmdb-key-unreadable', `The stored ${about} cannot be opened with this key file`, error);
  }
}
