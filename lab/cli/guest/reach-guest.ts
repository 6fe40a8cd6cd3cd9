import { LabError } from '../../core/error.ts';
import type { Endpoint, SshAddress, ToolkitKind } from '../../core/guest.ts';
import { readOfferedSchemes } from '../../winrm/diagnose/read-offered-schemes.ts';
import type { Call } from '../../core/call.ts';
import type { CliContext } from '../cli-context.ts';
import { runningGuest } from '../running-guests.ts';
import type { Wiring } from '../wiring.ts';
import { type GuestAddress, parseGuestAddress } from './guest-address.ts';
import { type ReachOptions, passwordFor, textOfFile } from './login-options.ts';

/** The tool that embedded guests bring along. */
const AGENT: ToolkitKind = { kind: 'agent', launcher: 'X:\\node.exe X:\\toolkit.cjs' };

const wrong = (problem: string): LabError => LabError.of('usage.invalid', { problem });

/**
 * How to reach the guest that a person named, with the password or key from where the options say. Every secret is known to the masker. Throws
 * `usage.…` for what does not fit together.
 */
export async function endpointFor(
  target: string,
  options: ReachOptions,
  wiring: Wiring,
  context: CliContext,
  call: Call,
): Promise<Endpoint> {
  const address = parseGuestAddress(target);
  switch (address.kind) {
    case 'running':
      return { ...(await runningEndpoint(address.name, options, wiring)) };
    case 'winrm':
      return await winrmEndpoint(address, options, wiring, context, call);
    case 'ssh':
      return await sshEndpoint(address, options, wiring, context);
  }
}

async function runningEndpoint(name: string, options: ReachOptions, { folders, masker }: Wiring): Promise<Endpoint> {
  const given = (['user', 'passwordEnv', 'passwordFile', 'certificateSha256', 'ca', 'identity', 'hostKey', 'pullFrom'] as const).find(
    (option) => options[option] !== undefined,
  );
  const { endpoint } = await runningGuest(name, folders.state, masker);
  if (given !== undefined) throw wrong(`${name} is a running guest, whose log-in is known: leave out ${flagOf(given)}`);
  return endpoint;
}

// passwordEnv → --password-env, certificateSha256 → --certificate-sha256
const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The user, from the address or the option. */
export function userOf(address: { readonly user?: string }, options: { readonly user?: string }, target: string): string {
  if (address.user !== undefined && options.user !== undefined && address.user !== options.user)
    throw wrong(`Two users are named, ${address.user} in the address and ${options.user} by --user`);
  const user = options.user ?? address.user;
  if (user === undefined || user === '') throw wrong(`Nobody is named who logs in to ${target}: give --user`);
  return user;
}

async function winrmEndpoint(
  address: Extract<GuestAddress, { kind: 'winrm' }>,
  options: ReachOptions,
  { masker }: Wiring,
  context: CliContext,
  call: Call,
): Promise<Endpoint> {
  const { url } = address;
  for (const option of ['identity', 'hostKey'] as const)
    if (options[option] !== undefined) throw wrong(`${flagOf(option)} is for SSH, and ${url} is WinRM`);
  const trust = await trustFor(address, options, context);
  const user = userOf(address, options, url);
  const password = await passwordFor(`${user} at ${address.host}`, options, masker, context);
  return {
    transport: 'winrm',
    url,
    user,
    password,
    authentication: await authenticationFor(address, options, call),
    ...trust,
    ...(options.pullFrom === undefined ? {} : { pull: { listen: { host: options.pullFrom } } }),
    toolkit: toolkitOf(options),
  };
}

/** What the options say of the certificate; refused where there is none to be shown. */
export async function trustFor(
  address: { readonly protocol: 'http' | 'https'; readonly url: string },
  options: Pick<ReachOptions, 'certificateSha256' | 'ca'>,
  context: CliContext,
): Promise<Pick<Extract<Endpoint, { transport: 'winrm' }>, 'certificateSha256' | 'certificateAuthority'>> {
  const { certificateSha256, ca } = options;
  if (certificateSha256 === undefined && ca === undefined) return {};
  if (address.protocol === 'http')
    throw wrong(`${address.url} is plain HTTP and shows no certificate: leave out --certificate-sha256 and --ca, or use HTTPS`);
  if (certificateSha256 !== undefined) return { certificateSha256 };
  return { certificateAuthority: await textOfFile(ca ?? '', context) };
}

async function authenticationFor(
  address: Extract<GuestAddress, { kind: 'winrm' }>,
  { authentication }: ReachOptions,
  call: Call,
): Promise<'basic' | 'ntlm'> {
  if (authentication !== 'auto') return authentication ?? 'ntlm';
  const offers = await readOfferedSchemes(address, call);
  // Basic shows the password to everybody in between where there is no TLS.
  return !offers.negotiate && offers.basic && address.protocol === 'https' ? 'basic' : 'ntlm';
}

async function sshEndpoint(
  address: Extract<GuestAddress, { kind: 'ssh' }>,
  options: ReachOptions,
  { masker }: Wiring,
  context: CliContext,
): Promise<SshAddress> {
  const { host, port } = address;
  for (const option of ['certificateSha256', 'ca', 'pullFrom'] as const)
    if (options[option] !== undefined) throw wrong(`${flagOf(option)} is for WinRM, and ssh://${host} is SSH`);
  const { hostKey } = options;
  if (hostKey === undefined) {
    throw wrong(
      `The key of the SSH server at ${host} is not known: give --host-key SHA256:…, which \`ssh-keygen -lf C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub\` prints on the host itself`,
    );
  }
  // SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU
  if (!/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(hostKey)) throw wrong('--host-key is SHA256: and 43 characters, as ssh-keygen -l prints it');
  const user = userOf(address, options, `ssh://${host}`);
  const login = await sshLogin(`${user} at ${host}`, options, masker, context);
  return { transport: 'ssh', host, port, user, login, hostKeySha256: hostKey.replace(/=$/, ''), toolkit: toolkitOf(options) };
}

async function sshLogin(whose: string, options: ReachOptions, masker: Wiring['masker'], context: CliContext): Promise<SshAddress['login']> {
  if (options.identity === undefined) return { password: await passwordFor(whose, options, masker, context) };
  const text = await textOfFile(options.identity, context);
  const privateKey = masker.secret(text);
  const wantsPassphrase = isEncrypted(text) || options.passwordEnv !== undefined || options.passwordFile !== undefined;
  return {
    privateKey,
    ...(wantsPassphrase ? { passphrase: await passwordFor(`the key ${options.identity}`, options, masker, context) } : {}),
  };
}

/** Whether a private key needs a password: PEM says so in words, OpenSSH's form names a cipher. */
export function isEncrypted(key: string): boolean {
  if (key.includes('ENCRYPTED')) return true;
  // -----BEGIN OPENSSH PRIVATE KEY----- … -----END OPENSSH PRIVATE KEY-----
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(key)?.[1];
  if (body === undefined) return false;
  // "openssh-key-v1\0", then the length and the name of the cipher (OpenSSH, PROTOCOL.key)
  return Buffer.from(body, 'base64').subarray(19, 23).toString('latin1') !== 'none';
}

const toolkitOf = ({ toolkit }: ReachOptions): ToolkitKind => (toolkit === 'agent' ? AGENT : { kind: 'powershell' });
