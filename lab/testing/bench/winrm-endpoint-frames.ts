import { z } from 'zod';

/** What the process of a bench's own endpoint is told on its first message. */
export const endpointSettings = z.strictObject({
  user: z.string(),
  password: z.string(),
  /** Starts the tool in the guest. */
  launcher: z.string(),
  /** `processes`: commands run on this machine, and `root` stands for the guest's drives. `guest`: in an embedded guest of its own. */
  behind: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('processes'), root: z.string() }),
    z.strictObject({ kind: z.literal('guest'), release: z.enum(['win10', 'win11']) }),
  ]),
});
export type EndpointSettings = z.infer<typeof endpointSettings>;

/** What it says. */
export const endpointMessage = z.union([
  /** It listens, on every door. */
  z.strictObject({
    ready: z.strictObject({
      http: z.string(),
      https: z.string(),
      ssh: z.strictObject({ host: z.string(), port: z.int(), hostKeySha256: z.string() }),
      /** How what is behind it fetches files from this host. */
      pull: z
        .strictObject({
          listen: z.union([z.strictObject({ socketFolder: z.string() }), z.strictObject({ host: z.string() })]),
          urlInGuest: z.string().optional(),
        })
        .optional(),
    }),
  }),
  /** A process behind it has ended and its output is read: how long that took, seen from the endpoint. */
  z.strictObject({ processMs: z.number() }),
  z.strictObject({ failed: z.string() }),
]);
export type EndpointMessage = z.infer<typeof endpointMessage>;
export type EndpointDoors = Extract<EndpointMessage, { readonly ready: unknown }>['ready'];
