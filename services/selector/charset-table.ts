import type { Connection } from '../../shared/mysql/connection.ts';

/** Code points by code, -1 where the server has no character: one map per number of bytes, the first byte highest. */
export type CharsetTable = {
  readonly single: Int32Array;
  readonly double: Int32Array | undefined;
  /** Behind the byte 8F (ujis, eucjpms). */
  readonly triple: Int32Array | undefined;
  /** The four-byte codes of gb18030 below U+10000, by their place in the linear order 81308130, 81308131, … */
  readonly quad: Int32Array | undefined;
};

const SINGLE_BYTE = 1;
const HEX_DIGITS = Array.from({ length: 16 }, (_, n) => (n === 0 ? 'SELECT 0 AS n' : `SELECT ${n}`)).join(
  ' UNION ALL ',
);
const QUESTION_MARK = 0x3f;
export const QUAD_CODES = 4 * 12_600;

/** Asks the server how it converts every code of a character set to Unicode, so that our text is the one it prints. */
export async function readCharsetTable(
  connection: Connection,
  charset: string,
  maxBytes: number,
): Promise<CharsetTable> {
  const read = (code: string, bytes: number, count: number): Promise<Int32Array> =>
    readCodes(connection, charset, code, bytes, count);
  const single = await read('LPAD(HEX(c), 2, 0)', 1, 256);
  if (maxBytes === SINGLE_BYTE) return { single, double: undefined, triple: undefined, quad: undefined };
  return {
    single,
    double: await read('LPAD(HEX(c), 4, 0)', 2, 65_536),
    triple: maxBytes === 3 ? await read("CONCAT('8F', LPAD(HEX(c), 4, 0))", 3, 65_536) : undefined,
    quad:
      maxBytes === 4
        ? await read(
            'CONCAT(HEX(129 + c DIV 12600), HEX(48 + c DIV 1260 % 10), HEX(129 + c DIV 10 % 126), HEX(48 + c % 10))',
            4,
            QUAD_CODES,
          )
        : undefined,
  };
}

async function readCodes(
  connection: Connection,
  charset: string,
  code: string,
  bytes: number,
  count: number,
): Promise<Int32Array> {
  const digits = `(${HEX_DIGITS})`;
  const codes = `SELECT a.n * 4096 + b.n * 256 + d.n * 16 + e.n AS c FROM ${digits} a, ${digits} b, ${digits} d, ${digits} e`;
  const [result] = await connection.query(
    `SELECT c, HEX(CONVERT(CONVERT(UNHEX(${code}) USING ${charset}) USING utf8mb4)) AS t FROM (${codes}) codes WHERE c < ${count}`,
  );
  const table = new Int32Array(count).fill(-1);
  for (const { c, t } of result as { c: string; t: string | null }[]) {
    const point = t === null ? undefined : onlyPoint(Buffer.from(t, 'hex').toString('utf8'));
    if (point !== undefined && (point !== QUESTION_MARK || (bytes === 1 && Number(c) === QUESTION_MARK))) {
      table[Number(c)] = point;
    }
  }
  return table;
}

/** The code point of a text of one character: the server answers `?` where it has none, and several for what it reads as several. */
function onlyPoint(text: string): number | undefined {
  const points = [...text];
  return points.length === 1 ? points[0]?.codePointAt(0) : undefined;
}
