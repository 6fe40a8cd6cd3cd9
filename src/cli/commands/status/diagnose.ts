import { readdir, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DiagnosisDetails, DiagnosisTopic } from '../../../contract/events/status.ts';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { ProgramError } from '../../../core/program-error.ts';
import { stateFolder } from '../../../core/state-folder.ts';
import { logFolder } from '../../../log/open-log.ts';
import { componentTrials } from '../../../native/component-trials.ts';
import type { Command, CommandContext } from '../../context.ts';
import { type StateLook, lookThrough } from './command.ts';
import { personMask } from './person-mask.ts';

type Describe = (context: CommandContext, look: StateLook) => Promise<readonly DiagnosisDetails[]> | readonly DiagnosisDetails[];

/** What is described, in this order. No line holds a name of a file of the user. */
const topics: readonly (readonly [DiagnosisTopic, Describe])[] = [
  ['program', () => [programDetails()]],
  ['runtime', () => [runtimeDetails()]],
  ['system', () => [systemDetails()]],
  ['terminal', (context) => [terminalDetails(context)]],
  ['environment', (context) => [environmentDetails(context)]],
  ['settings', async (_context, look) => [await settingsDetails(look)]],
  ['state', async ({ environment }) => [await stateDetails(stateFolder(environment))]],
  ['operations', async (_context, look) => [await operationDetails(look)]],
  ['cache', async (_context, look) => [await cacheDetails(look)]],
  ['limiter', async (_context, look) => [{ ...(await look.limiter()) }]],
  ['log', async ({ environment }) => [await folderDetails(logFolder(environment))]],
  ['component', componentDetails],
];

/**
 * `status --diag`: program, machine and state as events, fit to be attached to a report: every text in them has keys, home folders and the user's name taken out.
 * What cannot be found out is a problem of its own line, and the rest goes on.
 */
