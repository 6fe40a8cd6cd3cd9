import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../core/error.ts';
import type { ExistingHost } from '../../core/existing-host.ts';
import type { Endpoint, GuestSpec } from '../../core/guest.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import type { Masker, Secret } from '../../core/secret.ts';

export interface CredentialSources {
  /** What file names are relative to. */
  readonly projectRoot: LocalPath;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly masker: Masker;
}

/** How a host is reached, with its credentials read from where the configuration says. Throws `existing.not-described` and `existing.no-credential`. */
export async function hostEndpoint(spec: GuestSpec, sources: CredentialSources): Promise<Endpoint> {
  const host = describedHost(spec);
  const password = await passwordOf(spec, host, sources);
  const url = new URL(host.address);
  const shared = {
    user: host.user,
    toolkit: host.launcher === undefined ? { kind: 'powershell' as const } : { kind: 'agent' as const, launcher: host.launcher },
    ...(host.pullFrom === undefined ? {} : { pull: { listen: { host: host.pullFrom } } }),
  };
  if (url.protocol !== 'ssh:') {
    if (password === undefined) throw LabError.of('existing.no-credential', { guest: spec.name, reason: 'WinRM needs a password' });
    const certificate = host.certificateSha256 === undefined ? {} : { certificateSha256: host.certificateSha256 as Sha256 };
    return { ...shared, transport: 'winrm', url: host.address, password, authentication: host.authentication, ...certificate };
  }
  if (host.hostKeySha256 === undefined)
    throw LabError.of('existing.not-described', {
      guest: spec.name,
      problem: 'over SSH it needs a hostKeySha256, or anybody could answer in its place',
    });
  const port = url.port === '' ? 22 : Number(url.port);
  const login = await loginOf(spec, host, password, sources);
  return { ...shared, transport: 'ssh', host: url.hostname, port, login, hostKeySha256: host.hostKeySha256 };
}

/** What the configuration says of the host. */
export function describedHost(spec: GuestSpec): ExistingHost {
  if (spec.existing === undefined)
    throw LabError.of('existing.not-described', {
      guest: spec.name,
      problem: 'its provider is existing, and there is no `existing` that says where it is',
    });
  return spec.existing;
}

async function loginOf(
  spec: GuestSpec,
  { identityFile }: ExistingHost,
  password: Secret | undefined,
  sources: CredentialSources,
): Promise<{ readonly password: Secret } | { readonly privateKey: Secret; readonly passphrase?: Secret }> {
  if (identityFile !== undefined) {
    const privateKey = sources.masker.secret(await fileText(spec, identityFile, sources));
    return { privateKey, ...(password === undefined ? {} : { passphrase: password }) };
  }
  if (password === undefined) throw LabError.of('existing.no-credential', { guest: spec.name, reason: 'SSH needs a password or a key' });
  return { password };
}

async function passwordOf(spec: GuestSpec, host: ExistingHost, sources: CredentialSources): Promise<Secret | undefined> {
  if (host.passwordEnv !== undefined) {
    const value = sources.environment[host.passwordEnv];
    if (!value) throw LabError.of('existing.no-credential', { guest: spec.name, reason: `the environment has no ${host.passwordEnv}` });
    return sources.masker.secret(value);
  }
  if (host.passwordFile === undefined) return undefined;
  const [first = ''] = (await fileText(spec, host.passwordFile, sources)).split(/\r?\n/);
  return sources.masker.secret(first);
}

async function fileText(spec: GuestSpec, file: string, { projectRoot }: CredentialSources): Promise<string> {
  try {
    return await readFile(path.resolve(projectRoot, file), 'utf8');
  } catch (error) {
    throw LabError.of('existing.no-credential', { guest: spec.name, reason: `${file} cannot be read` }, { cause: error });
  }
}
