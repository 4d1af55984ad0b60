import { unmappable } from './ddl-errors.ts';

export type Flavour = 'mysql' | 'mariadb';

/** Collations of MySQL and those of MariaDB that compare alike: same weights as far as both know them, and the same rule for trailing spaces. */
const PAIRS: readonly (readonly [mysql: string, mariadb: string])[] = [
  ['utf8mb4_0900_ai_ci', 'utf8mb4_uca1400_nopad_ai_ci'],
  ['utf8mb4_0900_as_ci', 'utf8mb4_uca1400_nopad_as_ci'],
  ['utf8mb4_0900_as_cs', 'utf8mb4_uca1400_nopad_as_cs'],
  ['utf8mb4_0900_bin', 'utf8mb4_nopad_bin'],
  ['utf8mb4_unicode_520_ci', 'utf8mb4_uca1400_ai_ci'],
];
const TO_MARIADB = new Map(PAIRS.filter(([mysql]) => mysql.includes('0900')));
const TO_MYSQL = new Map(PAIRS.map(([mysql, mariadb]) => [mariadb, mysql]));

/** The collation's name at the other server. Errors: DDL_UNMAPPABLE for one that it has no equal of. */
export function collationFor(target: Flavour, collation: string): string {
  if (target === 'mariadb') {
    if (!collation.includes('_0900_')) return collation;
    return TO_MARIADB.get(collation) ?? refuse(collation, 'MariaDB');
  }
  if (!/nopad|uca1400|_thai_520/.test(collation)) return collation;
  // NOTE MariaDB lets the character set stand apart: COLLATE uca1400_ai_ci.
  const full = collation.startsWith('uca1400') ? `utf8mb4_${collation}` : collation;
  return TO_MYSQL.get(full) ?? refuse(collation, 'MySQL');
}

function refuse(collation: string, server: string): never {
  throw unmappable(
    `${server} has no collation that compares like ${collation}`,
    'choose a collation of the target by hand and approve that text, or skip the statement',
  );
}
