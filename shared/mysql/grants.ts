import type { Connection } from './connection.ts';
import { errorName, quoteIdentifier, readRows } from './query.ts';

type Scope = { readonly schema: string; readonly table: string; readonly privileges: ReadonlySet<string> };

/** What the connected user may do, its active roles included. */
export type Grants = {
  /** On all schemas. */
  hasGlobal(privilege: string): boolean;
  onSchema(schema: string, privilege: string): boolean;
  onTable(schema: string, table: string, privilege: string): boolean;
};

/** Reads the grants of the connected user and of its active roles. Source: MySQL manual, SHOW GRANTS; MariaDB KB, SHOW GRANTS. */
export async function readGrants(connection: Connection): Promise<Grants> {
  const lines = [...(await grantLines(connection, 'SHOW GRANTS')), ...(await roleLines(connection))];
  return parseGrants(lines);
}

async function grantLines(connection: Connection, sql: string): Promise<string[]> {
  const rows = await readRows(connection, sql);
  return rows.flatMap((row) => Object.values(row)).filter((line) => line !== null);
}

async function roleLines(connection: Connection): Promise<string[]> {
  const [row] = await readRows(connection, 'SELECT CURRENT_ROLE() AS role').catch(() => []);
  const role = row?.role ?? 'NONE';
  if (role === 'NONE' || role === '') return [];
  // NOTE MySQL answers a list of quoted `role`@`host`, MariaDB one bare name.
  const sql = role.includes('`')
    ? `SHOW GRANTS FOR CURRENT_USER() USING ${role}`
    : `SHOW GRANTS FOR ${quoteIdentifier(role)}`;
  return grantLines(connection, sql).catch((error: unknown) => {
    if (errorName(error).startsWith('ER_')) return [];
    throw error;
  });
}

const NAME = '(?:`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|(\\*))';
const LINE = new RegExp(`^(GRANT|REVOKE) (.+?) ON (?:TABLE )?${NAME}\\.${NAME} (?:TO|FROM) `, 'is');

/** Understands the lines that SHOW GRANTS prints; what is about routines, proxies and columns grants nothing here. */
export function parseGrants(lines: readonly string[]): Grants {
  const granted: Scope[] = [];
  const revoked: Scope[] = [];
  for (const line of lines) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, verb, list = '', s1, s2, s3, t1, t2, t3] = match;
    const scope = { schema: unquoted(s1, s2, s3), table: unquoted(t1, t2, t3), privileges: privilegeSet(list) };
    (verb?.toUpperCase() === 'REVOKE' ? revoked : granted).push(scope);
  }
  const holds = (scopes: readonly Scope[], privilege: string, fits: (scope: Scope) => boolean): boolean =>
    scopes.some((scope) => fits(scope) && (scope.privileges.has(privilege) || scope.privileges.has('ALL')));
  const isGlobal = (scope: Scope): boolean => scope.schema === '*' && scope.table === '*';
  const isSchema = (schema: string) => (scope: Scope) =>
    scope.table === '*' && scope.schema !== '*' && likeMatches(scope.schema, schema);
  const isTable = (schema: string, table: string) => (scope: Scope) => scope.schema === schema && scope.table === table;
  const hasGlobal = (privilege: string): boolean => holds(granted, privilege, isGlobal);
  const onSchema = (schema: string, privilege: string): boolean =>
    (hasGlobal(privilege) && !holds(revoked, privilege, isSchema(schema))) ||
    holds(granted, privilege, isSchema(schema));
  const onTable = (schema: string, table: string, privilege: string): boolean =>
    onSchema(schema, privilege) || holds(granted, privilege, isTable(schema, table));
  return { hasGlobal, onSchema, onTable };
}

function unquoted(backticked = '', quoted = '', star = ''): string {
  return backticked.replaceAll('``', '`') || quoted.replaceAll('""', '"') || star;
}

/** `SELECT, INSERT (a, b)` -> SELECT; privileges on columns only do not count. */
function privilegeSet(list: string): Set<string> {
  const whole = list.replaceAll(/[A-Z ]+\([^)]*\)/gi, '').split(',');
  return new Set(
    whole
      .map((text) =>
        text
          .trim()
          .toUpperCase()
          .replace(/^ALL PRIVILEGES$/, 'ALL'),
      )
      .filter((text) => text !== ''),
  );
}

/** A schema in a grant is a LIKE pattern: % and _ match, a backslash takes their meaning away. */
function likeMatches(pattern: string, schema: string): boolean {
  const source = pattern.replaceAll(/\\([\\%_])|[%_]|[.*+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped === '\\' ? '\\\\' : escaped;
    return found === '%' ? '.*' : found === '_' ? '.' : `\\${found}`;
  });
  return new RegExp(`^${source}$`, 's').test(schema);
}
