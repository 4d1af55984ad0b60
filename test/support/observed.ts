import type { LogEntry } from '../../services/admin-api/schemas/logs.ts';
import type { Diagnostics, Link, Node } from '../../services/admin-api/schemas/nodes.ts';
import type { StackHandle } from '../../stack/api.ts';

/** What the admin API of a stack tells of its processes. */
export class Observed {
  private readonly stack: StackHandle;

  constructor(stack: StackHandle) {
    this.stack = stack;
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.send('GET', path);
    if (!response.ok) throw new Error(`GET ${path} answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The answer as it is, also a refusal. */
  send(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<Response> {
    const authorization = `Bearer ${this.stack.token}`;
    const url = `${this.stack.address('admin-api', 'http')}/api/v1${path}`;
    if (body === undefined) return fetch(url, { method, headers: { authorization } });
    const headers = { authorization, 'content-type': 'application/json' };
    return fetch(url, { method, body: JSON.stringify(body), headers });
  }

  async nodes(): Promise<Node[]> {
    return (await this.get<{ items: Node[] }>('/nodes?limit=1000')).items;
  }

  async node(instance: string): Promise<Node | undefined> {
    return (await this.nodes()).find((node) => node.instance === instance);
  }

  async links(): Promise<Link[]> {
    return (await this.get<Diagnostics>('/diagnostics')).links;
  }

  async link(from: string, to: string): Promise<Link | undefined> {
    return (await this.links()).find((link) => link.from === from && link.to === to);
  }

  async logs(query: string): Promise<LogEntry[]> {
    return (await this.get<{ items: LogEntry[] }>(`/logs?limit=1000&${query}`)).items;
  }
}
