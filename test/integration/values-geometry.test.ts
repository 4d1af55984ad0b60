import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';

/** Geometry and vectors arrive as the bytes that the source stores: SRID, then WKB; 4 bytes a dimension. */

const SHAPES = [
  "ST_GeomFromText('POINT(1 2)')",
  "ST_GeomFromText('POINT(1.5 -2.25)', 4326)",
  "ST_GeomFromText('LINESTRING(0 0,1 1,2 3)')",
  "ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 2,1 1))', 3857)",
  "ST_GeomFromText('MULTIPOINT(0 0,1 1)')",
  "ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))')",
  "ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))')",
  "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')",
  'NULL',
];
const ROWS_FOR_LOAD = 400;

for (const source of ['order', 'user']) {
  for (const target of ['otter', 'user']) {
    test(`regression 8: geometry with its SRID arrives from ${source} at ${target}, in few rows and in many`, async () => {
      await using flow = await Flow.open({
        source,
        target,
        tables: { g: 'id INT PRIMARY KEY, shape GEOMETRY, place POINT, parts GEOMETRYCOLLECTION' },
      });
      const connection = await flow.connect('from');
      const rows = SHAPES.map((shape, id) => `(${id}, ${shape}, ${SHAPES[0]}, ${SHAPES[7]})`);
      for (const row of rows) await connection.query(`INSERT INTO g VALUES ${row}`);
      await connection.query('UPDATE g SET place = NULL, shape = parts WHERE id = 3');
      await connection.query('DELETE FROM g WHERE id = 4');
      const many = Array.from(
        { length: ROWS_FOR_LOAD },
        (_, n) => `(${100 + n}, ${SHAPES[n % SHAPES.length]}, NULL, NULL)`,
      );
      await connection.query(`INSERT INTO g VALUES ${many.join(',')}`);
      await connection.end();
      await flow.settle();
      const sql = 'SELECT id, HEX(shape) AS shape, HEX(place) AS place, HEX(parts) AS parts FROM g ORDER BY id';
      assert.deepEqual(await flow.atTarget(sql), await flow.atSource(sql));
    });
  }
}

test('regression 8: vectors arrive bit by bit, in few rows and in many', async () => {
  await using flow = await Flow.open({ tables: { v: 'id INT PRIMARY KEY, v VECTOR(4), w VECTOR, note VARCHAR(9)' } });
  const connection = await flow.connect('from');
  await connection.query(
    "INSERT INTO v VALUES (1, STRING_TO_VECTOR('[1,2.5,-3e-7,0]'), STRING_TO_VECTOR('[1e38]'), 'a'), (2, NULL, NULL, 'b')",
  );
  await connection.query("UPDATE v SET w = STRING_TO_VECTOR('[0.1,0.2]') WHERE id = 2");
  const many = Array.from(
    { length: ROWS_FOR_LOAD },
    (_, n) => `(${100 + n}, STRING_TO_VECTOR('[${n},0.1]'), NULL, 'many')`,
  );
  await connection.query(`INSERT INTO v VALUES ${many.join(',')}`);
  await connection.end();
  await flow.settle();
  const sql = 'SELECT id, HEX(v) AS v, HEX(w) AS w, note FROM v ORDER BY id';
  assert.deepEqual(await flow.atTarget(sql), await flow.atSource(sql));
});
