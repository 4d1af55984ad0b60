import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { ReplicationError } from '../runtime/errors.ts';
import { tlsTrouble } from '../runtime/tls.ts';
import { unreachable } from '../runtime/unreachable.ts';

/**
 * Schemas by id and ids by schema, kept for the life of the process: schemas are immutable, so an outage of the registry
 * stops only what has not been seen yet.
 */
export type SchemaRegistryPort = {
  /** The id of a schema under a subject, registering it when new (compatibility NONE: a DDL may change a table in any way). Errors: REGISTRY_UNREACHABLE, SCHEMA_REFUSED. */
  register(subject: string, schema: object): Promise<number>;
  /** The schema as it was registered, our extra properties included. Errors: REGISTRY_UNREACHABLE, RECORD_UNREADABLE for an id the registry does not know. */
  schemaById(id: number): Promise<object>;
};

export function openRegistry(url: string): SchemaRegistryPort {
  return new CachedRegistry(url);
}

class CachedRegistry implements SchemaRegistryPort {
  private readonly url: string;
  private readonly client: SchemaRegistry;
  private readonly ids = new Map<string, Promise<number>>();
  private readonly schemas = new Map<number, Promise<object>>();

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
    this.client = new SchemaRegistry({
      host: this.url,
      retry: { retries: 2, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 1 },
    });
  }

  register(subject: string, schema: object): Promise<number> {
    const text = JSON.stringify(schema);
    return cached(this.ids, `${subject} ${text}`, () => this.registerNow(subject, text));
  }

  schemaById(id: number): Promise<object> {
    return cached(this.schemas, id, () => this.fetchNow(id));
  }

  private async registerNow(subject: string, text: string): Promise<number> {
    const ask = (): Promise<{ id: number }> =>
      this.client.register({ type: SchemaType.AVRO, schema: text }, { subject, compatibility: 'NONE' as never });
    for (let attempt = 1; ; attempt++) {
      try {
        return (await withinLimit(ask())).id;
      } catch (error) {
        if (attempt < REGISTER_ATTEMPTS && (error instanceof NoAnswer || RACE.test(reasonOf(error)))) continue;
        throw this.registryError(error, `subject ${subject}`, 'SCHEMA_REFUSED');
      }
    }
  }

  /** The client gives only parsed types, which lose our properties; the answer of this one GET is the text itself. */
  private async fetchNow(id: number): Promise<object> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/schemas/ids/${id}`, { signal: AbortSignal.timeout(5_000) });
    } catch (error) {
      throw this.registryError(error, `schema ${id}`, 'REGISTRY_UNREACHABLE');
    }
    if (response.status === 404) {
      throw new ReplicationError(
        'RECORD_UNREADABLE',
        `the schema registry at ${this.url} does not know schema ${id}`,
        'point LUTRA_REGISTRY at the registry of the source site; a record that is not ours is left out with lutra seek --to-offset on the paused channel',
      );
    }
    if (!response.ok)
      throw this.registryError(new Error(`HTTP ${response.status}`), `schema ${id}`, 'REGISTRY_UNREACHABLE');
    const { schema } = (await response.json()) as { schema: string };
    return JSON.parse(schema) as object;
  }

  private registryError(
    error: unknown,
    what: string,
    refused: 'SCHEMA_REFUSED' | 'REGISTRY_UNREACHABLE',
  ): ReplicationError {
    const text = reasonOf(error);
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
    const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (isOurs && tlsTrouble(error, '') === undefined && !NETWORK.test(text) && !RACE.test(text)) {
      return new ReplicationError(
        refused,
        `the schema registry at ${this.url} refuses ${what}: ${text}`,
        'look at the registry: its rules must not forbid new versions of this subject',
        error,
      );
    }
    return registryAway(`the schema registry at ${this.url}, asked for ${what},`, error);
  }
}

/** Resolves when the registry answers; its settings are asked for. Errors: REGISTRY_UNREACHABLE. */
export async function askRegistry(url: string): Promise<void> {
  const base = url.replace(/\/+$/, '');
  let why: unknown;
  try {
    const response = await fetch(`${base}/config`, { signal: AbortSignal.timeout(REGISTER_MS) });
    await response.body?.cancel();
    if (response.status < 500) return;
    why = new Error(`HTTP ${response.status}`);
  } catch (error) {
    why = error;
  }
  throw registryAway(`the schema registry at ${base}`, why);
}

function registryAway(place: string, cause: unknown): ReplicationError {
  return unreachable('REGISTRY_UNREACHABLE', {
    place,
    text: reasonOf(cause),
    trouble: tlsTrouble(cause, 'LUTRA_CA'),
    otherwise: 'start the registry or mend LUTRA_REGISTRY; this process tries again by itself',
    cause,
  });
}

/** A request was seen to get no answer from a registry that answers the next one at once. */
const REGISTER_MS = 3_000;
const REGISTER_ATTEMPTS = 5;

/** fetch says only "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The client answers a connection that failed with status 400 of its own making. */
const NETWORK = /ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|EPIPE|socket hang up|timed? ?out/i;

class NoAnswer extends Error {}

/** The client itself waits without end for an answer that does not come. Errors: NoAnswer. */
async function withinLimit<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => {});
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new NoAnswer(`timed out after ${REGISTER_MS / 1_000} s`)), REGISTER_MS);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Two processes register the first schema of a subject at once: the second finds the rule that the first has made, and the next try succeeds. */
const RACE = /rule .* already exists/i;

/** One request for one key at a time; a failure is forgotten, a success is kept. */
function cached<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  made.catch(() => map.delete(key));
  return made;
}
