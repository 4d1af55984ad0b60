import assert from 'node:assert/strict';
import type { QuarantineEntry } from '../../shared/model/quarantine-entry.ts';
import { callAdmin } from './access.ts';
import { eventually } from './eventually.ts';
import type { Flow } from './flow.ts';

/** Rows of a flow's channel that are refused or wait, in source order, as the admin API tells them; with `state` the others. */
export async function quarantined(flow: Flow, state = ''): Promise<QuarantineEntry[]> {
  const query = `limit=1000${state === '' ? '' : `&state=${state}`}`;
  const answer = await callAdmin(flow.stack, `${pathOf(flow)}/quarantine?${query}`);
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { items: QuarantineEntry[] }).items;
}

/** Waits until the quarantine is as it should be. */
export function untilQuarantine(
  flow: Flow,
  what: string,
  holds: (rows: readonly QuarantineEntry[]) => boolean,
): Promise<QuarantineEntry[]> {
  const ask = async (): Promise<QuarantineEntry[] | undefined> => {
    const rows = await quarantined(flow);
    return holds(rows) ? rows : undefined;
  };
  return eventually(what, ask, {
    limitMs: 30_000,
    describe: async () => ({ rows: await quarantined(flow), status: await flow.status() }),
  });
}

/** `refused id=2`, `waiting id=2` in source order. */
export function states(rows: readonly QuarantineEntry[]): string[] {
  return rows.map(
    ({ state, row }) =>
      `${state} ${Object.entries(row?.key ?? {})
        .map((pair) => pair.join('='))
        .join()}`,
  );
}

/** Waits until exactly these rows are in quarantine, given as `states` tells them. */
export function untilStates(flow: Flow, expected: readonly string[]): Promise<QuarantineEntry[]> {
  return untilQuarantine(flow, `quarantine ${expected.join('; ')}`, (rows) => states(rows).join() === expected.join());
}

/** Decides about a row; resolves to the HTTP status. */
export async function decideRow(flow: Flow, { id }: { readonly id: string }, decision: object): Promise<number> {
  const answer = await callAdmin(flow.stack, `${pathOf(flow)}/pipelines/p/quarantine/${id}/decision`, decision);
  return answer.status;
}

/** Decides about all refused rows; resolves to the HTTP status. */
export async function decideAllRows(flow: Flow, decision: object): Promise<number> {
  const answer = await callAdmin(flow.stack, `${pathOf(flow)}/pipelines/p/quarantine/decision`, decision);
  return answer.status;
}

function pathOf(flow: Flow): string {
  return `/api/v1/channels/${flow.name}`;
}
