import type { Connection } from '../../shared/mysql/connection.ts';
import { isMariadb } from './start-position.ts';
import type { Charsets } from './table-map.ts';

/** Character set of every collation id of this server. MariaDB's newer collations stand only in the applicability table. */
export async function readCharsets(connection: Connection): Promise<Charsets> {
  const from = (await isMariadb(connection))
    ? 'information_schema.COLLATION_CHARACTER_SET_APPLICABILITY c'
    : 'information_schema.COLLATIONS c';
  const [result] = await connection.query(
    `SELECT c.ID AS id, s.CHARACTER_SET_NAME AS name, s.MAXLEN AS maxlen FROM ${from} JOIN information_schema.CHARACTER_SETS s ON s.CHARACTER_SET_NAME = c.CHARACTER_SET_NAME WHERE c.ID IS NOT NULL`,
  );
  const list = result as { id: string; name: string; maxlen: string }[];
  return new Map(list.map(({ id, name, maxlen }) => [Number(id), { name, maxCharBytes: Number(maxlen) }]));
}
