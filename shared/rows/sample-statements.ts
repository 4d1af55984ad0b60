import { DELETE, INSERT, UPDATE } from '../codec/record-head.ts';
import type { TableFacts } from '../mysql/table-facts.ts';
import { PagePool } from './byte-sink.ts';
import { type MappingRoute, mappedPlan, mapRows } from './mapping/mapped-plan.ts';
import { planTools, type TargetServer } from './mapping/plan-tools.ts';
import { type Images, rewritten } from './mapping/row-transform.ts';
import { merge } from './merger.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import { plainStatement } from './row-statements.ts';
import { compileRowWriters } from './row-writers.ts';
import { AS_NAMED, loggedRows, namedCells, OLD_ROW, ROW, sampleMaker } from './sample-row.ts';
import { buildSteps, loadSql, type StatementOptions } from './statements.ts';
import { type ApplyKind, isLeftOut } from './table-plan.ts';

/** What the loader sends for one row, with `:column` for its values and `:old.column` for those before an update. */
export type SampleStatements = {
  readonly kind: ApplyKind;
  /** In the order in which they are sent; empty: nothing is. */
  readonly insert: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
  /** Instead of the INSERT, when a batch sets many rows of the table or large ones. */
  readonly load?: string;
};

const IMAGES: Readonly<Record<'insert' | 'update' | 'delete', { readonly op: number; readonly images: Images }>> = {
  insert: { op: INSERT, images: { before: undefined, after: ROW } },
  update: { op: UPDATE, images: { before: OLD_ROW, after: ROW } },
  delete: { op: DELETE, images: { before: ROW, after: undefined } },
};

/**
 * The statements for rows of a source table, made by what the loader makes them with, from the structure of both tables alone.
 * Errors: those by which the loader would refuse the table, TARGET_… and DOCUMENT_INVALID.
 */
export async function sampleStatements(
  source: TableFacts,
  route: MappingRoute,
  server: TargetServer,
): Promise<SampleStatements> {
  const rows = loggedRows(source);
  const tools = planTools({ source, mapping: route.mapping }, server);
  await mappedPlan(rows, route, tools);
  const { place, plan, mapped, history } = await mapRows(rows, route, {
    ...tools,
    plan: (made, target) => {
      const own = tools.plan(namedCells(made), target);
      return { ...own, write: compileRowWriters(own, server.isMariaDb, AS_NAMED) };
    },
  });
  const copies = history && { plan: history.plan, encoder: sampleMaker({ place, mapped: history.mapped }) };
  const parts = { place, encoder: sampleMaker({ place, mapped }), history: copies };
  const of = (change: keyof typeof IMAGES): string[] => {
    const { op, images } = IMAGES[change];
    return statementsOf(rewritten(parts, emptyEvent(plan, op), op, images), server.isMariaDb);
  };
  const load = plan.kind === 'load' ? { load: loadSql(plan, 'REPLACE') } : {};
  return { kind: plan.kind, insert: of('insert'), update: of('update'), delete: of('delete'), ...load };
}

function emptyEvent(plan: CompiledPlan, op: number): RowEvent {
  return { plan, op, key: null, value: Buffer.alloc(0), bodyAt: 0, offset: '0' };
}

function statementsOf(events: readonly RowEvent[], isMariaDb: boolean): string[] {
  const pool = new PagePool();
  const options: StatementOptions = { isMariaDb, maxBytes: 1 << 20, pool, mayLoad: () => true };
  return buildSteps(merge(events), options).flatMap((step) => {
    if (step.kind === 'load') return [];
    if (step.kind === 'statement') return [step.sql];
    return isLeftOut(step.plan, step.event.op) ? [] : [plainStatement(step.event, pool)];
  });
}
