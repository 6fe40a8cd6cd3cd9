import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';
import type { Limits } from './limits.ts';

/** A token of the ledger, taken by this process. */
export interface TakenToken {
  readonly number: number;
  /** The moment at which it would be free again if this process ended now. */
  readonly freeAt: number;
}

/** What an attempt to take a token gives. */
export type TokenAnswer =
  | { readonly kind: 'taken'; readonly token: TakenToken }
  | { readonly kind: 'wait'; readonly forMs: number }
  /** A process was asked to pause until then. */
  | { readonly kind: 'paused'; readonly until: number };

/** The tokens that all processes of a user share. Times are milliseconds since 1970 on the machine's clock. */
export interface TokenLedger {
  readonly take: (now: number) => Promise<TokenAnswer>;
  /** The request has had its answer: its token is free again one window later. */
  readonly giveBack: (token: TakenToken, now: number) => Promise<void>;
  /** Tells every process to pause. */
  readonly pause: (until: number, now: number) => Promise<void>;
}

// 07-1700000000000
const TOKEN = /^(\d{1,4})-(\d{1,15})$/;
// pause-1700000000000
const PAUSE = /^pause-(\d{1,15})$/;
const MOST_ATTEMPTS = 50;
/** Windows says these also of a file that somebody else is looking at or renaming. */
const MAYBE_BUSY: ReadonlySet<string | undefined> = process.platform === 'win32' ? new Set(['EPERM', 'EACCES', 'EBUSY']) : new Set();
/** What a rename of a folder onto one that holds something gives. */
const FULL_FOLDER: ReadonlySet<string | undefined> = new Set(['ENOTEMPTY', 'EEXIST', ...MAYBE_BUSY]);
const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/**
 * A ledger in a folder, without locks. A token is an empty file whose name says when it is free again, and to take it is to rename it: of several
 * processes that try the same rename one succeeds and the others find the old name gone. A process that is killed leaves a token that comes back by
 * itself, because a taken token already bears the time at which it is free at the latest (`holdMs` and a window from now); an answer sets an earlier one.
 *
 * Since a token goes back one window after the *answer*, and a request arrives before its answer leaves, the service itself never sees more than
 * `limits.requests` arrive within a window, whatever delays there are on the way.
 */
export function openTokenLedger(
  folder: string,
  limits: Pick<Limits, 'requests' | 'windowMs' | 'longestPauseMs'>,
  holdMs: number,
): TokenLedger {
  const tokens = path.join(folder, `tokens-${limits.requests}`);
  const fileOf = (number: number, freeAt: number): string => path.join(tokens, `${number}-${freeAt}`);
  const latest = (now: number): number => now + holdMs + limits.windowMs;

  const take = async (now: number): Promise<TokenAnswer> => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const names = await listOrMake(folder, tokens, limits.requests);
      const paused = await pauseIn(tokens, names, now, limits);
      if (paused !== undefined) return { kind: 'paused', until: paused };
      const found = names.flatMap((name) => {
        const [, number, freeAt] = TOKEN.exec(name) ?? [];
        return number === undefined ? [] : [{ number: Number(number), freeAt: Number(freeAt) }];
      });
      if (found.length === 0) {
        await setAside(folder, tokens);
        continue;
      }
      const free = found.filter((token) => token.freeAt <= now);
      if (free.length === 0) {
        const next = Math.min(...found.map((token) => token.freeAt));
        // Further away than any token can be: the clock was put back. They start anew from here.
        if (next <= latest(now)) return { kind: 'wait', forMs: Math.max(1, next - now) };
        for (const token of found) await renamed(fileOf(token.number, token.freeAt), fileOf(token.number, latest(now)));
        continue;
      }
      // Any free one will do; different processes should reach for different ones.
      const token = free[randomBytes(2).readUInt16LE() % free.length] as (typeof free)[number];
      const freeAt = latest(now);
      if (await renamed(fileOf(token.number, token.freeAt), fileOf(token.number, freeAt))) {
        return { kind: 'taken', token: { number: token.number, freeAt } };
      }
    }
    throw new ProgramError('state-busy', `The folder ${tokens} does not stay as it is written`);
  };

  return {
    take,
    giveBack: async (token, now) => {
      const freeAt = now + limits.windowMs;
      if (freeAt < token.freeAt) await renamed(fileOf(token.number, token.freeAt), fileOf(token.number, freeAt));
    },
    pause: async (until, now) => {
      const believed = Math.min(until, now + limits.longestPauseMs);
      if (believed <= now) return;
      await listOrMake(folder, tokens, limits.requests);
      try {
        await writeFile(path.join(tokens, `pause-${Math.ceil(believed)}`), '');
      } catch (error) {
        // Somebody else set the folder aside meanwhile: the pause is lost for others, this process keeps it all the same.
        if (codeOf(error) !== 'ENOENT') throw writeProblem(error, tokens);
      }
    },
  };
}

/** The names in the folder of tokens; makes it when it is not there, whole or not at all. */
async function listOrMake(folder: string, tokens: string, count: number): Promise<readonly string[]> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    try {
      return await readdir(tokens);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw writeProblem(error, tokens);
    }
    const temporary = path.join(folder, `.tokens-${process.pid}-${randomBytes(4).toString('hex')}`);
    try {
      await mkdir(temporary, { recursive: true, mode: 0o700 });
      for (let number = 0; number < count; number += 1) await writeFile(path.join(temporary, `${number}-0`), '');
      await rename(temporary, tokens);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      // Another process was quicker: a folder that is not empty is never replaced by a rename.
      if (!FULL_FOLDER.has(codeOf(error)) || attempt > MOST_ATTEMPTS / 2) throw writeProblem(error, tokens);
    }
  }
  throw new ProgramError('state-busy', `The folder ${tokens} cannot be made`);
}

/** The end of the longest pause that still holds; removes those that are over. */
async function pauseIn(
  tokens: string,
  names: readonly string[],
  now: number,
  limits: Pick<Limits, 'longestPauseMs'>,
): Promise<number | undefined> {
  let end: number | undefined;
  for (const name of names) {
    const until = Number(PAUSE.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(until)) continue;
    if (until > now && until <= now + limits.longestPauseMs) end = Math.max(end ?? 0, until);
    else await rm(path.join(tokens, name), { force: true }).catch(() => {});
  }
  return end;
}

/** A folder without a single token is of no use: somebody emptied it. */
async function setAside(folder: string, tokens: string): Promise<void> {
  const aside = path.join(folder, `.tokens-${process.pid}-${randomBytes(4).toString('hex')}`);
  if (await renamed(tokens, aside)) await rm(aside, { recursive: true, force: true });
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || MAYBE_BUSY.has(codeOf(error))) return false;
    throw writeProblem(error, from);
  }
}
