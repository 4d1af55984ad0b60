import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { CompiledPlan } from './row-event.ts';
import { hasRecordHead, parseRowSchema, type RowSchema } from './row-schema.ts';
import { compileRowWriters } from './row-writers.ts';
import { planTable } from './table-plan.ts';
import type { TargetSession } from './target-session.ts';

/** What to do with records of a schema: apply by a plan, or only count them (`none`: a table that is not mapped, a heartbeat, a statement). */
export type SchemaUse = CompiledPlan | 'none';

/** Plans by schema id, made when the id is first met and kept as long as the session: a restart of the lane looks at the target anew. */
export class PlanCache {
  private readonly uses = new Map<number, SchemaUse>();
  private readonly registry: SchemaRegistryPort;
  private readonly session: TargetSession;
  private readonly mapTable: (source: TableName) => TableName | undefined;

  constructor(
    registry: SchemaRegistryPort,
    session: TargetSession,
    mapTable: (source: TableName) => TableName | undefined,
  ) {
    this.registry = registry;
    this.session = session;
    this.mapTable = mapTable;
  }

  known(id: number): SchemaUse | undefined {
    return this.uses.get(id);
  }

  /** Errors: REGISTRY_UNREACHABLE, RECORD_UNREADABLE without a place (the reader adds it), TARGET_… */
  async load(id: number): Promise<SchemaUse> {
    const use = await this.makeUse(id, await this.registry.schemaById(id));
    this.uses.set(id, use);
    return use;
  }

  private async makeUse(id: number, schema: unknown): Promise<SchemaUse> {
    const rows = hasRecordHead(schema) ? readRowSchema(id, schema) : foreign(id, 'does not begin with op and source');
    if (rows === undefined) return 'none';
    const name = this.mapTable({ schema: rows.schema, table: rows.table });
    if (name === undefined) return 'none';
    const target = await this.session.table(name);
    if (target === undefined) throw tableMissing(rows, name);
    const plan = planTable(rows, target, this.session.canLoad);
    return { ...plan, write: compileRowWriters(plan, this.session.isMariaDb) };
  }
}

function readRowSchema(id: number, schema: unknown): RowSchema | undefined {
  try {
    return parseRowSchema(schema);
  } catch (error) {
    return foreign(id, error instanceof RangeError ? error.message : 'describes its rows in another way');
  }
}

function foreign(id: number, why: string): never {
  throw new ReplicationError('RECORD_UNREADABLE', `schema ${id} of the registry is not one of Lutra's: ${why}`, '');
}

function tableMissing(source: RowSchema, name: TableName): ReplicationError {
  return new ReplicationError(
    'TARGET_CHECK_FAILED',
    `the target has no table ${name.schema}.${name.table}, to which ${source.schema}.${source.table} is mapped`,
    'create the table at the target (it goes on by itself within seconds), or leave it out of the mappings',
  );
}
