/** A JSON value that was changed in one place. */
export interface Mutation {
  /** Where and how: `/guests/0/name removed`. */
  readonly what: string;
  readonly value: unknown;
}

/** Elements of an array that are changed; the others have the same shape. */
const MOST_ELEMENTS = 3;

/**
 * Changes a JSON value in one place at a time, in every place: members removed, added and of another type, numbers out of range, texts emptied.
 * Some results are still good; who calls this knows which.
 */
export function* mutationsOf(value: unknown, at = ''): Generator<Mutation> {
  for (const [how, changed] of changesOf(value)) yield { what: `${at || '/'} ${how}`, value: changed };
  if (Array.isArray(value)) {
    for (const [index, element] of value.slice(0, MOST_ELEMENTS).entries()) {
      for (const { what, value: changed } of mutationsOf(element, `${at}/${index}`)) yield { what, value: value.with(index, changed) };
    }
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      for (const { what, value: changed } of mutationsOf(member, `${at}/${key}`)) yield { what, value: { ...value, [key]: changed } };
    }
  }
}

function* changesOf(value: unknown): Generator<readonly [string, unknown]> {
  if (value !== null) yield ['made null', null];
  if (Array.isArray(value)) {
    yield ['emptied', []];
    yield ['made an object', {}];
  } else if (isObject(value)) {
    yield ['made an array', [value]];
    yield ['with a member nobody knows', { ...value, unknownToAll: 1 }];
    for (const key of Object.keys(value)) {
      const { [key]: _, ...rest } = value;
      yield [`without ${key}`, rest];
    }
  } else if (typeof value === 'string') {
    yield ['made a number', 7];
    yield ['emptied', ''];
    yield ['with a line break', `${value}\n`];
    yield ['in capitals', value.toUpperCase()];
  } else if (typeof value === 'number') {
    yield ['made a text', String(value)];
    yield ['made negative', -1];
    yield ['made zero', 0];
    yield ['with a fraction', value + 0.5];
    yield ['made huge', 1e300];
  } else if (typeof value === 'boolean') yield ['made a text', String(value)];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
