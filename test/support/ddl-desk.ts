import assert from 'node:assert/strict';
import type { DdlEntry } from '../../shared/model/ddl-entry.ts';
import { callAdmin } from './access.ts';
import { eventually } from './eventually.ts';
import type { Flow } from './flow.ts';

/** Statements of a flow's channel, newest first, as the admin API tells them. */
export async function statementsOf(flow: Flow): Promise<DdlEntry[]> {
  const answer = await callAdmin(flow.stack, `/api/v1/channels/${flow.name}/ddl`);
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { items: DdlEntry[] }).items;
}

/** Waits for a statement. */
export function untilStatement(flow: Flow, what: string, holds: (entry: DdlEntry) => boolean): Promise<DdlEntry> {
  const ask = async (): Promise<DdlEntry | undefined> => (await statementsOf(flow)).find(holds);
  return eventually(what, ask, { limitMs: 30_000, describe: () => statementsOf(flow) });
}

/** Decides about a statement; resolves to the HTTP status. */
export async function decide(flow: Flow, { id }: { readonly id: string }, decision: object): Promise<number> {
  const path = `/api/v1/channels/${flow.name}/pipelines/p/ddl/${id}/decision`;
  const answer = await callAdmin(flow.stack, path, decision);
  return answer.status;
}
