import { setTimeout as delay } from 'node:timers/promises';
import { Channels, stateLine } from '../demo/channels.ts';
import { compareTables, differenceLine } from '../demo/compare.ts';
import { query, type Row } from '../demo/servers.ts';
import type { StackHandle } from '../stack/api.ts';
import type { Pulse } from './pulse.ts';
import type { ChaosRoute } from './route.ts';

const POLL_MS = 250;
const TELL_EVERY_MS = 15_000;
/** Heartbeats come once a second. */
const CALM_LAG_MS = 5_000;

export type EndState = { readonly tables: number; readonly rows: number; readonly violations: readonly string[] };

/** Waits until every pipeline runs and everything that the sources have committed is at the targets; resolves to what is not so after `limitMs`. */
export async function untilCalm(
  stack: StackHandle,
  routes: readonly ChaosRoute[],
  pulses: readonly Pulse[],
  { limitMs, tell }: { readonly limitMs: number; readonly tell: (line: string) => void },
): Promise<string[]> {
  const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  const deadline = performance.now() + limitMs;
  for (let told = performance.now(); ; ) {
    const late = pulses.flatMap((pulse, n) =>
      pulse.lagMs > 0 ? [`${routes[n]?.title} is ${pulse.lagMs} ms behind`] : [],
    );
    const states = await Promise.all(routes.map((route) => troublesOf(channels, route)));
    const found = [...late, ...states.flat()];
    if (found.length === 0 || performance.now() > deadline) return found;
    if (performance.now() - told > TELL_EVERY_MS) {
      told = performance.now();
      for (const trouble of found) tell(`waiting: ${trouble}`);
    }
    await delay(POLL_MS);
  }
}

async function troublesOf(channels: Channels, { channel }: ChaosRoute): Promise<string[]> {
  try {
    const { pipelines } = await channels.status(channel);
    return pipelines.flatMap((pipeline) => {
      if (pipeline.state !== 'running') return [`${channel}: ${stateLine(pipeline)}`];
      const lagMs = pipeline.loader?.lagMs ?? 0;
      if (lagMs <= CALM_LAG_MS) return [];
      const at = (pipeline.offsets ?? []).map(({ partition, next, end }) => `${partition}: ${next} of ${end}`);
      return [`${channel}: lag ${lagMs} ms, ${pipeline.rowsPerSecond} rows/s, offsets ${at.join(', ')}`];
    });
  } catch (error) {
    return [`${channel}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Compares source and target of every route, and looks for what waits. Both must stand still. */
export async function endState(routes: readonly ChaosRoute[]): Promise<EndState> {
  let tables = 0;
  let rows = 0;
  const violations: string[] = [];
  for (const { title, from, to } of routes) {
    const names = await layoutOf(from);
    const copies = await layoutOf(to);
    for (const table of new Set([...names.keys(), ...copies.keys()])) {
      if (names.get(table) !== copies.get(table)) {
        violations.push(
          `${title}: ${table} has ${names.get(table) ?? 'no columns'} at the source, ${copies.get(table) ?? 'none'} at the target`,
        );
        continue;
      }
      const found = await compareTables({ source: { ...from, table }, target: { ...to, table } }, 5);
      tables++;
      rows += found.rows;
      if (found.differences > 0) violations.push(`${title}: ${found.differences} differences in ${table}`);
      violations.push(...found.examples.map((example) => `  ${differenceLine(example)}`));
    }
  }
  const targets = new Map(routes.map(({ to }) => [to.server.port, to]));
  for (const to of targets.values()) violations.push(...(await waitingAt(to)));
  return { tables, rows, violations };
}

/** Table -> its columns with their types. */
async function layoutOf({ server, schema }: ChaosRoute['from']): Promise<Map<string, string>> {
  const columns = await query(
    server,
    'SELECT TABLE_NAME AS name, COLUMN_NAME AS col, DATA_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION',
    [schema],
  );
  const layout = new Map<string, string>();
  for (const { name, col, type } of columns)
    layout.set(String(name), `${layout.get(String(name)) ?? ''} ${col} ${type},`);
  return layout;
}

/** Statements and rows that wait for a person at a target. */
async function waitingAt({ server }: ChaosRoute['to']): Promise<string[]> {
  const exists = async (table: string): Promise<boolean> =>
    (
      await query(server, "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'lutra' AND TABLE_NAME = ?", [
        table,
      ])
    ).length > 0;
  const statements = (await exists('ddl'))
    ? await query(
        server,
        "SELECT channel, state, LEFT(statement, 80) AS word, reason FROM lutra.ddl WHERE state NOT IN ('applied', 'skipped')",
      )
    : [];
  const parked = (await exists('parked')) ? await query(server, 'SELECT COUNT(*) AS n FROM lutra.parked') : [];
  const line = ({ channel, state, word, reason }: Row): string =>
    `${channel}: a statement is ${state}: ${word} ${reason ?? ''}`;
  const rows = Number(parked[0]?.n ?? 0);
  return [...statements.map(line), ...(rows > 0 ? [`${rows} rows are parked at port ${server.port}`] : [])];
}
