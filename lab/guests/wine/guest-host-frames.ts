import { z } from 'zod';

const hostProgram = z.strictObject({
  program: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
});

/** What a guest host is told on its first line of standard input. The pipe stays open for as long as the guest is wanted. */
export const guestHostSettings = z.strictObject({
  /** What brings the guest up. */
  program: hostProgram,
  /** What ends the guest when this process is killed, where the kernel does not. */
  watcher: hostProgram.optional(),
  logFile: z.string(),
  /** What is served in front of the guest, and nothing else is. */
  service: z.discriminatedUnion('transport', [
    z.strictObject({ transport: z.literal('winrm') }),
    /** The file server is a program of the guest. */
    z.strictObject({ transport: z.literal('ssh'), sftpProgram: z.string() }),
  ]),
  user: z.string(),
  password: z.string(),
  osVersion: z.string(),
  computerName: z.string(),
  leftovers: z.strictObject({ folders: z.array(z.string()), looseIn: z.string().optional() }),
});
export type GuestHostSettings = z.infer<typeof guestHostSettings>;

/** What a guest host says on standard output, one JSON object a line. */
export const guestHostMessage = z.union([
  z.strictObject({
    ready: z.strictObject({
      service: z.discriminatedUnion('transport', [
        z.strictObject({ transport: z.literal('winrm'), url: z.string() }),
        z.strictObject({ transport: z.literal('ssh'), host: z.string(), port: z.int(), hostKeySha256: z.string() }),
      ]),
      osRelease: z.string(),
    }),
  }),
  /** The guest did not come up, or ended by itself. The host process ends after this. */
  z.strictObject({ lost: z.string() }),
]);
export type GuestHostMessage = z.infer<typeof guestHostMessage>;

/** A guest that is up. */
export type GuestReady = Extract<GuestHostMessage, { readonly ready: unknown }>['ready'];
/** Where it is reached, and by what. */
export type GuestService = GuestReady['service'];
