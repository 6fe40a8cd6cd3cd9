import { coreFormats, jsonSchemaOf } from '../../core/formats.ts';
import { LabError } from '../../core/error.ts';
import { generatedNote, markdownTable } from './markdown.ts';

/** The parts of JSON Schema that a configuration uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** One key of the configuration: a path with dots, `[]` after a list. */
export interface ConfigurationKey {
  readonly key: string;
  readonly type: string;
  /** As JSON; empty where there is none; `required` where a value must be given. */
  readonly fallback: string;
  readonly description: string;
}

/** Every key of `lab.config.json` that holds a value, in the order of the schema. */
export function configurationKeys(): readonly ConfigurationKey[] {
  const format = coreFormats.find(({ file }) => file.startsWith('lab-config.'));
  if (format === undefined) throw LabError.of('lab.bug', { message: 'no format describes the configuration' });
  return keysBelow('', jsonSchemaOf(format));
}

/** `docs/reference/configuration.md`: every key with its type, default and meaning. */
export function configurationPage(): string {
  const rows = configurationKeys().map(({ key, type, fallback, description }) => [`\`${key}\``, type, fallback, description]);
  return [
    generatedNote('lab/core/config.ts'),
    '# Configuration',
    '`lab.config.json` says what is verified, on what, and what is demanded of it. [The guide](../guide/configuration.md) shows how to change it. The schema is `schemas/lab-config.v1.json`; an editor that knows JSON Schema completes the keys.',
    markdownTable(['Key', 'Type', 'Default', 'Meaning'], rows),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function keysBelow(prefix: string, schema: Schema): readonly ConfigurationKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (value.properties) return keysBelow(key, value);
    const own = {
      key,
      type: typeOf(value),
      fallback: fallbackOf(value, schema.required?.includes(name) === true),
      description: value.description ?? '',
    };
    return value.items?.properties ? [own, ...keysBelow(`${key}[]`, value.items)] : [own];
  });
}

function fallbackOf(schema: Schema, required: boolean): string {
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return required ? 'required' : '';
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.items) return schema.items.properties ? 'list' : `list of ${typeOf(schema.items)}`;
  return schema.type ?? '';
}
