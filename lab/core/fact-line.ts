import { z } from 'zod';

/** One fact as a person reads it: the label, the value, and a remark (spread, source, caveat). Reporters show them in order. */
export const factLine = z.strictObject({
  label: z.string(),
  value: z.string(),
  note: z.string().optional(),
});
export type FactLine = z.infer<typeof factLine>;
