/** Values to set in one key; `undefined` removes one. Strings become strings, numbers become 32-bit numbers. */
export type RegistryValues = Readonly<Record<string, string | number | undefined>>;

/**
 * Sets values in the text of a Wine registry file (`system.reg`: `[key] time`, `#time=…`, `"name"="value"` or `"name"=dword:0000000a`). The key must
 * be there. Everything else stays byte by byte.
 */
export function setRegistryValues(text: string, key: string, values: RegistryValues): string {
  const header = `\n[${key.replaceAll('\\', '\\\\')}] `;
  const start = text.indexOf(header);
  if (start < 0) throw new Error(`the registry file has no key ${key}`);
  const bodyStart = text.indexOf('\n', start + 1) + 1;
  const next = text.indexOf('\n[', bodyStart);
  const end = next < 0 ? text.length : next;
  const kept = text
    .slice(bodyStart, end)
    .trimEnd()
    .split('\n')
    .filter((line) => !Object.keys(values).some((name) => line.startsWith(`"${name}"=`)));
  const set = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`"${name}"=${encode(value)}`]));
  return `${text.slice(0, bodyStart)}${[...kept, ...set].join('\n')}\n${text.slice(end)}`;
}

/** Reads a string value; `undefined` when the key or the value is not there or is no string. */
export function registryString(text: string, key: string, name: string): string | undefined {
  const start = text.indexOf(`\n[${key.replaceAll('\\', '\\\\')}] `);
  if (start < 0) return undefined;
  const next = text.indexOf('\n[', start + 1);
  const line = text
    .slice(start, next < 0 ? undefined : next)
    .split('\n')
    .find((candidate) => candidate.startsWith(`"${name}"="`));
  return line
    ?.slice(name.length + 4, -1)
    .replaceAll('\\"', '"')
    .replaceAll('\\\\', '\\');
}

const encode = (value: string | number): string =>
  typeof value === 'number' ? `dword:${value.toString(16).padStart(8, '0')}` : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
