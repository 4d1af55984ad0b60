import { test } from 'node:test';
import { Flow } from '../support/flow.ts';

const TABLES = {
  t: `id INT NOT NULL PRIMARY KEY, big BIGINT UNSIGNED, amount DECIMAL(20,4), name VARCHAR(40), note TEXT,
    at DATETIME(6), stamp TIMESTAMP(3) NULL, day DATE, span TIME, kind ENUM('a','b'), tags SET('x','y','z'), raw VARBINARY(20), flag BIT(3), f DOUBLE`,
};

const ROWS = [
  `(1, 18446744073709551615, -1234567890123456.7891, '刘先生', 'a "quoted" \\\\ line\\n😀', '2026-01-02 03:04:05.000006',
    '2026-03-29 01:30:00.123', '1999-12-31', '-838:59:59', 'b', 'x,z', x'00ff00', b'101', 1e-300)`,
  '(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
  `(3, 0, 0, '', ' ', '1000-01-01', '2038-01-19 03:14:07', '9999-12-31', '00:00:00', 'a', '', '', b'0', -0.5)`,
];

for (const source of ['order', 'user']) {
  test(`rows of ${source === 'order' ? 'MySQL' : 'MariaDB'} arrive in MariaDB as they are`, async () => {
    await using flow = await Flow.open({ tables: TABLES, source, target: 'user' });
    await flow.atSource(`INSERT INTO t VALUES ${ROWS.join(', ')}`);
    await flow.assertEqual();
    await flow.atSource("UPDATE t SET id = 30, name = 'moved' WHERE id = 3");
    await flow.atSource('UPDATE t SET amount = 0.0001 WHERE id = 2');
    await flow.atSource('DELETE FROM t WHERE id = 1');
    await flow.assertEqual();
  });
}

test('rows of MariaDB arrive in MySQL as they are', async () => {
  await using flow = await Flow.open({ tables: TABLES, source: 'user' });
  await flow.atSource(`INSERT INTO t VALUES ${ROWS.join(', ')}`);
  await flow.atSource("UPDATE t SET id = 30, name = 'moved' WHERE id = 3");
  await flow.assertEqual();
});
