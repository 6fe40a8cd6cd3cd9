/** What the program's exit code says; frozen until 1.0. Codes 2 and 7 belong to commands that talk to TMDB and keep a cache. */
export const exitCodes = {
  success: 0,
  fatal: 1,
  tmdbKey: 2,
  contractViolation: 3,
  permission: 4,
  diskFull: 5,
  planConflict: 6,
  cacheCorrupt: 7,
  partialSuccess: 10,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
