import * as z from 'zod';

/** A value of a setting; `null` where there is none. */
const value = z.union([z.string(), z.number(), z.boolean()]).nullable();

/** What is told of the key to TMDB: never the key itself. */
export const keyReport = z.strictObject({
  from: z
    .enum(['environment', 'settings', 'none'])
    .meta({ description: 'The environment variable `ANIVAULT_TMDB_KEY` goes before the settings' }),
  kind: z.enum(['v3', 'v4']).optional().meta({ description: 'Absent when there is no key, or it cannot be read' }),
  problem: z.string().optional().meta({ description: 'Why the key cannot be used' }),
});
export type KeyReport = z.infer<typeof keyReport>;

/** A setting with what holds for it. */
export const settingReport = z.strictObject({
  name: z.string(),
  value: value.meta({ description: 'The value that holds: what was set, or the default' }),
  set: z.boolean().meta({ description: 'False while the default holds' }),
});
export type SettingReport = z.infer<typeof settingReport>;

/** Events of `settings`. */
export const settingsEvents = [
  z.strictObject({ type: z.literal('settings'), file: z.string(), tmdbKey: keyReport, settings: z.array(settingReport) }),
  z.strictObject({
    type: z.literal('settings-changed'),
    file: z.string(),
    name: z.string().meta({ description: 'Name of the setting, or `tmdbKey`' }),
    change: z.enum(['set', 'unset']),
    value: value.meta({ description: 'The value that holds from now on; `***` for a key' }),
    overriddenBy: z.string().optional().meta({ description: 'Environment variable that goes before this setting, and is set' }),
  }),
] as const;
