/**
 * A value that must never be shown. It prints as `***` whichever way it is turned into text; only `reveal()` gives it out, and a
 * {@link Masker} that knows it takes it out of any text in its plain and encoded forms.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

/** Shorter values would blank out ordinary words. */
const SHORTEST_MASKED = 4;

/** Replaces every registered secret, in the forms it travels in, by `***`. Secrets may be registered at any time. */
export class Masker {
  readonly #forms = new Set<string>();

  /** Makes a secret and registers it in one go. */
  secret(value: string): Secret {
    this.register(value);
    return new Secret(value);
  }

  register(value: string): void {
    if (value.length < SHORTEST_MASKED) return;
    const base64 = (encoding: 'utf8' | 'utf16le'): string => Buffer.from(value, encoding).toString('base64').replace(/=+$/, '');
    const json = JSON.stringify(value).slice(1, -1);
    for (const form of [value, json, encodeURIComponent(value.toWellFormed()), base64('utf8'), base64('utf16le')]) this.#forms.add(form);
  }

  mask(text: string): string {
    let masked = text;
    for (const form of this.#forms) masked = masked.replaceAll(form, '***');
    return masked;
  }

  /** Whether `bytes` hold any registered secret in any of its forms. For the last look at a finished run folder. */
  findsIn(bytes: Uint8Array): boolean {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return [...this.#forms].some((form) => buffer.includes(form));
  }
}
