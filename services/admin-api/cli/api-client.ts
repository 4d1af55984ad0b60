import type * as z from 'zod';
import { formatProblem } from '../../../shared/model/document-problem.ts';
import { problemReplySchema } from '../api-schemas.ts';
import { CliError, EXIT } from './cli-error.ts';
import { keptToken } from './credentials.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:21080';
/** Refusals that logging in heals. */
const NOT_LOGGED_IN = new Set(['NOT_LOGGED_IN', 'SETUP_NEEDED', 'PASSWORD_CHANGE_NEEDED']);
const TIMEOUT_MS = 60_000;

export type Request = {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
};

/** Calls of the admin API. Errors: CliError with 3 when nothing of ours answers, with 4 when one is not logged in, with 1 when it refuses. */
export class ApiClient {
  readonly server: string;
  private readonly token: string | undefined;

  /** `token`: left out, LUTRA_TOKEN or what `lutra login` kept for this server; null for none. */
  constructor(server: string | undefined, token?: string | null) {
    this.server = (server ?? process.env.LUTRA_SERVER ?? DEFAULT_SERVER).replace(/\/+$/, '');
    if (!/^https?:\/\/[^/]/.test(this.server)) {
      throw new CliError(EXIT.usage, [
        `"${this.server}" is no address of an admin API; write for example ${DEFAULT_SERVER}`,
      ]);
    }
    this.token = token === undefined ? process.env.LUTRA_TOKEN || keptToken(this.server) : (token ?? undefined);
  }

  /** A JSON answer, checked against its schema. */
  async json<T extends z.ZodType>(schema: T, path: string, request: Request = {}): Promise<z.output<T>> {
    return this.read(schema, (await this.send(path, request)).text);
  }

  /** A JSON text, checked against its schema. */
  read<T extends z.ZodType>(schema: T, text: string): z.output<T> {
    const parsed = schema.safeParse(jsonOrNothing(text));
    if (parsed.success) return parsed.data;
    throw this.stranger('its answer cannot be read');
  }

  /** The answer as it is; empty for 204. */
  async text(path: string, request: Request = {}): Promise<string> {
    return (await this.send(path, request)).text;
  }

  /** The answer with its headers. */
  async send(path: string, request: Request): Promise<{ text: string; headers: Headers }> {
    const query = new URLSearchParams(request.query).toString();
    const url = `${this.server}/api/v1${path}${query === '' ? '' : `?${query}`}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: request.method ?? 'GET',
        headers: this.headersOf(request),
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      throw this.unreachable(error);
    }
    if (response.ok) return { text, headers: response.headers };
    throw this.refusal(response, text);
  }

  private headersOf({ body, headers }: Request): Record<string, string> {
    return {
      ...(body === undefined ? {} : { 'content-type': 'application/yaml' }),
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...headers,
    };
  }

  private refusal(response: Response, text: string): CliError {
    const problem = problemReplySchema.safeParse(jsonOrNothing(text));
    if (!problem.success) return this.stranger(`it answered ${response.status}`);
    const { code, detail, remedy, problems } = problem.data;
    if (NOT_LOGGED_IN.has(code))
      return new CliError(EXIT.notLoggedIn, [`not logged in at ${this.server}: ${detail}; ${remedy}`]);
    return new CliError(EXIT.refused, problems.length > 0 ? problems.map(formatProblem) : [`${detail}; ${remedy}`]);
  }

  private unreachable(error: unknown): CliError {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? 'no answer in time'
        : code || (cause instanceof Error ? cause.message : String(cause));
    return new CliError(EXIT.unreachable, [
      `the admin API at ${this.server} is not reachable (${why}); start it, or give its address with --server URL or LUTRA_SERVER`,
    ]);
  }

  private stranger(why: string): CliError {
    return new CliError(EXIT.unreachable, [
      `what answers at ${this.server} is not an admin API of Lutra that fits this command (${why}); give the right address with --server URL or LUTRA_SERVER`,
    ]);
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
