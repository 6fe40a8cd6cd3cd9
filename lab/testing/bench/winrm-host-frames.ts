import { z } from 'zod';

/** What the process of an endpoint over this machine's processes is told. */
export const hostEndpointSettings = z.strictObject({
  user: z.string(),
  password: z.string(),
  /** The folder that stands for the guest's drives. */
  guestRoot: z.string(),
});
export type HostEndpointSettings = z.infer<typeof hostEndpointSettings>;

/** Its answer: where it listens. */
export const hostEndpointAnswer = z.strictObject({ http: z.string() });
export type HostEndpointAnswer = z.infer<typeof hostEndpointAnswer>;
