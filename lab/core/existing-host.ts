import { z } from 'zod';

const seconds = z.number().positive().max(86_400);

/** What brings a host back to its pristine state. Nothing secret stands in it: what the command needs, its environment has. */
const reset = z.union([
  z.strictObject({
    command: z.array(z.string()).min(1).meta({ description: 'A program of this machine and its arguments; 0 means that it is done' }),
    limitSeconds: seconds.default(900).meta({ description: 'How long it may take, with the time until the host answers again' }),
  }),
  z.strictObject({
    url: z
      .string()
      // https://hypervisor.example.org/api/snapshots/clean/restore
      .regex(/^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/)
      .meta({ description: 'An address that restores it; any answer of 200 to 299 means that it is done' }),
    method: z.enum(['POST', 'PUT']).default('POST'),
    tokenEnv: z.string().optional().meta({ description: 'Environment variable with a token that is sent as `Authorization: Bearer …`' }),
    limitSeconds: seconds.default(900),
  }),
]);
export type HostReset = z.infer<typeof reset>;

/** A host that is there already: how it is reached, and how it is made clean. */
export const existingHost = z.strictObject({
  address: z
    .string()
    // https://lab-pc.example.org:5986/wsman, ssh://lab-pc.example.org:22
    .regex(/^(?:https?|ssh):\/\/[^\s/?#@]+(?:\/\S*)?$/)
    .meta({ description: '`https://HOST:5986/wsman` or `http://HOST:5985/wsman` over WinRM, `ssh://HOST:22` over SSH' }),
  user: z.string().meta({ description: 'Who logs in: an administrator' }),
  passwordEnv: z.string().optional().meta({ description: 'Environment variable that holds the password' }),
  passwordFile: z.string().optional().meta({ description: 'File that holds the password in its first line, relative to lab.config.json' }),
  identityFile: z
    .string()
    .optional()
    .meta({ description: 'Private key for SSH, relative to lab.config.json; a password is then that of the key' }),
  authentication: z.enum(['ntlm', 'basic']).default('ntlm').meta({ description: 'How to log in over WinRM' }),
  certificateSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({ description: 'The certificate that the host has to show over HTTPS, whoever issued it' }),
  hostKeySha256: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/)
    .optional()
    .meta({ description: 'The key that the SSH server has to show' }),
  pullFrom: z.string().optional().meta({ description: 'Address of this machine from which the host may fetch files, which is faster' }),
  launcher: z
    .string()
    .optional()
    .meta({ description: 'Command line of the lab’s own tool in the host; absent: Windows PowerShell answers' }),
  sharesThisMachine: z.boolean().default(false).meta({ description: 'Whether it is this very machine: nothing is walled off then' }),
  reset: reset.optional().meta({ description: 'What makes it pristine again; absent: it is pristine once, and never again' }),
});
export type ExistingHost = z.infer<typeof existingHost>;
