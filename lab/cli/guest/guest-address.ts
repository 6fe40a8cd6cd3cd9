import { LabError } from '../../core/error.ts';

/** Where a guest is, as a person wrote it. */
export type GuestAddress =
  /** A guest that `lab guest start` keeps running. */
  | { readonly kind: 'running'; readonly name: string }
  | {
      readonly kind: 'winrm';
      readonly url: string;
      readonly protocol: 'http' | 'https';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly user?: string;
    }
  | { readonly kind: 'ssh'; readonly host: string; readonly port: number; readonly user?: string };

const schemes: Readonly<Record<string, { readonly kind: 'winrm' | 'ssh'; readonly protocol: 'http' | 'https'; readonly port: number }>> = {
  winrm: { kind: 'winrm', protocol: 'https', port: 5986 },
  'winrm+https': { kind: 'winrm', protocol: 'https', port: 5986 },
  'winrm+http': { kind: 'winrm', protocol: 'http', port: 5985 },
  https: { kind: 'winrm', protocol: 'https', port: 5986 },
  http: { kind: 'winrm', protocol: 'http', port: 5985 },
  ssh: { kind: 'ssh', protocol: 'https', port: 22 },
};

/** How addresses are written, for messages and help. */
export const addressForms =
  'a running guest’s name, winrm://user@host:5986, winrm+http://user@host:5985, https://host:5986/wsman or ssh://user@host:22';

const refuse = (problem: string): LabError => LabError.of('usage.invalid', { problem });

/**
 * Reads an address. Without a port it is WinRM's own (5986, 5985) or SSH's. A password in it is refused: command lines are seen by every user
 * of a machine. Throws `usage.invalid` for what is none.
 */
export function parseGuestAddress(text: string): GuestAddress {
  // win11, ci-2
  if (/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text)) return { kind: 'running', name: text };
  // winrm+http://
  const scheme = /^([a-z][a-z+]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? '';
  const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (known === undefined) throw refuse(`${withoutPassword(text)} names no guest: give ${addressForms}`);
  let url: URL;
  try {
    // The same rules for every scheme: URLs of unknown ones keep capital letters and blanks in their hosts.
    url = new URL(text.replace(/^[^:]*:/, 'http:'));
  } catch (error) {
    throw LabError.of('usage.invalid', { problem: `${withoutPassword(text)} is no URL` }, { cause: error });
  }
  if (url.password !== '')
    throw refuse(`A password does not belong on a command line, where every user of this machine can read it: ${passwordWays}`);
  if (url.search !== '' || url.hash !== '') throw refuse(`${withoutPassword(text)} has more than a guest’s address has`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const user = url.username === '' ? undefined : decodeURIComponent(url.username);
  const port = portOf(text) ?? known.port;
  const common = { host, port, ...(user === undefined ? {} : { user }) };
  if (known.kind === 'ssh') {
    if (url.pathname !== '/' && url.pathname !== '') throw refuse(`${withoutPassword(text)} has a path, and an SSH server has none`);
    return { kind: 'ssh', ...common };
  }
  const path = url.pathname === '/' || url.pathname === '' ? '/wsman' : url.pathname;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { kind: 'winrm', url: `${known.protocol}://${shownHost}:${port}${path}`, protocol: known.protocol, path, ...common };
}

/** The ways in which a password may be given. */
export const passwordWays = 'use --password-env VAR or --password-file FILE, or type it when asked';

/** The port that is written; `URL` leaves out one that is the default of its scheme. */
function portOf(text: string): number | undefined {
  // winrm://user@[fe80::1]:5986/wsman
  const written = /^[^:]+:\/\/(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):(\d{1,5})(?:\/|$)/.exec(text)?.[1];
  return written === undefined ? undefined : Number(written);
}

/** The text as it may be shown: what stands between `user:` and `@` is taken out. */
const withoutPassword = (text: string): string => text.replace(/(\/\/[^/:@]*):[^@]*@/, '$1:***@');
