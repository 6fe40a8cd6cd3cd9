import * as z from 'zod';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

/** A text that only the holder of the key file can read. */
export const sealedText = z.looseObject({
  cipher: z.literal('xchacha20-poly1305'),
  nonce: base64.max(64),
  box: base64.max(16_384).meta({ description: 'Bound to the name of the setting' }),
});
export type SealedText = z.infer<typeof sealedText>;

/**
 * The settings file. Keys that this version does not know stay as they are, so that a newer version's file loses nothing when an older one of the same
 * `version` writes it.
 */
export const settings = z.looseObject({
  $schema: z.literal('settings.v1.json'),
  version: z.literal(1),
  tmdbKey: sealedText.optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
    .optional()
    .meta({ description: 'Language of titles, as TMDB takes it: `en-US`, `ja-JP`, `ko-KR`' }),
  includeAdult: z.boolean().optional(),
  cacheMegabytes: z.int().min(1).max(1_048_576).optional().meta({ description: 'Bound of the cache; 512 when absent' }),
  library: z.string().min(1).max(4_096).optional().meta({ description: 'Folder that `organize` and `run` use when none is named' }),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'off']).optional(),
});
export type Settings = z.infer<typeof settings>;
