import { once } from 'node:events';
import { createServer } from 'node:net';
import { adminToken } from '../../stack/access.ts';
import type { StackAccess } from '../../stack/secrets.ts';
import { eventually } from './eventually.ts';
import { MortalService } from './mortal-service.ts';

/** An admin API whose end is in the hands of the test; begun again, it serves at the same address. */
export class MortalApi implements AsyncDisposable {
  readonly service: MortalService;
  private readonly url: string;
  private token = '';

  private constructor(service: MortalService, url: string) {
    this.service = service;
    this.url = url;
  }

  static async open(env: Record<string, string>, access: StackAccess, log: string): Promise<MortalApi> {
    const port = await freePort();
    const settings = { ...env, LUTRA_HTTP_PORT: String(port) };
    const api = new MortalApi(
      new MortalService('admin-api', 'services/admin-api/main.ts', settings, log),
      `http://127.0.0.1:${port}`,
    );
    await api.start();
    api.token = await adminToken(api.url, access);
    return api;
  }

  /** Resolves when it knows channels and users. */
  async start(): Promise<void> {
    this.service.start();
    await eventually('the admin API is ready', async () => (await fetch(`${this.url}/health`)).ok);
  }

  /** Rejects when no answer comes. `body` left out: GET. */
  async call(path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const json = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/api/v1${path}`, { ...json, headers });
    return { status: answer.status, body: await answer.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
