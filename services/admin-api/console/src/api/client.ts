import type { DocumentProblem } from './types.ts';

/** A refusal of the API, or its absence. `message` is the sentence, `remedy` what to do; `problems` lists the parts. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly problems: readonly DocumentProblem[];

  constructor(status: number, code: string, detail: string, remedy: string, problems: readonly DocumentProblem[] = []) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.problems = problems;
  }

  /** Nobody answered, or the answer was that something behind the API is away. */
  get isAway(): boolean {
    return this.status === 0 || this.status === 503;
  }

  /** The session is over, or may do nothing before the password is changed. */
  get needsLogIn(): boolean {
    return this.status === 401 || this.code === 'PASSWORD_CHANGE_NEEDED';
  }

  /** The route does not exist in this version. */
  get isUnknownRoute(): boolean {
    return this.status === 404 && this.code === 'ROUTE_UNKNOWN';
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
export type Sent = { readonly method?: string; readonly query?: Query | undefined; readonly revision?: number } & (
  | { readonly json?: unknown; readonly yaml?: never }
  | { readonly yaml: string; readonly json?: never }
);

let csrfToken: string | undefined;

/** The session's token, which every change must bear. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** Calls `/api/v1<path>`; resolves to the JSON of the answer. Errors: Problem. */
export async function call<T>(path: string, sent: Sent = {}): Promise<T> {
  const text = await callText(path, sent);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The same for answers that are text, such as a document as YAML. */
export async function callText(path: string, sent: Sent = {}): Promise<string> {
  const { method = 'GET', query } = sent;
  const response = await fetch(`/api/v1${path}${queryText(query)}`, {
    method,
    headers: headersOf(sent, method),
    credentials: 'same-origin',
    ...bodyOf(sent),
  }).catch((): never => {
    throw new Problem(0, 'API_AWAY', 'the admin API does not answer', 'look whether it runs and can be reached');
  });
  const text = await response.text();
  if (response.ok) return text;
  throw problemOf(response.status, text);
}

function headersOf(sent: Sent, method: string): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (sent.yaml !== undefined) headers['content-type'] = 'application/yaml';
  if (sent.json !== undefined) headers['content-type'] = 'application/json';
  if (sent.revision !== undefined) headers['if-match'] = `"${sent.revision}"`;
  if (method !== 'GET' && csrfToken !== undefined) headers['x-lutra-csrf'] = csrfToken;
  return headers;
}

function bodyOf({ yaml, json }: Sent): { body?: string } {
  if (yaml !== undefined) return { body: yaml };
  return json === undefined ? {} : { body: JSON.stringify(json) };
}

function queryText(query: Query | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

function problemOf(status: number, text: string): Problem {
  try {
    const { code, detail, remedy, problems } = JSON.parse(text) as Record<string, unknown>;
    if (typeof code === 'string') {
      const list = Array.isArray(problems) ? (problems as DocumentProblem[]) : [];
      return new Problem(status, code, String(detail ?? code), String(remedy ?? ''), list);
    }
  } catch {
    // not an answer of the API: a proxy in between
  }
  return new Problem(status, `HTTP_${status}`, `the answer was ${status}`, 'look at what stands before the admin API');
}
