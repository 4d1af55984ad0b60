import type { Mapping, RowErrorPolicy } from '../../model/channel.ts';
import type { TableName } from '../../model/table-pattern.ts';
import type { TargetTable } from '../../mysql/target-table.ts';
import { ReplicationError } from '../../runtime/errors.ts';
import { compileRowWriters } from '../row-writers.ts';
import { type KeyPolicy, planTable } from '../table-plan.ts';
import type { PlanTools } from './mapped-plan.ts';

/** What a plan asks of the server that it writes to. */
export type TargetServer = {
  readonly isMariaDb: boolean;
  /** Whether it takes LOAD DATA LOCAL. */
  readonly canLoad: boolean;
  /** Undefined when there is no such table. Errors: TARGET_…. */
  table(name: TableName): Promise<TargetTable | undefined>;
};

/** Of which source table the plan is, and what its mapping says. */
export type PlannedUse = {
  readonly source: TableName;
  readonly mapping: Mapping;
  /** Left out: pause-channel. */
  readonly rowErrors?: RowErrorPolicy;
};

export function planTools({ source, mapping, rowErrors }: PlannedUse, server: TargetServer): PlanTools {
  const options = {
    canLoad: server.canLoad,
    keyPolicy: keyPolicyOf(mapping),
    ...(rowErrors === undefined ? {} : { rowErrors }),
  };
  return {
    targetTable: async (name) => (await server.table(name)) ?? tableMissing(source, name),
    plan: (rows, target) => {
      const plan = planTable(rows, target, options);
      return { ...plan, write: compileRowWriters(plan, server.isMariaDb) };
    },
  };
}

export function tableMissing(source: TableName, name: TableName): never {
  throw new ReplicationError(
    'TARGET_CHECK_FAILED',
    `the target has no table ${name.schema}.${name.table}, to which ${source.schema}.${source.table} is mapped`,
    'create the table at the target (it goes on by itself within seconds), or leave it out of the mappings',
  );
}

/** The declared key in names of the target. */
function keyPolicyOf({ key, noKey = 'match', columns }: Mapping): KeyPolicy {
  return { columns: key?.map((name) => columns?.rename?.[name] ?? name), noKey };
}
