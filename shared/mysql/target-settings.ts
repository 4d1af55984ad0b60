import type { TableName } from '../model/table-pattern.ts';
import { type CheckedServer, type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import type { Grants } from './grants.ts';
import { isAtLeast, isOn, type ServerFacts, setStatement } from './server-facts.ts';

const OLDEST = { MySQL: '8.0', MariaDB: '10.5' } as const;
const ROOM_BYTES = 16 << 20;
const WRITERS_WHEN_READ_ONLY = ['SUPER', 'CONNECTION_ADMIN', 'READ_ONLY ADMIN', 'READ ONLY ADMIN'];
/** Lutra's own schema in the target: progress, stored with the rows. */
export const LUTRA_SCHEMA = 'lutra';

/** Settings of a server that is written to. */
export function checkTargetSettings(facts: ServerFacts, grants: Grants, { place }: CheckedServer): CheckProblem[] {
  const problems: CheckProblem[] = [];
  const oldest = OLDEST[facts.flavour];
  if (!isAtLeast(facts, oldest)) {
    const message = `${place} is ${facts.flavour} ${facts.version}; older than ${oldest} is not tested`;
    problems.push(checkWarning('VERSION_TOO_OLD', message, `use ${facts.flavour} ${oldest} or newer`));
  }
  const maybeExempt = WRITERS_WHEN_READ_ONLY.some((privilege) => grants.hasGlobal(privilege));
  const locked =
    isOn(facts, 'super_read_only') === true
      ? 'super_read_only'
      : isOn(facts, 'read_only') && !maybeExempt
        ? 'read_only'
        : undefined;
  if (locked !== undefined) {
    problems.push(
      checkError(
        'TARGET_READ_ONLY',
        `${place} takes no writes (${locked} is ON); it may be a replica`,
        `name the server that is written to, or ${setStatement(facts, locked, 'OFF')}`,
      ),
    );
  }
  const packet = Number(facts.variables.get('max_allowed_packet') ?? ROOM_BYTES);
  if (packet < ROOM_BYTES) {
    const message = `${place} takes packets of ${packet} bytes at most: a larger row stops its pipeline`;
    problems.push(checkWarning('MAX_ALLOWED_PACKET', message, setStatement(facts, 'max_allowed_packet', '67108864')));
  }
  if (isOn(facts, 'local_infile') === false) {
    const message = `${place} has local_infile=OFF: a backlog is written by INSERT, which is slower than LOAD DATA`;
    problems.push(
      checkWarning(
        'LOCAL_INFILE_OFF',
        message,
        `${setStatement(facts, 'local_infile', 'ON')}, if speed after an outage matters`,
      ),
    );
  }
  return problems;
}

/** What the loader has to be allowed to do in its own schema and in the target tables; nothing is tried. */
export function checkTargetGrants(
  grants: Grants,
  tables: readonly TableName[],
  { place, account }: CheckedServer,
): CheckProblem[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  const problems = schemas.flatMap((schema) => {
    const own = tables.filter((table) => table.schema === schema);
    const list = ROW_PRIVILEGES.filter(
      (privilege) => !own.every(({ table }) => grants.onTable(schema, table, privilege)),
    );
    if (list.length === 0) return [];
    const message = `${account} may not ${list.join(', ')} in the schema ${schema} of ${place}`;
    return [checkError('GRANT_TARGET', message, `GRANT ${list.join(', ')} ON \`${schema}\`.* TO ${account}`)];
  });
  const own = ['CREATE', ...ROW_PRIVILEGES].filter((privilege) => !grants.onSchema(LUTRA_SCHEMA, privilege));
  if (own.length === 0) return problems;
  const message = `${account} may not ${own.join(', ')} in the schema ${LUTRA_SCHEMA} of ${place}, where Lutra keeps its progress`;
  return [
    ...problems,
    checkError('GRANT_LUTRA_SCHEMA', message, `GRANT ${own.join(', ')} ON \`${LUTRA_SCHEMA}\`.* TO ${account}`),
  ];
}

/** Rights without which statements of the source wait for a decision. */
export function checkDdlGrants(
  grants: Grants,
  tables: readonly TableName[],
  { place, account }: CheckedServer,
): CheckProblem[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return schemas.flatMap((schema) => {
    const list = DDL_PRIVILEGES.filter((privilege) => !grants.onSchema(schema, privilege));
    if (list.length === 0) return [];
    const message = `${account} may not ${list.join(', ')} in the schema ${schema} of ${place}: statements of the source that need it are held until somebody decides`;
    const remedy = `GRANT ${list.join(', ')} ON \`${schema}\`.* TO ${account}, or set policies.ddl to ignore or hold`;
    return [checkWarning('GRANT_TARGET_DDL', message, remedy)];
  });
}

const DDL_PRIVILEGES = ['CREATE', 'ALTER', 'DROP', 'INDEX', 'REFERENCES'];
const ROW_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
