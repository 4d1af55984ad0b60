import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import { type Mapping, rowErrorPolicyOf } from '../../shared/model/channel.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { mappedPlan, type PlanTools } from '../../shared/rows/mapping/mapped-plan.ts';
import { planTools, tableMissing } from '../../shared/rows/mapping/plan-tools.ts';
import type { CompiledPlan } from '../../shared/rows/row-event.ts';
import { hasRecordHead, isPartSchema, parseRowSchema, type RowSchema } from '../../shared/rows/row-schema.ts';
import { compileRowWriters } from '../../shared/rows/row-writers.ts';
import { planTable } from '../../shared/rows/table-plan.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { KnownEffects, StreamPlace } from './ddl/ddl-effects.ts';
import { pastRoute } from './ddl/past-columns.ts';
import type { MappingRules, RulesVersion } from './mapping-rules.ts';
import type { TargetSession } from './target-session.ts';

/** Rows of a table that waits for a held statement. */
export type ParkedUse = { readonly kind: 'parked'; readonly queue: string };
/** Rows of a table that a later statement took away: a replay meets them. Throws TARGET_CHECK_FAILED for a row from after it. */
export type GoneUse = { readonly kind: 'gone'; readonly expectPast: (place: StreamPlace) => void };

/** Pieces of rows: the schema that a piece names tells what to do with it. */
export type PartUse = { readonly kind: 'part' };

/** What to do with records of a schema: apply by a plan, keep, drop, or only count them (`none`: a table that is not mapped, a heartbeat, a statement). */
export type SchemaUse = CompiledPlan | ParkedUse | GoneUse | PartUse | 'none';

export type PlanParts = {
  readonly registry: SchemaRegistryPort;
  readonly session: TargetSession;
  readonly rules: MappingRules;
  /** The held statement that a table of the target waits for. */
  readonly queueOf: (target: TableName) => string | undefined;
  readonly effects: KnownEffects;
};

/** Plans by schema id, made when the id is first met and kept as long as the session: a restart of the lane looks at the target anew. */
export class PlanCache {
  private readonly uses = new Map<number, SchemaUse>();
  private readonly parts: PlanParts;
  private version: RulesVersion;

  constructor(parts: PlanParts) {
    this.parts = parts;
    this.version = parts.rules.current;
  }

  /** Forgets everything: the target's structure may be another. */
  clear(): void {
    this.uses.clear();
  }

  /** Revision of the channel's document by which plans are made. */
  get revision(): number {
    return this.version.channel.revision;
  }

  /** Whether there are newer rules than those in use. */
  get isStale(): boolean {
    return this.version !== this.parts.rules.current;
  }

  /** Goes over to the newest rules; for a transaction boundary. */
  renew(): void {
    this.version = this.parts.rules.current;
    this.uses.clear();
  }

  /** Whether the rules are as new as the selection of the stream, told by channel uid -> revision. */
  knows(revisions: ReadonlyMap<string, number>): boolean {
    const { uid, revision } = this.version.channel;
    return revision >= (revisions.get(uid) ?? 0);
  }

  known(id: number): SchemaUse | undefined {
    return this.uses.get(id);
  }

  /** `place`: of the record that needs it. Errors: REGISTRY_UNREACHABLE, RECORD_UNREADABLE without a place (the reader adds it), TARGET_… */
  async load(id: number, place: StreamPlace): Promise<SchemaUse> {
    const use = await this.makeUse(id, await this.parts.registry.schemaById(id), place);
    this.uses.set(id, use);
    return use;
  }

  /** The plan of rows of another schema into the same table. */
  readonly replan = (rows: RowSchema, { target, rowErrors, key }: CompiledPlan): CompiledPlan => {
    const { session } = this.parts;
    const plan = planTable(rows, target, {
      canLoad: session.canLoad,
      rowErrors,
      keyPolicy: { columns: key, noKey: 'match' },
    });
    return { ...plan, write: compileRowWriters(plan, session.isMariaDb), transform: undefined };
  };

  private tools(source: RowSchema, mapping: Mapping): PlanTools {
    const rowErrors = rowErrorPolicyOf(this.version.channel, mapping);
    return planTools({ source, mapping, rowErrors }, this.parts.session);
  }

  private async makeUse(id: number, schema: unknown, place: StreamPlace): Promise<SchemaUse> {
    const rows = hasRecordHead(schema) ? readRowSchema(id, schema) : foreign(id, 'does not begin with op and source');
    if (rows === undefined) return isPartSchema(schema) ? { kind: 'part' } : 'none';
    const route = this.version.routeOf({ schema: rows.schema, table: rows.table });
    if (route === undefined) return 'none';
    const { queueOf, effects, session } = this.parts;
    const queue = queueOf(route.target);
    if (queue !== undefined) return { kind: 'parked', queue };
    const tools = this.tools(rows, route.mapping);
    if (!effects.concerns(route.target) && !route.isShadow) return mappedPlan(rows, route, tools);
    const target = await session.table(route.target);
    if (target === undefined) return route.isShadow ? 'none' : goneTable(effects, rows, route.target);
    return mappedPlan(rows, pastRoute(route, rows, { table: target, place, effects }), tools);
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

/** Dropped or renamed by a statement that comes later in the stream: the row is of a past that ends there. */
function goneTable(effects: KnownEffects, rows: RowSchema, name: TableName): GoneUse {
  const expectPast = (place: StreamPlace): void => {
    if (!effects.isGoneAfter(name, place)) tableMissing(rows, name);
  };
  return { kind: 'gone', expectPast };
}
