import type { Printed } from './run-program.ts';

/** Where a key stands that should stand nowhere, one line each: in what was printed, or in a file. */
export function findKey(key: string, printed: readonly Printed[], files: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const forms = formsOf(key);
  return [
    ...printed.flatMap(({ args, text }) => foundIn(Buffer.from(text), forms).map((form) => `${form} in the output of ${args.join(' ')}`)),
    ...[...files].flatMap(([name, bytes]) => foundIn(bytes, forms).map((form) => `${form} in ${name}`)),
  ];
}

type Form = readonly [name: string, bytes: Buffer];

/** What a careless program makes of a text. */
function formsOf(key: string): readonly Form[] {
  const utf16 = Buffer.from(key, 'utf16le');
  const base64 = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('base64').replace(/.?=*$/, ''));
  const forms: readonly Form[] = [
    ['as it is', Buffer.from(key)],
    ['as UTF-16', utf16],
    ['as base64', base64(Buffer.from(key))],
    ['as base64 of UTF-16', base64(utf16)],
    ['as hexadecimal', Buffer.from(Buffer.from(key).toString('hex'))],
    ['backwards', Buffer.from(Buffer.from(key).toReversed())],
  ];
  // A key of hexadecimal digits can also be kept as the bytes that they stand for.
  return /^(?:[0-9a-f]{2}){8,}$/i.test(key) ? [...forms, ['as bytes', Buffer.from(key, 'hex')]] : forms;
}

function foundIn(bytes: Uint8Array, forms: readonly Form[]): readonly string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lower = Buffer.from(buffer.toString('latin1').toLowerCase(), 'latin1');
  return forms.filter(([, form]) => buffer.includes(form) || lower.includes(form)).map(([name]) => name);
}
