import { z } from 'zod';
import { bundleManifest } from './bundle.ts';
import { labConfig } from './config.ts';
import { journalLine } from './event.ts';
import { plan } from './plan.ts';
import { runRecord } from './record.ts';

/** A kind of file that leaves a process: its zod definition, and the JSON Schema file that is generated from it. */
export interface Format {
  /** File name below `schemas/`, version included. */
  readonly file: string;
  readonly title: string;
  readonly schema: z.ZodType;
}

/** The lab's own formats. The formats of checks come from `checks/index.ts`, the toolkit's and the seal's from their rooms; `cli/all-formats.ts` joins them. */
export const coreFormats: readonly Format[] = [
  { file: 'lab-config.v1.json', title: 'lab.config.json', schema: labConfig },
  { file: 'plan.v1.json', title: 'Plan of a run', schema: plan },
  { file: 'event.v1.json', title: 'Line of events.ndjson', schema: journalLine },
  { file: 'record.v1.json', title: 'Record of a run', schema: runRecord },
  { file: 'bundle-manifest.v1.json', title: 'Bundle manifest', schema: bundleManifest },
];

/** The formats that JSON Schema defines (2020-12 validation, section 7.3) and that definitions here use. */
const definedFormats: ReadonlySet<string | undefined> = new Set(['date-time', 'date', 'time', 'duration', 'uri', 'uuid']);

/** The JSON Schema (2020-12) of a format, as it stands in `schemas/`. Describes the file on disk, that is the input side of the definition. */
export function jsonSchemaOf(format: Format): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(format.schema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ jsonSchema }) => {
      // The library makes up formats such as `starts_with` and `base64`, which strict validators refuse; each comes with a pattern that says the same.
      if (!definedFormats.has(jsonSchema.format) && jsonSchema.pattern !== undefined) delete jsonSchema.format;
    },
  });
  return { $schema, $id: format.file, title: format.title, ...rest };
}
