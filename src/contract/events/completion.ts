import * as z from 'zod';

/** Events of `completion`. */
export const completionEvents = [
  z.strictObject({
    type: z.literal('completion-script'),
    shell: z.enum(['bash', 'zsh', 'fish', 'powershell']),
    script: z.string().meta({ description: 'To be loaded by the shell' }),
  }),
] as const;
