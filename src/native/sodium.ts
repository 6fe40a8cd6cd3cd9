/** The part of sodium-native that the program uses. */
export interface Sodium {
  readonly crypto_generichash: (output: Uint8Array, input: Uint8Array) => void;
  readonly crypto_secretbox_easy: (output: Uint8Array, message: Uint8Array, nonce: Uint8Array, key: Uint8Array) => void;
  readonly crypto_secretbox_open_easy: (output: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array) => boolean;
  readonly crypto_secretbox_MACBYTES: number;
  readonly crypto_aead_xchacha20poly1305_ietf_encrypt: (
    box: Uint8Array,
    message: Uint8Array,
    about: Uint8Array | null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => number;
  /** Throws when the box is not what was sealed with this key and this `about`. */
  readonly crypto_aead_xchacha20poly1305_ietf_decrypt: (
    message: Uint8Array,
    unused: null,
    box: Uint8Array,
    about: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => number;
  readonly crypto_aead_xchacha20poly1305_ietf_ABYTES: number;
  readonly crypto_aead_xchacha20poly1305_ietf_KEYBYTES: number;
  readonly crypto_aead_xchacha20poly1305_ietf_NPUBBYTES: number;
}

/**
 * Loads libsodium on first use. Always through the package's own JavaScript: the addon's functions do nothing and report nothing when they are called
 * with the arguments that the documentation shows.
 */
export async function loadSodium(): Promise<Sodium> {
  const module = (await import('sodium-native')) as { readonly default: Sodium };
  return module.default;
}
