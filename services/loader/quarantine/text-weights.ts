import type { Connection, RowDataPacket } from '../../../shared/mysql/connection.ts';
import type { TargetColumn } from '../../../shared/mysql/target-table.ts';

/** A text as a column of the target holds it. */
export type ColumnText = { readonly text: string; readonly charset: string; readonly collation: string };

const PER_QUERY = 400;
const NAME = /^\w+$/;

export function columnText(text: string, { charset = 'utf8mb4', collation = 'utf8mb4_bin' }: TargetColumn): ColumnText {
  return { text, charset, collation };
}

export function weightKey({ text, collation }: ColumnText): string {
  return `${collation} ${text}`;
}

/**
 * For each text a word that is the same for texts which are equal under their collation, by `weightKey`. The target's own server says it: no library
 * compares as MySQL does. Filled up with spaces, because most collations ignore those at the end. Errors: the driver's.
 */
export async function readWeights(
  connection: Connection,
  texts: ReadonlyMap<string, ColumnText>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const all = [...texts];
  for (let at = 0; at < all.length; at += PER_QUERY) {
    const some = all.slice(at, at + PER_QUERY);
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT CONCAT_WS(',',${some.map(([, text]) => weightSql(text)).join()}) AS weights`,
    );
    const weights = String(rows[0]?.weights ?? '').split(',');
    for (const [index, [key]] of some.entries()) found.set(key, weights[index] ?? '');
  }
  return found;
}

/** NOTE MySQL 9.6 and later have no SHA1 of their own. */
function weightSql({ text, charset, collation }: ColumnText): string {
  if (!NAME.test(charset) || !NAME.test(collation)) throw new RangeError(`a character set ${charset}, ${collation}`);
  const value = `CONVERT(CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4) USING ${charset})`;
  return `SHA2(WEIGHT_STRING(${value} COLLATE ${collation} AS CHAR(768)),224)`;
}
