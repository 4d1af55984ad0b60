import fc from 'fast-check';

export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
};

/** Values that fit a JSON schema, as far as it is used in the documents of this project. */
export function schemaValues(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return fc.oneof(...branches.map((branch) => schemaValues(branch, depth)));
  const [type] = Array.isArray(schema.type) ? schema.type : [schema.type];
  switch (type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({ min: bound(schema.minimum, -1_000_000), max: bound(schema.maximum, 1_000_000) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(schemaValues(schema.items ?? {}, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: depth > 3 ? 1 : 3,
      });
    case 'object':
      return objects(schema, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function bound(wanted: number | undefined, other: number): number {
  return wanted === undefined || Math.abs(wanted) > 2 ** 31 ? other : wanted;
}

function texts({ pattern, format, minLength = 0, maxLength = 60 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'uri') return fc.constantFrom(...NOBODY_THERE);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)), unit: 'grapheme' });
}

function objects(
  { properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema,
  depth: number,
): fc.Arbitrary<unknown> {
  const known = Object.entries(properties).filter(([name]) => required.includes(name) || depth < 4);
  const own = fc.record(Object.fromEntries(known.map(([name, each]) => [name, schemaValues(each, depth + 1)])), {
    requiredKeys: [...required],
  });
  if (typeof additionalProperties !== 'object') return own;
  const names = texts(propertyNames ?? { minLength: 1, maxLength: 20 });
  const more = fc.dictionary(names, schemaValues(additionalProperties, depth + 1), { maxKeys: 3 });
  return fc.tuple(own, more).map(([a, b]) => ({ ...b, ...a }));
}

/** Addresses at which nobody answers: what is sent there leaves the machine nowhere. */
const NOBODY_THERE = ['http://127.0.0.1:1/', 'http://127.0.0.1:1/?secret=x', 'https://localhost:1/notice'] as const;

const NASTY = [
  '',
  ' ',
  '\0',
  '\u{1f980}',
  '\ud800',
  '../../etc/passwd',
  '%00',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e400',
  '99999999999999999999',
  'NaN',
  '2026-02-30T00:00:00Z',
  '*',
  '/(a+)+$/',
  'x'.repeat(10_000),
  '['.repeat(5_000),
  '&a [*a]',
  '---\n'.repeat(50),
  '{"__proto__": {"role": "admin"}}',
] as const;

/** Values that nobody expects. */
export function strangeValues(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(...NASTY),
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.constantFrom(0, -0, 1e308, -(2 ** 53), null, true, [], {}, [[]], { a: { b: {} } }),
  );
}
