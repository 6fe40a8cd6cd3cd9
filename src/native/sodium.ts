/** The part of sodium-native that the program uses. */
export interface Sodium {
  readonly crypto_generichash: (output: Uint8Array, input: Uint8Array) => void;
  readonly crypto_secretbox_easy: (output: Uint8Array, message: Uint8Array, nonce: Uint8Array, key: Uint8Array) => void;
  readonly crypto_secretbox_open_easy: (output: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array) => boolean;
  readonly crypto_secretbox_MACBYTES: number;
}

/**
 * Loads libsodium on first use. Always through the package's own JavaScript: the addon's functions do nothing and report nothing when they are called
 * with the arguments that the documentation shows.
 */
export async function loadSodium(): Promise<Sodium> {
  const module = (await import('sodium-native')) as { readonly default: Sodium };
  return module.default;
}
