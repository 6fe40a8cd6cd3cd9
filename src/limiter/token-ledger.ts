import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';
import { type LedgerToken, readPauses, readTokens } from './ledger-names.ts';
import type { Limits } from './limits.ts';

/** A token of the ledger, taken by this process. */
export interface TakenToken {
  readonly number: number;
  readonly generation: number;
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

/** Others may be quicker so many times in a row; after that it is a matter of waiting a moment. */
const MOST_ATTEMPTS = 20;
const MOMENT_MS = 5;
/** Windows says these also of a file that somebody else is looking at or removing. */
const MAYBE_BUSY: ReadonlySet<string | undefined> = process.platform === 'win32' ? new Set(['EPERM', 'EACCES', 'EBUSY']) : new Set();
/** Refusals of a whole folder look the same on Windows: so many in a row are one. */
const MOST_REFUSALS = 10;
const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Where the files of a ledger are. */
export const ledgerFolder = (folder: string, { requests }: Pick<Limits, 'requests'>): string => path.join(folder, `tokens-${requests}`);

/**
 * A ledger in a folder, without locks, of empty files whose names say everything. To take the token 7 for the fifth time is to create `7.5`, and of several
 * processes that create a file exclusively one succeeds. (A rename would not do: on Windows two processes can open a file and then both rename it.) Files
 * `7.5.TIME` say when it is free again; the earliest counts. A taker writes one far enough away for its request, so that a process that is killed blocks a
 * token for `holdMs` and a window at most, and an answer adds an earlier one.
 *
 * Since a token goes back one window after the *answer*, and a request arrives before its answer leaves, the service itself never sees more than
 * `limits.requests` arrive within a window, whatever delays there are on the way.
 */
export function openTokenLedger(
  folder: string,
  limits: Pick<Limits, 'requests' | 'windowMs' | 'longestPauseMs'>,
  holdMs: number,
): TokenLedger {
  const tokens = ledgerFolder(folder, limits);
  const latest = (now: number): number => Math.ceil(now + holdMs + limits.windowMs);
  let refusals = 0;

  const list = async (): Promise<readonly string[]> => {
    try {
      return await readdir(tokens);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw writeProblem(error, tokens);
    }
    try {
      await mkdir(tokens, { recursive: true, mode: 0o700 });
      return [];
    } catch (error) {
      throw writeProblem(error, tokens);
    }
  };

  /** Creates a file; `false` when it is there already, or when the folder went away meanwhile. */
  const create = async (name: string): Promise<boolean> => {
    try {
      await writeFile(path.join(tokens, name), '', { flag: 'wx', mode: 0o600 });
      refusals = 0;
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (MAYBE_BUSY.has(code)) refusals += 1;
      if ((code !== 'EEXIST' && code !== 'ENOENT' && !MAYBE_BUSY.has(code)) || refusals > MOST_REFUSALS) throw writeProblem(error, tokens);
      return false;
    }
  };
  const remove = async (name: string): Promise<void> => rm(path.join(tokens, name), { force: true }).catch(() => {});

  /** When a token is free that has been taken by a process that has not said so yet, or was killed before it could. */
  const unsaid = async ({ number, generation }: LedgerToken, now: number): Promise<number> => {
    const about = await stat(path.join(tokens, `${number}.${generation}`)).catch(() => undefined);
    return about === undefined ? now + MOMENT_MS : Math.ceil(about.mtimeMs) + holdMs + limits.windowMs;
  };

  const takeOne = async (token: LedgerToken, now: number): Promise<TakenToken | undefined> => {
    const { number } = token;
    const generation = token.generation + 1;
    if (!(await create(`${number}.${generation}`))) return undefined;
    // Whoever has looked long ago may create what others have used and removed; what came after it is there to be seen.
    const there = readTokens(await list(), limits.requests)[number];
    if (there !== undefined && there.generation > generation) {
      await remove(`${number}.${generation}`);
      return undefined;
    }
    const freeAt = latest(now);
    await create(`${number}.${generation}.${freeAt}`);
    await Promise.all(token.old.map(remove));
    return { number, generation, freeAt };
  };

  const take = async (now: number): Promise<TokenAnswer> => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const names = await list();
      const paused = await pauseIn(names, now);
      if (paused !== undefined) return { kind: 'paused', until: paused };
      const known = await Promise.all(
        readTokens(names, limits.requests).map(async (token) => ({ ...token, freeAt: token.freeAt ?? (await unsaid(token, now)) })),
      );
      const free = known.filter(({ freeAt }) => freeAt <= now);
      if (free.length === 0) {
        const next = Math.min(...known.map(({ freeAt }) => freeAt));
        if (next <= latest(now)) return { kind: 'wait', forMs: Math.max(1, next - now) };
        // Further away than any token can be: the clock was put back. They count from here.
        for (const { number, generation } of known) await create(`${number}.${generation}.${latest(now)}`);
        continue;
      }
      // Different processes should reach for different ones.
      const token = await takeOne(free[Math.floor(Math.random() * free.length)] as LedgerToken, now);
      if (token !== undefined) return { kind: 'taken', token };
    }
    return { kind: 'wait', forMs: MOMENT_MS };
  };

  /** The end of the longest pause that still holds; removes those that are over. */
  const pauseIn = async (names: readonly string[], now: number): Promise<number | undefined> => {
    const { until, over } = readPauses(names, now, limits.longestPauseMs);
    await Promise.all(over.map(remove));
    return until;
  };

  return {
    take,
    giveBack: async ({ number, generation, freeAt }, now) => {
      const back = Math.ceil(now + limits.windowMs);
      if (back < freeAt) await create(`${number}.${generation}.${back}`);
    },
    pause: async (until, now) => {
      const believed = Math.ceil(Math.min(until, now + limits.longestPauseMs));
      if (believed <= now) return;
      if ((await list()).length >= MOST_FILES)
        throw new ProgramError('state-busy', `${tokens} is full of files that are not the program's`);
      await create(`pause-${believed}`);
    },
  };
}

/** Far more than tokens and pauses can need. */
const MOST_FILES = 10_000;
