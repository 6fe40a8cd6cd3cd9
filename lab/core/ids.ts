import type { Brand } from './brand.ts';

/** Names one run: UTC start to the second, a dash, six random base32 characters. Sorts by time and is a safe folder name. */
export type RunId = Brand<string, 'RunId'>;
/** Names a guest within a plan: lower-case letters, digits and dashes (`win10`, `win11`). */
export type GuestName = Brand<string, 'GuestName'>;
/** Names a check: the name of its folder under `lab/checks`. */
export type CheckId = Brand<string, 'CheckId'>;
/** Names one planned answer: `<check>@<guest>`. */
export type CellId = Brand<string, 'CellId'>;
/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>;
/** An absolute path inside a guest, in the guest's own syntax (`C:\AniVault\anivault.exe`). Never give one to `node:path`. */
export type RemotePath = Brand<string, 'RemotePath'>;
/** An absolute path on the host. */
export type LocalPath = Brand<string, 'LocalPath'>;

// 20261121T143305Z-k3x9qa
const RUN_ID = /^\d{8}T\d{6}Z-[a-z2-7]{6}$/;
// win10
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
// e3b0c442…b855
const SHA256 = /^[0-9a-f]{64}$/;
// C:\AniVault\docs
const REMOTE_PATH = /^[A-Za-z]:\\/;

const checked =
  <T extends string>(what: string, pattern: RegExp) =>
  (text: string): T => {
    if (!pattern.test(text)) throw new TypeError(`expected ${what} matching ${pattern}, got ${JSON.stringify(text)}`);
    return text as T;
  };

export const runId: (text: string) => RunId = checked<RunId>('a run id', RUN_ID);
export const guestName: (text: string) => GuestName = checked<GuestName>('a guest name', NAME);
export const checkId: (text: string) => CheckId = checked<CheckId>('a check id', NAME);
export const sha256: (text: string) => Sha256 = checked<Sha256>('a SHA-256 digest', SHA256);
export const remotePath: (text: string) => RemotePath = checked<RemotePath>('an absolute Windows path', REMOTE_PATH);
export const isRemotePath = (text: string): text is RemotePath => REMOTE_PATH.test(text);
export const isRunId = (text: string): text is RunId => RUN_ID.test(text);

/** The cell that asks `check` of `guest`. */
export const cellId = (check: CheckId, guest: GuestName): CellId => `${check}@${guest}` as CellId;

/** Joins names below a guest directory with backslashes. A name must not climb (`..`) and must not be absolute. */
export function joinRemote(base: RemotePath, ...names: readonly string[]): RemotePath {
  for (const name of names) {
    const parts = name.split(/[\\/]/);
    if (name === '' || parts.some((part) => part === '..' || part === '' || part.includes(':'))) {
      throw new TypeError(`not a relative guest path: ${JSON.stringify(name)}`);
    }
  }
  return [base.replace(/\\+$/, ''), ...names.map((name) => name.replaceAll('/', '\\'))].join('\\') as RemotePath;
}
