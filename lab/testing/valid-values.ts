import * as fc from 'fast-check';
import { type Format, jsonSchemaOf } from '../core/formats.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Longest list or text that is made up: long ones find nothing that short ones do not. */
const MOST_ITEMS = 4;

/** Any value that is valid against a format, odd ones included: what a total function must be able to take. */
export const valuesOf = (format: Format): fc.Arbitrary<unknown> => arbitraryOf(jsonSchemaOf(format));

function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as readonly unknown[]));
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return fc.oneof(...(choices as readonly Schema[]).map(arbitraryOf));
  if (Array.isArray(schema['type']))
    return fc.oneof(...(schema['type'] as readonly string[]).map((type) => arbitraryOf({ ...schema, type })));
  switch (schema['type']) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: numberOf(schema, 'minimum', -1000), max: Math.min(numberOf(schema, 'maximum', 2 ** 32), 2 ** 32) });
    case 'number':
      return fc.double({ min: numberOf(schema, 'minimum', -1e6), max: numberOf(schema, 'maximum', 1e6), noNaN: true });
    case 'string':
      return typeof schema['pattern'] === 'string'
        ? fc.stringMatching(new RegExp(schema['pattern'], 'u'))
        : fc.string({ unit: 'grapheme', maxLength: numberOf(schema, 'maxLength', 40) > 40 ? 40 : numberOf(schema, 'maxLength', 40) });
    case 'array':
      return fc.array(arbitraryOf(schema['items'] as Schema), {
        minLength: numberOf(schema, 'minItems', 0),
        maxLength: Math.max(numberOf(schema, 'minItems', 0), Math.min(numberOf(schema, 'maxItems', MOST_ITEMS), MOST_ITEMS)),
      });
    case 'object':
      return objectOf(schema);
  }
  throw new TypeError(`no values are known for ${JSON.stringify(schema)}`);
}

function objectOf(schema: Schema): fc.Arbitrary<unknown> {
  const properties = schema['properties'] as Readonly<Record<string, Schema>> | undefined;
  if (properties === undefined)
    return fc.dictionary(fc.string(), arbitraryOf(schema['additionalProperties'] as Schema), { maxKeys: MOST_ITEMS });
  const model = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, arbitraryOf(value)]));
  return fc.record(model, { requiredKeys: (schema['required'] ?? []) as string[] });
}

const numberOf = (schema: Schema, key: string, otherwise: number): number => (typeof schema[key] === 'number' ? schema[key] : otherwise);

/** Valid values that are `good` but for some of their keys: what random ones alone never come to is behind the first thing that is wrong with them. */
export const mixedWith = (good: object, format: Format): fc.Arbitrary<unknown> =>
  fc.tuple(valuesOf(format), fc.subarray(Object.keys(good))).map(([other, keys]) => ({
    ...good,
    ...Object.fromEntries(keys.filter((key) => key in (other as object)).map((key) => [key, (other as Record<string, unknown>)[key]])),
  }));
