/* oxlint-disable typescript/no-non-null-assertion -- every index is within its typed array, and these loops run over megabytes */
/** RC4 with its state kept between calls, as NTLM's sealing wants it. Never use it for anything else. */
export class Rc4 {
  readonly #state: Uint8Array = new Uint8Array(256);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0; i < 256; i++) state[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      const value = state[i]!;
      j = (j + value + key[i % key.length]!) & 255;
      state[i] = state[j]!;
      state[j] = value;
    }
  }

  /** A cipher that goes on from the same place. */
  copy(): Rc4 {
    const copy = new Rc4(this.#state);
    copy.#state.set(this.#state);
    copy.#i = this.#i;
    copy.#j = this.#j;
    return copy;
  }

  /** Encrypts or decrypts `bytes` in place. */
  apply(bytes: Uint8Array): void {
    const state = this.#state;
    const length = bytes.length;
    let i = this.#i;
    let j = this.#j;
    for (let at = 0; at < length; at++) {
      i = (i + 1) & 255;
      const left = state[i]!;
      j = (j + left) & 255;
      const right = state[j]!;
      state[i] = right;
      state[j] = left;
      bytes[at]! ^= state[(left + right) & 255]!;
    }
    this.#i = i;
    this.#j = j;
  }
}
