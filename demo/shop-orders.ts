import type { Connection, ResultSetHeader } from 'mysql2/promise';
import type { Random } from './random.ts';
import { query, type Server } from './servers.ts';
import type { Change } from './workload.ts';

type Order = { readonly id: number; items: number[] };

const PRODUCTS = ['Mac Book Pro 13#', '小米手环', '龙井茶 250g', 'Café crème', 'It\'s a "quote" \\ 😀'] as const;
const STATUS = ['paid', 'sent', 'received', '已完成'] as const;
const RECEIVERS = ['刘先生', '王小姐', '张三', "O'Brien"] as const;

/** Orders and their items, shared by all connections of a workload. What another connection has removed meanwhile counts no rows. */
export class OrderDesk {
  private readonly orders: Order[] = [];
  private readonly schema: string;
  private nextOrder: number;
  private nextItem: number;

  private constructor(schema: string, nextOrder: number, nextItem: number) {
    this.schema = schema;
    this.nextOrder = nextOrder;
    this.nextItem = nextItem;
  }

  /** Numbers go on behind those in the tables. */
  static async open(server: Server, schema: string): Promise<OrderDesk> {
    const [row] = await query(
      server,
      `SELECT (SELECT COALESCE(MAX(order_id), 0) FROM ${schema}.ord_order) AS orders,
              (SELECT COALESCE(MAX(item_id), 0) FROM ${schema}.ord_item) AS items`,
    );
    return new OrderDesk(schema, Number(row?.orders) + 1, Number(row?.items) + 1);
  }

  /** One transaction, chosen by chance. */
  work(connection: Connection, random: Random): Promise<Change> {
    const choice = this.orders.length < 20 ? 0 : random.below(100);
    if (choice < 30) return this.place(connection, random);
    if (choice < 60) return this.advance(connection, random);
    if (choice < 75) return this.reprice(connection, random);
    if (choice < 85) return this.cancel(connection, random);
    if (choice < 93) return this.renumber(connection, random);
    return this.swap(connection, random);
  }

  private async place(connection: Connection, random: Random): Promise<Change> {
    const order: Order = { id: this.nextOrder++, items: [] };
    const count = 1 + random.below(5);
    for (let n = 0; n < count; n++) order.items.push(this.nextItem++);
    const row = [
      order.id,
      random.below(1_000),
      random.pick(RECEIVERS),
      random.below(4) === 0 ? null : '武汉市',
      random.money(),
    ];
    const items = order.items.map((id) => [id, order.id, random.pick(PRODUCTS), random.money(), 1 + random.below(9)]);
    await connection.beginTransaction();
    await connection.query(
      `INSERT INTO ${this.schema}.ord_order (order_id, uid, receiver, address, amount) VALUES (?)`,
      [row],
    );
    await connection.query(
      `INSERT INTO ${this.schema}.ord_item (item_id, order_id, product, price, quantity) VALUES ?`,
      [items],
    );
    await connection.commit();
    this.orders.push(order);
    return { inserts: 1 + count };
  }

  private async advance(connection: Connection, random: Random): Promise<Change> {
    const id = this.any(random)?.id ?? 0;
    const updates = await this.change(
      connection,
      `UPDATE ${this.schema}.ord_order SET status = ?, amount = ? WHERE order_id = ?`,
      [random.pick(STATUS), random.money(), id],
    );
    return { updates };
  }

  /** Several rows by one statement. */
  private async reprice(connection: Connection, random: Random): Promise<Change> {
    const id = this.any(random)?.id ?? 0;
    const sql = `UPDATE ${this.schema}.ord_item SET price = price + 0.01, quantity = ? WHERE order_id = ?`;
    return { updates: await this.change(connection, sql, [random.below(100), id]) };
  }

  private async cancel(connection: Connection, random: Random): Promise<Change> {
    const id = random.take(this.orders)?.id ?? 0;
    await connection.beginTransaction();
    const items = await this.change(connection, `DELETE FROM ${this.schema}.ord_item WHERE order_id = ?`, [id]);
    const order = await this.change(connection, `DELETE FROM ${this.schema}.ord_order WHERE order_id = ?`, [id]);
    await connection.commit();
    return { deletes: items + order };
  }

  /** A new primary key; afterwards the old one may be used by nobody. */
  private async renumber(connection: Connection, random: Random): Promise<Change> {
    const order = this.any(random);
    const [old] = order?.items ?? [];
    if (order === undefined || old === undefined) return {};
    const id = this.nextItem++;
    const keyChanges = await this.rekey(connection, old, id);
    if (keyChanges > 0) order.items = [...order.items.slice(1), id];
    return { keyChanges };
  }

  /** Two rows exchange their keys in one transaction. */
  private async swap(connection: Connection, random: Random): Promise<Change> {
    const [a] = this.any(random)?.items ?? [];
    const [b] = this.any(random)?.items ?? [];
    if (a === undefined || b === undefined || a === b) return {};
    await connection.beginTransaction();
    const moved =
      (await this.rekey(connection, a, -a)) +
      (await this.rekey(connection, b, a)) +
      (await this.rekey(connection, -a, b));
    await connection.commit();
    return { keyChanges: moved };
  }

  private rekey(connection: Connection, from: number, to: number): Promise<number> {
    return this.change(connection, `UPDATE ${this.schema}.ord_item SET item_id = ? WHERE item_id = ?`, [to, from]);
  }

  private any(random: Random): Order | undefined {
    return this.orders[random.below(this.orders.length)];
  }

  private async change(
    connection: Connection,
    sql: string,
    values: readonly (string | number | null)[],
  ): Promise<number> {
    const [result] = await connection.query<ResultSetHeader>(sql, [...values]);
    return result.affectedRows;
  }
}
