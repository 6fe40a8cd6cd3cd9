import path from 'node:path';
import { z } from 'zod';
import { windowsReleases } from '../core/guest.ts';
import type { Endpoint, GuestLease } from '../core/guest.ts';
import { LabError } from '../core/error.ts';
import type { Format } from '../core/formats.ts';
import type { LocalPath } from '../core/ids.ts';
import type { Masker } from '../core/secret.ts';
import { validate } from '../core/validate.ts';
import { sha256Schema } from '../core/bundle.ts';
import { exists, filesBelow, foldersBelow, readTextIfThere, removeTree, writeFileAtomic } from '../host/files.ts';

const note = z.strictObject({
  $schema: z.literal('running-guest.v1.json'),
  name: z.string(),
  os: z.enum(windowsReleases),
  pid: z.int().positive().meta({ description: 'Process that keeps the guest' }),
  since: z.iso.datetime(),
  url: z.string(),
  user: z.string(),
  password: z.string(),
  authentication: z.enum(['basic', 'ntlm']),
  certificateSha256: sha256Schema.optional(),
  toolkit: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('powershell') }),
    z.strictObject({ kind: z.literal('agent'), launcher: z.string() }),
  ]),
});
type Note = z.infer<typeof note>;

/** The note about a guest that somebody keeps running; only its owner can read it, since it holds the guest's password. */
export const runningGuestFormat = {
  file: 'running-guest.v1.json',
  title: 'Note about a running guest',
  schema: note,
} as const satisfies Format;

const folderIn = (state: LocalPath): string => path.join(state, 'guests');
const fileOf = (state: LocalPath, name: string): string => path.join(folderIn(state), `${name}.json`);

/** A guest that runs now, as far as its note tells. */
export interface RunningGuest {
  readonly name: string;
  readonly os: string;
  readonly pid: number;
  readonly since: string;
  readonly endpoint: Endpoint;
}

/** Leaves a note, so that `lab guest exec` and `lab guest copy` find the guest. Disposing takes it away. Throws when the name is taken. */
export async function noteGuest(name: string, lease: GuestLease, since: string, state: LocalPath): Promise<AsyncDisposable> {
  const { endpoint } = lease;
  const content: Note = {
    $schema: 'running-guest.v1.json',
    name,
    os: lease.spec.os,
    pid: process.pid,
    since,
    url: endpoint.url,
    user: endpoint.user,
    password: endpoint.password.reveal(),
    authentication: endpoint.authentication,
    ...(endpoint.certificateSha256 ? { certificateSha256: endpoint.certificateSha256 } : {}),
    toolkit: endpoint.toolkit,
  };
  const file = fileOf(state, name);
  await writeFileAtomic(file, `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
  return { [Symbol.asyncDispose]: () => removeTree(file) };
}

/** Every guest whose keeper is alive. */
export async function runningGuests(state: LocalPath, masker: Masker): Promise<readonly RunningGuest[]> {
  const found: RunningGuest[] = [];
  for (const { file, content } of await notes(state)) {
    if (!(await isAlive(content.pid))) continue;
    const { url, user, password, authentication, certificateSha256, toolkit } = validate(runningGuestFormat, content, file);
    const endpoint: Endpoint = {
      transport: 'winrm',
      url,
      user,
      password: masker.secret(password),
      authentication,
      toolkit,
      ...(certificateSha256 ? { certificateSha256 } : {}),
    };
    found.push({ name: content.name, os: content.os, pid: content.pid, since: content.since, endpoint });
  }
  return found;
}

/** The running guest of that name. Throws `usage.no-guest-running`. */
export async function runningGuest(name: string, state: LocalPath, masker: Masker): Promise<RunningGuest> {
  const all = await runningGuests(state, masker);
  const found = all.find((guest) => guest.name === name);
  if (found) return found;
  throw LabError.of('usage.no-guest-running', { guest: name, running: all.map((guest) => guest.name).join(', ') || 'none' });
}

/** Removes the notes whose keeper is dead. Returns a line for each. */
export async function forgetDeadGuests(state: LocalPath): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { file, content } of await notes(state)) {
    if (await isAlive(content.pid)) continue;
    await removeTree(file);
    removed.push(`removed the note about guest ${content.name}, whose process ${content.pid} is gone`);
  }
  return removed;
}

const isAlive = (pid: number): Promise<boolean> => exists(`/proc/${pid}`);

async function notes(state: LocalPath): Promise<readonly { readonly file: string; readonly content: Note }[]> {
  if (!(await foldersBelow(state)).includes('guests')) return [];
  const found = [];
  for (const name of await filesBelow(folderIn(state))) {
    const file = path.join(folderIn(state), name);
    const text = name.endsWith('.json') ? await readTextIfThere(file) : undefined;
    if (text !== undefined) found.push({ file, content: validate(runningGuestFormat, JSON.parse(text), file) });
  }
  return found;
}
