/** zod's schemas as those of OpenAPI 3.1, which are JSON Schema 2020-12; named ones stand once, under `components`. */
import { z } from 'zod';
import { describedArray } from '../bounded.ts';
import { FIELD_TEXTS } from './field-texts.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
export type Components = Record<string, JsonSchema>;

const DEFINITIONS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** side: `sent` takes no other fields; in what is `read`, a client ignores those that it does not know. */
type Side = 'sent' | 'read';
export type Into = { components: Components; language: 'en' | 'zh' };

/** The schema, with the named ones that it refers to added to `components`. */
export function schemaOf(schema: z.core.$ZodType, side: Side, { components, language }: Into): JsonSchema {
  const named: Components = {};
  const made = convert(schema, side, named);
  const finish = (one: JsonSchema): JsonSchema => described(withReferences(one), language);
  for (const [name, one] of Object.entries(named)) components[name] ??= finish(unnamed(one));
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) return finish(made);
  components[id] ??= finish(unnamed(made));
  return { $ref: COMPONENTS + id };
}
const unnamed = ({ id: _, ...schema }: JsonSchema): JsonSchema => schema;

/** The named schemas that it refers to, at any depth, are added to `named`. */
function convert(schema: z.core.$ZodType, side: Side, named: Components): JsonSchema {
  const {
    $schema: _,
    $defs,
    ...made
  } = z.toJSONSchema(schema, {
    ...{ target: 'draft-2020-12', io: 'input', unrepresentable: 'any' },
    override: ({ zodSchema, jsonSchema }) => correct(zodSchema, jsonSchema, { side, named }),
  });
  Object.assign(named, $defs);
  return made;
}

function correct(zodSchema: z.core.$ZodType, schema: JsonSchema, { side, named }: { side: Side; named: Components }): void {
  const array = describedArray(zodSchema);
  if (array) Object.assign(schema, convert(array, side, named));
  if (side === 'read' && schema.additionalProperties === false) delete schema.additionalProperties;
  // What tells a reader nothing: the bounds of JavaScript's whole numbers, and the pattern of a format that has a name.
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time' || schema.format === 'date') delete schema.pattern;
}

/** Each property with what it holds. */
function described(schema: JsonSchema, language: 'en' | 'zh'): JsonSchema {
  for (const one of [schema, ...Object.values(schema.$defs ?? {})]) {
    for (const [name, property] of Object.entries(one.properties ?? {})) {
      if (typeof property === 'boolean') continue;
      const text = FIELD_TEXTS[name]?.[language];
      if (text !== undefined) property.description ??= text;
      described(property, language);
    }
    if (isSchema(one.items)) described(one.items, language);
  }
  return schema;
}
const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy whose references are to the components. */
function withReferences(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (name, value: unknown) => {
    if (name === '$ref' && typeof value === 'string') return value.replace(DEFINITIONS, COMPONENTS);
    return value;
  });
}
