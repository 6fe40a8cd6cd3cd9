/** Addresses of a repository on the web. */
export interface WebLinks {
  readonly commit: (hash: string) => string;
  /** `#12` or `owner/name#12`. */
  readonly issue: (reference: string) => string;
  readonly compare: (from: string, to: string) => string;
  readonly tag: (tag: string) => string;
}

/** How a host writes its addresses; those that are not here are like GitHub (Gitea and Forgejo are). */
type Style = 'github' | 'gitlab' | 'bitbucket';
const knownHosts: ReadonlyMap<string, Style> = new Map([
  ['github.com', 'github'],
  ['codeberg.org', 'github'],
  ['gitlab.com', 'gitlab'],
  ['bitbucket.org', 'bitbucket'],
]);

// https://github.com/owner/name.git  https://token@github.com/owner/name
const HTTPS = /^https:\/\/(?:[^/@\s]*@)?([a-z0-9.-]+)\/((?:[\w.~-]+\/)*[\w.~-]+?)(?:\.git)?\/?$/i;
// git@github.com:owner/name.git  ssh://git@github.com/owner/name
const SSH = /^(?:ssh:\/\/)?[\w.-]+@([a-z0-9.-]+)[:/]((?:[\w.~-]+\/)+[\w.~-]+?)(?:\.git)?\/?$/i;

/**
 * Links to where a repository is on the web. The configured address is taken at its word; a remote only where its host is known, since a link in
 * notes sends people there. Passwords in a remote do not come along. `undefined`: there are no links.
 */
export function webLinksFor({
  configured,
  remote,
}: {
  readonly configured?: string | undefined;
  readonly remote?: string | undefined;
}): WebLinks | undefined {
  if (configured !== undefined) {
    const base = configured.replace(/\/+$/, '').replace(/\.git$/, '');
    const host = new URL(base).hostname;
    return linksBelow(base, knownHosts.get(host) ?? (host.startsWith('gitlab.') ? 'gitlab' : 'github'));
  }
  const [, host = '', place = ''] = HTTPS.exec(remote ?? '') ?? SSH.exec(remote ?? '') ?? [];
  const style = knownHosts.get(host.toLowerCase());
  if (style === undefined || place.split('/').some((part) => /^\.+$/.test(part))) return undefined;
  return linksBelow(`https://${host.toLowerCase()}/${place}`, style);
}

function linksBelow(base: string, style: Style): WebLinks {
  const own = style === 'gitlab' ? `${base}/-` : base;
  const encoded = (name: string): string => encodeURIComponent(name);
  return {
    commit: (hash) => `${own}/${style === 'bitbucket' ? 'commits' : 'commit'}/${hash}`,
    issue: (reference) => {
      // owner/name#12
      const [other = '', number = ''] = reference.split('#');
      const home = other === '' ? base : `${new URL(base).origin}/${other}`;
      return `${home}${style === 'gitlab' ? '/-' : ''}/issues/${number}`;
    },
    compare: (from, to) =>
      style === 'bitbucket'
        ? `${own}/branches/compare/${encoded(to)}%0D${encoded(from)}`
        : `${own}/compare/${encoded(from)}...${encoded(to)}`,
    tag: (tag) => {
      if (style === 'bitbucket') return `${own}/src/${encoded(tag)}`;
      return style === 'gitlab' ? `${own}/tags/${encoded(tag)}` : `${own}/releases/tag/${encoded(tag)}`;
    },
  };
}
