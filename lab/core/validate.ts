import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { z } from 'zod';
import { LabError } from './error.ts';
import { type Format, jsonSchemaOf } from './formats.ts';

// The package's CommonJS default export is not what its types say under NodeNext.
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

const validators = new Map<Format, ValidateFunction>();

/** Longest list of problems shown: hostile input can have a million. */
const MOST_PROBLEMS = 8;

/**
 * Reads back a value that was on disk or came from a guest: it must be valid against the format's JSON Schema.
 * `source` says where it came from. Throws `file.invalid` otherwise.
 */
export function validate<T>(format: Format & { readonly schema: z.ZodType<T> }, value: unknown, source: string): T {
  let validator = validators.get(format);
  if (validator === undefined) {
    const ajv = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true, discriminator: false });
    addFormats(ajv);
    validator = ajv.compile(jsonSchemaOf(format));
    validators.set(format, validator);
  }
  if (!validator(value)) {
    const problems = (validator.errors ?? [])
      .slice(0, MOST_PROBLEMS)
      .map((error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`);
    throw LabError.of('file.invalid', { file: source, format: format.title, problems: problems.join('; ') });
  }
  return value as T;
}
