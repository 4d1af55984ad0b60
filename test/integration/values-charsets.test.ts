import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { SourceReader } from '../support/source-reader.ts';

/** Text in every character set of the servers leaves as the UTF-8 that SELECT prints. */

const CHUNK = 250;
const MEMBERS = ['é', 'Я', '刘', 'あ', 'ก', 'א', '한', 'ά', 'ა', 'Ա', 'ش', '¥', 'a', 'b'];

/** Every code point of the first plane that is a character, and some of the others. */
function characters(): string[] {
  const points: string[] = [];
  for (let point = 1; point < 0xd800; point++) points.push(String.fromCodePoint(point));
  for (let point = 0xe000; point < 0xfffe; point++) points.push(String.fromCodePoint(point));
  for (let point = 0x10000; point < 0x110000; point += 997) points.push(String.fromCodePoint(point));
  return points;
}

for (const server of ['order', 'user']) {
  test(`regression 8: every character of every character set of ${server} leaves as SELECT prints it`, async () => {
    await using source = await SourceReader.open(server);
    const sets = (await source.select('SHOW CHARACTER SET'))
      .map((row) => String(row.Charset))
      .filter((name) => name !== 'binary');
    const all = characters();
    const wanted = new Map<string, string[][]>();
    let count = 0;
    for (const set of sets) {
      const kept = await representable(source, set, all);
      const members = MEMBERS.filter((member) => kept.has(member)).slice(0, 3);
      const list = members.map((member) => `'${member}'`).join(',');
      await source.db.query(
        `CREATE TABLE t_${set} (id INT PRIMARY KEY, v VARCHAR(${CHUNK}), c CHAR(9), x TEXT, e ENUM(${list}), s SET(${list})) CHARACTER SET ${set}`,
      );
      const texts = chunks([...kept]);
      const rows = texts.map((text, id) => [
        id,
        text,
        text.trim().slice(0, 3),
        text,
        members[id % members.length],
        members.join(','),
      ]);
      for (let i = 0; i < rows.length; i += 50) {
        const values = rows.slice(i, i + 50).map((row) => `(${row.map((cell) => source.db.escape(cell)).join(',')})`);
        await source.db.query(`INSERT INTO t_${set} VALUES ${values.join(',')}`);
      }
      count += rows.length;
      const shown = await source.select(`SELECT v, c, x, e, s FROM t_${set} ORDER BY id`);
      wanted.set(
        `t_${set}`,
        shown.map((row) => [row.v, row.c, row.x, row.e, row.s].map(String)),
      );
    }
    const records = await source.rows(count);
    for (const [table, rows] of wanted) {
      const found = records
        .filter(({ key }) => key[1] === table)
        .map(({ after }) => [after?.v, after?.c, after?.x, after?.e, after?.s]);
      assert.deepEqual(found, rows, table);
    }
  });
}

function chunks(list: string[]): string[] {
  const texts: string[] = [];
  for (let i = 0; i < list.length; i += CHUNK) texts.push(list.slice(i, i + CHUNK).join(''));
  return texts;
}

/** The characters that the set holds: those that come back from it. */
async function representable(source: SourceReader, set: string, all: string[]): Promise<Set<string>> {
  const kept = new Set<string>();
  for (let i = 0; i < all.length; i += 2_000) {
    const part = all.slice(i, i + 2_000);
    const [row] = await source.select(
      `SELECT CONVERT(CONVERT(CONVERT(${source.db.escape(part.join(''))} USING utf8mb4) USING ${set}) USING utf8mb4) AS t`,
    );
    const back = new Set([...String(row?.t)]);
    for (const character of part) if (back.has(character) && (character !== '?' || set !== 'swe7')) kept.add(character);
  }
  return kept;
}

test('regression 8: a text that is no character of its set is refused by name and place, not replaced', async () => {
  await using source = await SourceReader.open('order', [
    'CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET gbk)',
  ]);
  await source.db.query("INSERT INTO t VALUES (1, _gbk x'61A2AB62')");
  const [printed] = await source.select('SELECT v FROM t');
  assert.equal(printed?.v, 'a?b', 'the server itself has no character for it');
  await assert.rejects(source.run, (error: Error) => {
    assert.match(error.message, /column v of values_\d+\.t: byte 1 of a text begins no character of gbk/);
    assert.match(error.message, /WRITE_ROWS event at \S+:\d+ of source/);
    return true;
  });
});

for (const [from, to] of [
  ['order', 'otter'],
  ['order', 'user'],
  ['user', 'otter'],
] as const) {
  test(`regression 8: latin1, gbk, gb18030, sjis and utf16 columns in a utf8mb4 table arrive from ${from} at ${to}`, async () => {
    const sets =
      from === 'order' && to === 'otter'
        ? ['latin1', 'gbk', 'gb18030', 'sjis', 'utf16']
        : ['latin1', 'gbk', 'sjis', 'utf16'];
    const columns = sets.map(
      (set) => `c_${set} VARCHAR(40) CHARACTER SET ${set}, e_${set} ENUM('x','é€','刘') CHARACTER SET utf8mb4`,
    );
    await using flow = await Flow.open({
      source: from,
      target: to,
      tables: { t: `id VARCHAR(20) CHARACTER SET gbk PRIMARY KEY, ${columns.join(', ')}` },
    });
    const words: Record<string, string> = {
      latin1: 'é€ÿ',
      gbk: '刘武',
      gb18030: '刘😀㐀',
      sjis: 'ソ表あ',
      utf16: '😀é',
    };
    const connection = await flow.connect('from');
    const cells = sets.flatMap((set) => [words[set], '刘']);
    const marks = cells.map(() => '?').join(',');
    await connection.query(`INSERT INTO t VALUES ('刘', ${marks}), ('b', ${marks}), ('武', ${marks})`, [
      ...cells,
      ...cells,
      ...cells,
    ]);
    await connection.query("UPDATE t SET id = '名' WHERE id = '刘'");
    await connection.query("DELETE FROM t WHERE id = 'b'");
    await connection.end();
    await flow.assertEqual();
    const sql = `SELECT id, ${sets.map((set) => `HEX(c_${set}) AS ${set}`).join(', ')} FROM t ORDER BY id`;
    assert.deepEqual(await flow.atTarget(sql), await flow.atSource(sql));
  });
}
