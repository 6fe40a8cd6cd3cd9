import * as z from 'zod';
import { cliEvent } from './cli-event.ts';
import { plan } from './plan.ts';
import { rollbackEntry } from './rollback-entry.ts';
import { settings } from './settings.ts';

/** A format that the program writes for others, and the file below `schemas/anivault/` that describes it. */
export interface Format {
  readonly file: string;
  readonly title: string;
  readonly schema: z.ZodType;
}

/** Every format of the program. */
export const formats: readonly Format[] = [
  { file: 'cli-event.v1.json', title: 'Line of the output of a command with --json', schema: cliEvent },
  { file: 'plan.v1.json', title: 'Plan of an organize run', schema: plan },
  { file: 'rollback-entry.v1.json', title: 'Line of rollback.jsonl', schema: rollbackEntry },
  { file: 'settings.v1.json', title: 'Settings of the program', schema: settings },
];

/** The JSON Schema (2020-12) of a format as it stands in its file. */
export function schemaText(format: Format): string {
  const { $schema, ...rest } = z.toJSONSchema(format.schema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ $schema, $id: format.file, title: format.title, ...rest }, null, 2)}\n`;
}
