/** Takes secrets out of texts. */
export interface Masker {
  /** From now on this is masked, in all its forms. Texts of fewer than 8 characters are left alone: masking them would spoil everything else. */
  readonly add: (secret: string) => void;
  readonly mask: (text: string) => string;
  /** Like `mask` for every text within a value, keys of objects excepted. */
  readonly maskWithin: <T>(value: T) => T;
}

const SHORTEST = 8;
const STARS = '***';

/** Hides what was added: plain, URL-encoded, as JSON and as base64 (both alphabets), whatever stands before it in the encoded bytes. */
export function makeMasker(): Masker {
  let forms: readonly string[] = [];
  const mask = (text: string): string => {
    let masked = text;
    for (const form of forms) masked = masked.replaceAll(form, STARS);
    return masked;
  };
  const maskWithin = (value: unknown): unknown => {
    if (typeof value === 'string') return mask(value);
    if (Array.isArray(value)) return value.map(maskWithin);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskWithin(inner)]));
  };
  return {
    mask,
    maskWithin: <T>(value: T): T => maskWithin(value) as T,
    add: (secret) => {
      if (secret.length < SHORTEST) return;
      // The longest first: a form that holds another one must go as a whole.
      forms = [...new Set([...forms, ...formsOf(secret)])].toSorted((a, b) => b.length - a.length);
    },
  };
}

function formsOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const lower = encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const form = new URLSearchParams({ x: secret }).toString().slice(2);
  const json = JSON.stringify(secret).slice(1, -1);
  const upper = [secret.toUpperCase(), secret.toLowerCase()].filter(() => /^[0-9a-f]+$/i.test(secret));
  return [secret, encoded, lower, form, json, ...upper, ...base64Forms(secret)];
}

/**
 * A text's base64 depends on how many bytes are before it, modulo 3. What is sure to be in each of the three is the part whose bits belong to the text
 * alone: without the first characters, which it shares with what comes before, and the last, which it shares with what comes after.
 */
function base64Forms(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret, 'utf8')]);
    const sure = bytes.toString('base64').slice(before === 0 ? 0 : before + 1, Math.floor((bytes.length * 8) / 6));
    return sure.length < SHORTEST ? [] : [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
