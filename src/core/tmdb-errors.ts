import { exitCodes } from './exit-code.ts';

/** Expected failures around TMDB, the cache, the settings and the rate limiter. A part of the catalogue in `program-error.ts`. */
export const tmdbErrors = {
  'tmdb-key-missing': {
    exitCode: exitCodes.tmdbKey,
    hint: 'Get a key at https://www.themoviedb.org/settings/api, then store it with `anivault settings tmdb-key` or put it into ANIVAULT_TMDB_KEY.',
  },
  'tmdb-key-refused': { exitCode: exitCodes.tmdbKey, hint: 'Check the key at https://www.themoviedb.org/settings/api and store it again.' },
  'tmdb-key-malformed': {
    exitCode: exitCodes.tmdbKey,
    hint: 'A key is either 32 hexadecimal digits (v3) or a long token that starts with eyJ (v4).',
  },
  'tmdb-key-unreadable': {
    exitCode: exitCodes.tmdbKey,
    hint: 'The stored key belongs to another user or machine, or its key file is gone: store it again with `anivault settings tmdb-key`.',
  },
  'tmdb-address': {
    exitCode: exitCodes.fatal,
    hint: 'ANIVAULT_TMDB_URL takes an https address; http only for this machine itself (127.0.0.1, [::1], localhost).',
  },
  'tmdb-time': {
    exitCode: exitCodes.fatal,
    hint: 'ANIVAULT_TMDB_TIMEOUT takes seconds, more than 0 and no more than 120; without it they are 15.',
  },
  'tmdb-unreachable': { exitCode: exitCodes.fatal, hint: 'Check the connection, or use what the cache has with --offline.' },
  'tmdb-timeout': { exitCode: exitCodes.fatal, hint: 'Try again later, or use what the cache has with --offline.' },
  'tmdb-busy': {
    exitCode: exitCodes.fatal,
    hint: 'TMDB asked for a pause. Try again later; what is in the cache still works with --offline.',
  },
  'tmdb-failing': { exitCode: exitCodes.fatal, hint: 'The service has a problem of its own: try again later.' },
  'tmdb-answer': {
    exitCode: exitCodes.fatal,
    hint: 'Whatever answered is not TMDB as it is known: check for a proxy or a sign-in page on the way.',
  },
  'tmdb-offline': { exitCode: exitCodes.fatal, hint: 'Run the command once without --offline, so that the cache gets what it needs.' },
  'cache-corrupt': { exitCode: exitCodes.cacheCorrupt, hint: 'Remove the cache with `anivault cache clear`; it fills again by itself.' },
  'settings-unreadable': { exitCode: exitCodes.fatal, hint: 'Correct the file named above, or remove it to start anew.' },
  'settings-newer': {
    exitCode: exitCodes.fatal,
    hint: 'A newer version of the program wrote the settings. Use that version, or move the file away; this one would lose what it does not know.',
  },
  'key-file-open': {
    exitCode: exitCodes.permission,
    hint: 'Only you may read the key file: `chmod 600` it and its folder 700, and store the TMDB key anew.',
  },
  'key-on-command-line': {
    exitCode: exitCodes.fatal,
    hint: 'Other users of the machine and the history of the shell may have seen it: get a new one at https://www.themoviedb.org/settings/api, and run `anivault settings tmdb-key` without it. It asks.',
  },
  'setting-invalid': { exitCode: exitCodes.fatal, hint: '`anivault settings set --help` lists the settings and what each takes.' },
  'no-library': {
    exitCode: exitCodes.fatal,
    hint: 'Name it with --to, or once and for all with `anivault settings set library FOLDER`.',
  },
  'state-busy': { exitCode: exitCodes.fatal, hint: 'Another program keeps changing the files in the state folder: wait for it or end it.' },
} as const;
