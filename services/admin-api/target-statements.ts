import { type CheckProblem, problemOf } from '../../shared/mysql/check-problem.ts';
import type { MysqlAddress } from '../../shared/mysql/connection.ts';
import { type MappedTable, onServer } from '../../shared/mysql/mapped-tables.ts';
import { keyOf, type TableFacts } from '../../shared/mysql/table-facts.ts';
import { readTargetFacts } from '../../shared/mysql/target-server.ts';
import { readTargetTable, type TargetTable } from '../../shared/mysql/target-table.ts';
import type { TargetServer } from '../../shared/rows/mapping/plan-tools.ts';
import { type SampleStatements, sampleStatements } from '../../shared/rows/sample-statements.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

export type PreviewedTable = { readonly table: MappedTable; readonly source: TableFacts };
/** What the loader would send for rows of a table, or why it would refuse the table. */
export type Foreseen = { readonly statements: SampleStatements } | { readonly problem: CheckProblem };

/** Of some tables of a target, in their order. Errors: TARGET_…. */
export function foreseeStatements(address: MysqlAddress, tables: readonly PreviewedTable[]): Promise<Foreseen[]> {
  return onServer(address, 'TARGET', async (connection) => {
    const known = new Map<string, Promise<TargetTable | undefined>>();
    const server: TargetServer = {
      ...(await readTargetFacts(connection)),
      table: (name) => {
        const found = known.get(keyOf(name)) ?? readTargetTable(connection, name);
        known.set(keyOf(name), found);
        return found;
      },
    };
    const foreseen: Foreseen[] = [];
    for (const each of tables) foreseen.push(await foresee(each, server));
    return foreseen;
  });
}

async function foresee({ table, source }: PreviewedTable, server: TargetServer): Promise<Foreseen> {
  const { to: target, rule: mapping, mapping: index } = table;
  try {
    return { statements: await sampleStatements(source, { target, mapping, index }, server) };
  } catch (error) {
    if (error instanceof ReplicationError) return { problem: problemOf(error) };
    throw error;
  }
}
