import { ProgramError, type ProgramErrorCode } from '../core/program-error.ts';

/** Failures of the network or of the service: an old answer is better than none then. A refused key is not one: it has to be told. */
const OUTAGES: ReadonlySet<ProgramErrorCode> = new Set([
  'tmdb-unreachable',
  'tmdb-timeout',
  'tmdb-busy',
  'tmdb-failing',
  'tmdb-answer',
  'tmdb-offline',
]);

/** Whether a question failed for a reason of the network or of the service, so that other questions may still be answered out of the cache. */
export const isOutage = (error: unknown): error is ProgramError => error instanceof ProgramError && OUTAGES.has(error.code);
