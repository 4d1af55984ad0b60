import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { type JsonSchema, schemaValues, strangeValues } from './schema-values.ts';

type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
};
type Operation = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
};
export type OpenApi = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

export type FuzzOptions = {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Values that lead somewhere, by the name of a parameter. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  /** Bodies that are right, by content type; they are also sent with damage. */
  readonly bodies: readonly string[];
  /** Texts that must not stand in any answer. */
  readonly secrets: readonly string[];
  readonly seed: number;
  readonly runs: number;
};

type Sent = {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};
type Answer = { readonly status: number; readonly type: string; readonly body: string };

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** What was answered how often, `GET /path 200` -> count. */
export type Seen = Map<string, number>;

/**
 * Sends every operation of the document values that fit its schemas and values that do not, and expects of every answer that it is declared, fits its schema,
 * is no failure of the server, and tells nothing of its inside. Errors: the counterexample with its seed.
 */
export async function fuzz(document: OpenApi, options: FuzzOptions): Promise<Seen> {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'openapi' });
  const seen: Seen = new Map();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (isEndless(operation)) continue;
      const validatorOf = (status: string, type: string): ValidateFunction | undefined => {
        const pointer = ['paths', path, method, 'responses', status, 'content', type, 'schema'].map(pointerPart);
        return ajv.getSchema(`openapi#/${pointer.join('/')}`) as ValidateFunction | undefined;
      };
      const property = fc.asyncProperty(requests(path, method, operation, options), async (sent) => {
        const answer = await send(options.url, sent);
        const name = `${method.toUpperCase()} ${path} ${answer.status}`;
        seen.set(name, (seen.get(name) ?? 0) + 1);
        expectAnswer(sent, answer, operation, validatorOf, options.secrets);
      });
      await fc.assert(property, { numRuns: options.runs, seed: options.seed, endOnFailure: true });
    }
  }
  return seen;
}

/** A stream of events: its answer does not end. */
function isEndless({ responses }: Operation): boolean {
  return Object.values(responses).some(({ content }) => content?.['text/event-stream'] !== undefined);
}

function requests(path: string, method: string, operation: Operation, options: FuzzOptions): fc.Arbitrary<Sent> {
  const parameters = operation.parameters ?? [];
  const textOf = ({ name, schema }: Parameter): fc.Arbitrary<string> => {
    const fits = schemaValues(schema).map(asText);
    const known = options.known[name];
    const usual = known === undefined ? fits : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, fits);
    return fc.oneof({ weight: 4, arbitrary: usual }, strangeValues().map(asText));
  };
  const some = (place: Parameter['in']): fc.Arbitrary<Record<string, string | undefined>> =>
    fc.record(
      Object.fromEntries(parameters.filter((each) => each.in === place).map((each) => [each.name, textOf(each)])),
      place === 'path' ? {} : { requiredKeys: [] },
    );
  const types = Object.keys(operation.requestBody?.content ?? {});
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const strangeQuery = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 20 }), {
    maxKeys: 2,
  });
  return fc
    .record({
      path: some('path'),
      query: fc.oneof({ weight: 3, arbitrary: some('query') }, strangeQuery),
      headers: some('header'),
      type: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...(types.length > 0 ? types : ['application/json'])) },
        fc.constantFrom('application/xml', 'text/plain', 'application/json; charset=x', 'nonsense', ''),
      ),
      body: schema === undefined ? fc.constantFrom('', '', '{}', 'x') : bodies(schema, options.bodies),
    })
    .map(({ path: inPath, query, headers, type, body }) => {
      // NOTE an empty part would be another path.
      const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(wellFormed(inPath[name] || '-')),
      );
      const search = Object.entries(query).map(
        ([name, value = '']) => `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(value))}`,
      );
      const own = Object.fromEntries(Object.entries(headers).map(([name, value = '']) => [name, headerText(value)]));
      const isBare = method === 'get' || method === 'delete';
      return {
        method: method.toUpperCase(),
        path: `${place}${search.length > 0 ? `?${search.join('&')}` : ''}`,
        headers: {
          ...options.headers,
          ...own,
          ...(isBare || type === '' ? {} : { 'content-type': type }),
        },
        body: isBare ? '' : body,
      };
    });
}

function bodies(schema: JsonSchema, right: readonly string[]): fc.Arbitrary<string> {
  const fits = schemaValues(schema).map((value) => JSON.stringify(value) ?? '');
  const damaged = fc
    .record({ body: fc.constantFrom(...right), at: fc.nat(), cut: fc.nat(40), noise: strangeValues().map(asText) })
    .map(({ body, at, cut, noise }) => {
      const place = at % (body.length + 1);
      return body.slice(0, place) + noise.slice(0, 200) + body.slice(place + cut);
    });
  return fc.oneof(
    { weight: 4, arbitrary: fits },
    { weight: 2, arbitrary: fc.constantFrom(...right) },
    { weight: 2, arbitrary: damaged },
    strangeValues().map((value) => JSON.stringify(value) ?? ''),
    strangeValues().map(asText),
  );
}

async function send(url: string, { method, path, headers, body }: Sent): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const call = request(url + path, { method, headers, agent }, async (answer) => {
    const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    resolve({ status: answer.statusCode ?? 0, type, body: await text(answer) });
  });
  call.on('error', reject);
  call.end(body);
  return promise;
}

/** Texts of our inside: places in files, frames of a stack, names of errors of the runtime. */
const INSIDE = /\bat (async )?[\w.<>]+ \(|node_modules|\.ts:\d+|file:\/\/|TypeError|ReferenceError|RangeError|ZodError/;

function expectAnswer(
  sent: Sent,
  { status, type, body }: Answer,
  { responses }: Operation,
  validatorOf: (status: string, type: string) => ValidateFunction | undefined,
  secrets: readonly string[],
): void {
  const what = `${sent.method} ${sent.path} ${sent.body.slice(0, 500)} -> ${status} ${body.slice(0, 1000)}`;
  assert.ok(status < 500 || status === 501 || status === 503, what);
  assert.ok(
    !INSIDE.test(body.replaceAll(sent.path, '')) || INSIDE.test(sent.body + sent.path),
    `tells of its inside: ${what}`,
  );
  for (const secret of secrets) assert.ok(!body.includes(secret), `tells a secret: ${what}`);
  const declared = [String(status), `${String(status)[0]}XX`].find((each) => responses[each] !== undefined);
  assert.ok(declared !== undefined, `not declared: ${what}`);
  if (status >= 400) assert.equal(type, 'application/problem+json', what);
  if (!type.endsWith('json')) return;
  const content: unknown = JSON.parse(body);
  if (status >= 400) {
    const { code, detail, remedy } = content as Record<string, unknown>;
    assert.ok(/^[A-Z][A-Z_]+$/.test(String(code)) && detail && remedy, what);
  }
  const validate = validatorOf(declared, 'application/json') ?? validatorOf(declared, type);
  assert.ok(validate !== undefined, `without a schema: ${what}`);
  assert.ok(validate(content), `does not fit its schema: ${JSON.stringify(validate.errors?.slice(0, 3))} ${what}`);
}

function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Half of a surrogate pair cannot stand in a URL. */
function wellFormed(value: string): string {
  return value.toWellFormed().slice(0, 2_000);
}

/** What may stand in a header. */
function headerText(value: string): string {
  return value
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .trim()
    .slice(0, 1_000);
}
