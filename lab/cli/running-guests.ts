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
import { filesBelow, foldersBelow, readTextIfThere, removeTree, writeFileAtomic } from '../host/files.ts';
import { processStart } from '../host/process-start.ts';

const toolkit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('powershell') }),
  z.strictObject({ kind: z.literal('agent'), launcher: z.string() }),
]);
const pull = z
  .strictObject({
    listen: z.union([z.strictObject({ socketFolder: z.string() }), z.strictObject({ host: z.string() })]),
    urlInGuest: z.string().optional(),
    hostInGuest: z.string().optional(),
  })
  .optional();

/** An endpoint as it is written down: secrets in plain text. */
const notedEndpoint = z.discriminatedUnion('transport', [
  z.strictObject({
    transport: z.literal('winrm'),
    url: z.string(),
    user: z.string(),
    password: z.string(),
    authentication: z.enum(['basic', 'ntlm']),
    certificateSha256: sha256Schema.optional(),
    certificateAuthority: z.string().optional(),
    toolkit,
    pull,
  }),
  z.strictObject({
    transport: z.literal('ssh'),
    host: z.string(),
    port: z.int().min(1).max(65_535),
    user: z.string(),
    login: z.union([
      z.strictObject({ password: z.string() }),
      z.strictObject({ privateKey: z.string(), passphrase: z.string().optional() }),
    ]),
    hostKeySha256: z.string(),
    toolkit,
    pull,
  }),
]);
type NotedEndpoint = z.infer<typeof notedEndpoint>;

const note = z.strictObject({
  $schema: z.literal('running-guest.v1.json'),
  name: z.string(),
  os: z.enum(windowsReleases),
  pid: z.int().positive().meta({ description: 'Process that keeps the guest' }),
  processStart: z
    .string()
    .optional()
    .meta({ description: 'Boot and clock tick that process started at, so that another one with its number is not taken for it' }),
  since: z.iso.datetime(),
  endpoint: notedEndpoint.meta({ description: 'How to reach it' }),
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
  const started = await processStart(process.pid);
  const content: Note = {
    $schema: 'running-guest.v1.json',
    name,
    os: lease.spec.os,
    pid: process.pid,
    ...(started === undefined ? {} : { processStart: started }),
    since,
    endpoint: written(endpoint),
  };
  const file = fileOf(state, name);
  await writeFileAtomic(file, `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
  return { [Symbol.asyncDispose]: () => removeTree(file) };
}

/** Every guest whose keeper is alive. */
export async function runningGuests(state: LocalPath, masker: Masker): Promise<readonly RunningGuest[]> {
  const found: RunningGuest[] = [];
  for (const { file, content } of await notes(state)) {
    if (!(await isKept(content))) continue;
    const endpoint = reachable(validate(runningGuestFormat, content, file).endpoint, masker);
    found.push({ name: content.name, os: content.os, pid: content.pid, since: content.since, endpoint });
  }
  return found;
}

function written(endpoint: Endpoint): NotedEndpoint {
  switch (endpoint.transport) {
    case 'winrm':
      return { ...endpoint, password: endpoint.password.reveal() };
    case 'ssh': {
      const { login } = endpoint;
      if ('password' in login) return { ...endpoint, login: { password: login.password.reveal() } };
      const passphrase = login.passphrase?.reveal();
      return { ...endpoint, login: { privateKey: login.privateKey.reveal(), ...(passphrase === undefined ? {} : { passphrase }) } };
    }
  }
}

function reachable(noted: NotedEndpoint, masker: Masker): Endpoint {
  switch (noted.transport) {
    case 'winrm':
      return { ...noted, password: masker.secret(noted.password) };
    case 'ssh': {
      const { login } = noted;
      if ('password' in login) return { ...noted, login: { password: masker.secret(login.password) } };
      const { privateKey, passphrase } = login;
      return {
        ...noted,
        login: { privateKey: masker.secret(privateKey), ...(passphrase === undefined ? {} : { passphrase: masker.secret(passphrase) }) },
      };
    }
  }
}

/** Where an endpoint is, for people. */
export const addressOf = (endpoint: Endpoint): string =>
  endpoint.transport === 'winrm' ? endpoint.url : `ssh://${endpoint.host}:${endpoint.port}`;

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
    if (await isKept(content)) continue;
    await removeTree(file);
    removed.push(`removed the note about guest ${content.name}, whose process ${content.pid} is gone`);
  }
  return removed;
}

/** Whether the process that wrote the note is there. One without a start is of an earlier lab and known by its number only. */
async function isKept({ pid, processStart: wanted }: Note): Promise<boolean> {
  const found = await processStart(pid);
  return found !== undefined && (wanted === undefined || found === wanted);
}

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
