import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { query } from '../../demo/servers.ts';
import { Shop } from '../support/shop.ts';

test('B1: two sources with patterns arrive in two renamed schemas of one target, also in tables not named anywhere', async () => {
  await using shop = await Shop.open();
  await shop.insertSeedRows();
  await shop.settle();
  const { otter } = shop.servers;
  const count = async (table: string): Promise<number> =>
    Number((await query(otter, `SELECT COUNT(*) AS n FROM ${table}`))[0]?.n);
  const { targetOrder, targetUser } = shop.names;
  assert.deepEqual(
    {
      orders: await count(`${targetOrder}.ord_order`),
      items: await count(`${targetOrder}.ord_item`),
      users: await count(`${targetUser}.user`),
    },
    { orders: 2, items: 1, users: 3 },
  );
});

test('B2: decimals, Chinese text, AUTO_INCREMENT and defaults arrive byte for byte', async () => {
  await using shop = await Shop.open();
  await shop.insertSeedRows();
  await shop.settle();
  const { otter } = shop.servers;
  const { targetOrder, targetUser } = shop.names;
  const orders = await query(
    otter,
    `SELECT order_id, receiver, HEX(address) AS hex, amount FROM ${targetOrder}.ord_order`,
  );
  assert.deepEqual(orders[0], {
    order_id: 1,
    receiver: '刘先生',
    hex: Buffer.from('武汉市洪山区珞喻路1037号').toString('hex').toUpperCase(),
    amount: '13999.00',
  });
  const [item] = await query(otter, `SELECT product, price, quantity FROM ${targetOrder}.ord_item`);
  assert.deepEqual(item, { product: 'Mac Book Pro 13#', price: '13999.00', quantity: 1 });
  const users = await query(otter, `SELECT uid, mobile, email, created_at FROM ${targetUser}.user ORDER BY uid`);
  assert.deepEqual(
    users.map(({ uid, mobile, email }) => [uid, mobile, email]),
    [
      [1, '13800138000', 'liu@example.com'],
      [2, null, ''],
      [3, '+353 1', null],
    ],
  );
  assert.match(String(users[0]?.created_at), /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
  for (const pair of shop.pairs) assert.deepEqual((await compareTables(pair)).examples.map(differenceLine), []);
});
