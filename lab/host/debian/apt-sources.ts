import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** One archive of packages that the host's own apt uses. */
export interface AptSource {
  /** As written: `http://…`, `https://…`, `mirror+file:/…`. */
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

// Names of Debian's releases and of the roles they play; a source of another distribution has other suites.
const DEBIAN_SUITES = new Set('buster bullseye bookworm trixie forky duke sid oldoldstable oldstable stable testing unstable'.split(' '));

/**
 * The mirrors of Debian's main archive that the host's apt uses, each once, in the order written. Reads `sources.list` and everything in
 * `sources.list.d`, in both of apt's formats (sources.list(5)).
 */
export async function debianMirrors(etcApt: string): Promise<readonly string[]> {
  const folder = path.join(etcApt, 'sources.list.d');
  const names = (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name)).toSorted((a, b) => (a < b ? -1 : 1));
  const sources: AptSource[] = [];
  for (const file of [path.join(etcApt, 'sources.list'), ...names]) {
    // A file that cannot be read cannot be used by apt either.
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.list')) sources.push(...parseOneLineSources(text));
    if (file.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
  }
  const main = sources.filter((source) => source.components.includes('main') && source.suites.some((suite) => DEBIAN_SUITES.has(suite)));
  return [...new Set(main.map((source) => source.uri.replace(/\/+$/, '')))];
}

// deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://mirror/debian bookworm main contrib
const ONE_LINE = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/;

/** The one-line format. */
export function parseOneLineSources(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [, uri, suite, components] = ONE_LINE.exec(line) ?? [];
    return uri && suite && components ? [{ uri, suites: [suite], components: components.trim().split(/\s+/) }] : [];
  });
}

/** The deb822 format: stanzas of `Field: value`, continued by indented lines, parted by empty lines. */
export function parseDeb822Sources(text: string): readonly AptSource[] {
  const uncommented = text.split('\n').filter((line) => !line.startsWith('#'));
  return uncommented
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = fieldsOf(stanza);
      const words = (name: string): readonly string[] => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
      if (!words('types').includes('deb') || words('enabled')[0] === 'no') return [];
      return words('uris').map((uri) => ({ uri, suites: words('suites'), components: words('components') }));
    });
}

function fieldsOf(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of stanza.split('\n')) {
    // URIs: http://mirror/debian
    const [, name, value] = /^([A-Za-z][\w-]*)\s*:\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      fields.set(last, value ?? '');
    } else if (last) {
      fields.set(last, `${fields.get(last)} ${line.trim()}`);
    }
  }
  return fields;
}
