import { isAscii } from 'node:buffer';
import type { Connection } from '../../shared/mysql/connection.ts';
import { type CharsetDecoder, tableDecoder, unitDecoder } from './charset-decoder.ts';
import { readCharsetTable } from './charset-table.ts';
import type { TableMap } from './column.ts';
import type { CharsetDecoders } from './column-codec.ts';
import type { QueryEvent } from './query-event.ts';
import { isMariadb } from './start-position.ts';
import type { Charsets } from './table-map.ts';
import { converted, latin1, textOf } from './text-cells.ts';

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

const UTF8 = new Set(['utf8', 'utf8mb3', 'utf8mb4', 'binary', 'ascii']);
const BUILT_IN = new Set(['', 'binary', 'ascii', 'latin1', 'utf8', 'utf8mb3', 'utf8mb4']);

/** Decoders of the character sets that a source's tables use; each is asked of the server once, when a table first needs it. */
export class CharsetSource {
  private readonly decoders = new Map<string, CharsetDecoder>();
  private readonly charsets: Charsets;
  private readonly connect: () => Promise<Connection>;

  constructor(charsets: Charsets, connect: () => Promise<Connection>) {
    this.charsets = charsets;
    this.connect = connect;
  }

  /** Errors: SOURCE_UNREACHABLE. */
  decodersFor({ columns }: TableMap): Promise<CharsetDecoders> {
    return this.prepare(columns.map(({ charset }) => charset));
  }

  private async prepare(names: readonly string[]): Promise<CharsetDecoders> {
    const known = new Map([...this.charsets.values()].map(({ name, maxCharBytes }) => [name, maxCharBytes]));
    const missing = new Set(names.filter((name) => this.isMissing(name)));
    if (missing.size === 0) return this.decoders;
    const connection = await this.connect();
    try {
      for (const name of missing) {
        const maxBytes = known.get(name);
        if (maxBytes !== undefined) this.decoders.set(name, await readDecoder(connection, name, maxBytes));
      }
    } finally {
      await connection.end();
    }
    return this.decoders;
  }

  /** A statement in the character set of its client; a promise when the server must be asked for that first. */
  statementText({ text, clientCollation }: Pick<QueryEvent, 'text' | 'clientCollation'>): string | Promise<string> {
    const name = this.charsets.get(clientCollation)?.name ?? 'utf8mb4';
    if (isAscii(text) || UTF8.has(name)) return text.toString('utf8');
    if (name === 'latin1') return textOf(latin1, text);
    const bytes = Buffer.from(text);
    return this.prepare([name]).then((decoders) => {
      const decode = decoders.get(name);
      return decode ? textOf(converted(decode), bytes) : bytes.toString('utf8');
    });
  }

  private isMissing(name: string): boolean {
    return !BUILT_IN.has(name) && !this.decoders.has(name);
  }
}

async function readDecoder(connection: Connection, name: string, maxBytes: number): Promise<CharsetDecoder> {
  if (name === 'utf16' || name === 'utf16le' || name === 'utf32' || name === 'ucs2') return unitDecoder(name);
  return tableDecoder(name, await readCharsetTable(connection, name, maxBytes));
}
