import type { StackHandle } from '../../stack/api.ts';
import type { CliResult } from './admin-bench.ts';
import { runCli } from './admin-bench.ts';

/** A request to the admin API of a stack as its admin; a body goes as JSON. `path` begins with `/api/v1`. */
export function callAdmin(stack: StackHandle, path: string, body?: object): Promise<Response> {
  const authorization = `Bearer ${stack.token}`;
  const url = `${stack.address('admin-api', 'http')}${path}`;
  if (body === undefined) return fetch(url, { headers: { authorization } });
  const headers = { authorization, 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The command line, as the admin of a stack runs it. */
export function runLutra(stack: StackHandle, ...args: readonly string[]): Promise<CliResult> {
  return runCli(['--server', stack.address('admin-api', 'http'), ...args], { token: stack.token });
}