export const diagnose: Command<unknown> = async (_options, context) => {
  const mask = personMask(context);
  let [lines, problems] = [0, 0];
  const problem = async ({ code, message }: { readonly code: string; readonly message: string }): Promise<void> => {
    problems += 1;
    await context.emit({ type: 'problem', code, message: mask(message) });
  };
  await context.emit({ type: 'started', schema: 'cli-event.v1', command: 'status', version: buildInfo.version });
  const look = lookThrough(context, problem);
  for (const [about, describe] of topics) {
    context.signal.throwIfAborted();
    try {
      for (const details of await describe(context, look)) {
        lines += 1;
        await context.emit({ type: 'diagnosis', about, details: masked(details, mask) });
      }
    } catch (error) {
      context.signal.throwIfAborted();
      const code = error instanceof ProgramError ? error.code : 'not-known';
      await problem({ code, message: `${about}: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
  await context.emit({ type: 'diagnosis-summary', lines, problems });
  return problems > 0 ? exitCodes.partialSuccess : exitCodes.success;
};

const masked = (details: DiagnosisDetails, mask: (text: string) => string): Record<string, DiagnosisDetails[string]> =>
  Object.fromEntries(Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? mask(value) : value]));

function programDetails(): DiagnosisDetails {
  const { version, commit, commitTime, packager } = buildInfo;
  return { version, commit, commitTime: commitTime ?? null, packager };
}

function runtimeDetails(): DiagnosisDetails {
  const { node, bun = null, v8 = null, uv = null, openssl = null, icu = null, unicode = null } = process.versions as Record<string, string>;
  return { node: node ?? null, bun, v8, uv, openssl, icu, unicode, platform: process.platform, architecture: process.arch };
}

function systemDetails(): DiagnosisDetails {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return {
    type: os.type(),
    release: os.release(),
    version: os.version(),
    machine: os.machine(),
    processors: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    freeMemoryBytes: os.freemem(),
    upSeconds: Math.round(os.uptime()),
    locale,
    timeZone,
  };
}

function terminalDetails({ stdout, stderr, stdin, environment }: CommandContext): DiagnosisDetails {
  return {
    stdout: stdout.isTTY === true,
    stderr: stderr.isTTY === true,
    stdin: stdin().isTTY === true,
    columns: stderr.columns ?? stdout.columns ?? null,
    ...Object.fromEntries(['TERM', 'COLORTERM', 'TERM_PROGRAM', 'LANG', 'LC_ALL'].map((name) => [name, environment[name] ?? null])),
    windowsTerminal: environment['WT_SESSION'] !== undefined,
  };
}

/** Variables of which only is told whether they are set: their values may hold passwords or paths. */
const SECRETIVE = [
  'ANIVAULT_TMDB_KEY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'XDG_STATE_HOME',
] as const;
const HARMLESS = ['ANIVAULT_TMDB_TIMEOUT', 'NO_COLOR', 'FORCE_COLOR', 'CI', 'NODE_USE_ENV_PROXY', 'NODE_TLS_REJECT_UNAUTHORIZED'] as const;

function environmentDetails({ environment }: CommandContext): DiagnosisDetails {
  const url = environment['ANIVAULT_TMDB_URL'];
  return {
    ...Object.fromEntries(SECRETIVE.map((name) => [name, environment[name] === undefined ? null : 'set'])),
    ...Object.fromEntries(HARMLESS.map((name) => [name, environment[name] ?? null])),
    ANIVAULT_TMDB_URL: url === undefined ? null : (URL.parse(url)?.origin ?? 'not an address'),
  };
}

async function settingsDetails(look: StateLook): Promise<DiagnosisDetails> {
  const [settings, key] = [await look.settings(), await look.tmdbKey()];
  const values = (settings ?? []).map(({ name, value, set }) => [name, name === 'library' ? (set ? 'set' : null) : value] as const);
  return { ...Object.fromEntries(values), keyFrom: key?.from ?? null, keyKind: key?.kind ?? null, keyProblem: key?.problem ?? null };
}

async function stateDetails(folder: string): Promise<DiagnosisDetails> {
  const [settings, key, journal] = await Promise.all(
    ['settings.json', 'settings.key', 'rollback.jsonl'].map(async (name) => stat(path.join(folder, name)).catch(() => undefined)),
  );
  const disk = await statfs(folder).catch(() => undefined);
  return {
    folder,
    freeBytes: disk === undefined ? null : disk.bavail * disk.bsize,
    settingsBytes: settings?.size ?? null,
    keyFileMode: key === undefined || process.platform === 'win32' ? null : (key.mode & 0o777).toString(8),
    journalBytes: journal?.size ?? null,
  };
}

async function operationDetails(look: StateLook): Promise<DiagnosisDetails> {
  const found = await look.operations();
  const last = found?.shown.at(-1);
  return {
    operations: found?.operations ?? null,
    damagedLines: found?.damaged ?? null,
    lastAt: last?.at ?? null,
    lastState: last?.state ?? null,
    lastTransfer: last?.transfer ?? null,
    lastPlanned: last?.planned ?? null,
    lastMoved: last?.moved ?? null,
    lastFailed: last?.failed ?? null,
  };
}

async function cacheDetails(look: StateLook): Promise<DiagnosisDetails> {
  const report = await look.cache();
  if (report === undefined) return { usable: false };
  const { entries, bytes, mostBytes, expired, quarantined, hitRate, lastHitRate } = report;
  const total = Object.fromEntries(Object.entries(report.total).map(([name, value]) => [`total ${name}`, value]));
  return {
    usable: true,
    entries,
    bytes,
    mostBytes,
    expired,
    quarantined,
    hitRate: hitRate ?? null,
    lastHitRate: lastHitRate ?? null,
    ...total,
  };
}

async function folderDetails(folder: string): Promise<DiagnosisDetails> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name)).catch(() => undefined))?.size ?? 0));
  return { files: names.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
}

async function componentDetails(): Promise<readonly DiagnosisDetails[]> {
  const reports: DiagnosisDetails[] = [];
  for (const trial of componentTrials) reports.push({ ...(await trial()) });
  return reports;
}
