import * as z from 'zod';

/** What a file name says about the episode in it. Absent means the name does not say. */
export const animeName = z.strictObject({
  title: z
    .string()
    .min(1)
    .meta({ description: 'Without season, kind and year; `Part 2` and `Cour 2` stay, since their episodes may count from 1 again' }),
  season: z.int().min(0).optional(),
  episodes: z
    .array(z.string().regex(/^\d+(\.\d+)?$/))
    .max(2)
    .meta({ description: 'None, one, or the first and the last of a range; without leading zeros; `7.5` is an episode between two' }),
  type: z.string().optional().meta({
    description:
      '`OVA`, `OAD`, `ONA`, `Special`, `Movie` or `TV`; of what is no episode `NCOP`, `NCED`, `OP`, `ED`, `PV`, `CM`, `Menu`, `Trailer` or `Preview`',
  }),
  episodeTitle: z.string().optional(),
  year: z.int().min(1900).max(2199).optional(),
  releaseGroup: z.string().optional(),
  releaseVersion: z.int().min(0).optional(),
  resolution: z.string().optional().meta({ description: 'Lines of the picture: `1080p`, `1080i`; of `1920x1080` as well' }),
  source: z.string().optional().meta({ description: '`BD`, `DVD`, `WEB`, `TV`, `LD` or `VHS`' }),
  checksum: z
    .string()
    .regex(/^[0-9A-F]{8}$/)
    .optional()
    .meta({ description: 'CRC-32 that the name claims' }),
});
export type AnimeName = z.infer<typeof animeName>;
