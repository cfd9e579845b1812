/** Values made from the JSON Schemas of a document: legal ones, and ones with one thing broken. For fast-check, so that a seed says all. */
import fc from 'fast-check';
import type { Components, JsonSchema } from '../../../contract/openapi/schemas.ts';

type Any = fc.Arbitrary<unknown>;
type Schema = JsonSchema | boolean;
/** Longest text and list that is made where a schema sets no smaller limit; those at the limit are made by `broken`. */
const MAX_TEXT = 40;
const MAX_ITEMS = 3;

export type Maker = { legal(schema: Schema): Any; broken(schema: Schema): Any };

export function makerFor(components: Components): Maker {
  const resolved = (schema: Schema): JsonSchema => {
    if (typeof schema === 'boolean') return {};
    const name = schema.$ref?.replace('#/components/schemas/', '');
    if (name === undefined) return schema;
    const named = components[name];
    if (!named) throw new Error(`no schema ${name}`);
    return named;
  };

  function legal(given: Schema): Any {
    const schema = resolved(given);
    const any = schema.anyOf ?? schema.oneOf;
    if (any) return fc.oneof(...any.map((one) => legal(one)));
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const [type] = Array.isArray(schema.type) ? schema.type : [schema.type];
    return MAKERS[type ?? 'any']?.(schema) ?? fc.jsonValue();
  }

  const MAKERS: Record<string, (schema: JsonSchema) => Any> = {
    string: textOf,
    integer: ({ minimum = -1_000, maximum = 1_000_000 }) => fc.integer({ min: Number(minimum), max: Number(maximum) }),
    number: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
    boolean: () => fc.boolean(),
    null: () => fc.constant(null),
    array: ({ items, minItems = 0, maxItems = MAX_ITEMS }) =>
      fc.array(legal(Array.isArray(items) ? true : (items ?? true)), {
        minLength: Number(minItems),
        maxLength: Math.max(Number(minItems), Math.min(Number(maxItems), MAX_ITEMS)),
      }),
    object: ({ properties, required = [] }) => {
      if (!properties) return fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), fc.jsonValue(), { maxKeys: 3 });
      const fields = Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, legal(property)]));
      return fc.record(fields, { requiredKeys: [...required] });
    },
  };

  /** One thing is wrong: a field of another type, beyond a limit, missing or unknown; or the whole is something else. */
  function broken(given: Schema): Any {
    const schema = resolved(given);
    const { properties, required = [] } = schema;
    if (!properties) return wrongFor(schema);
    const wrong = Object.entries(properties).map(([name, property]) =>
      fc.tuple(legal(schema), broken(property)).map(([value, bad]) => ({ ...asObject(value), [name]: bad })),
    );
    const missing = required.map((name) => legal(schema).map((value) => without(asObject(value), name)));
    const unknown = fc
      .tuple(legal(schema), fc.string({ minLength: 1, maxLength: 70 }), fc.jsonValue())
      .map(([value, name, bad]) => ({ ...asObject(value), [name]: bad }));
    return fc.oneof(...wrong, ...missing, unknown, fc.constantFrom(null, [], 'text', 0, true));
  }

  /** Of another type, beyond each limit, or odd in a way that has broken services: lone surrogates, NUL, `__proto__`. */
  function wrongFor(schema: JsonSchema): Any {
    const odd: Any[] = [fc.constantFrom<unknown>(...ODD), fc.jsonValue()];
    if (schema.maxLength !== undefined) odd.push(fc.constant('x'.repeat(Math.min(schema.maxLength + 1, 100_001))));
    if (schema.maximum !== undefined) odd.push(fc.constant(Number(schema.maximum) + 1));
    if (schema.minimum !== undefined) odd.push(fc.constant(Number(schema.minimum) - 1));
    if (schema.type === 'array') {
      const { items = true, maxItems = 50 } = schema;
      const one = Array.isArray(items) ? true : items;
      odd.push(fc.array(broken(one), { minLength: 1, maxLength: MAX_ITEMS }));
      odd.push(legal(one).map((value) => Array.from({ length: Math.min(Number(maxItems) + 1, 1_001) }, () => value)));
    }
    return fc.oneof(...odd);
  }
  return { legal, broken };
}

const ODD = [
  ...[null, true, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER + 1, '', ' ', '\u0000', '\ud800', '__proto__', '../../etc/passwd'],
  ...["' OR 1=1 --", '<script>', '\u202e', {}, [], [[]], { constructor: { prototype: 1 } }, '9'.repeat(400)],
];

function textOf({ format, pattern, minLength = 0, maxLength = MAX_TEXT }: JsonSchema): Any {
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString());
  if (format === 'date')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString().slice(0, 10));
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, MAX_TEXT)) };
  return fc.oneof(fc.string(length), fc.string({ ...length, unit: 'grapheme' }));
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const without = (value: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
