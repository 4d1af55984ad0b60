import type { Connection, RowDataPacket } from 'mysql2/promise';
import { connect, type Row, type Server } from '../demo/servers.ts';
import type { Backlog } from './backlog.ts';
import { SCHEMA } from './order-table.ts';

export type Progress = { readonly rows: number; readonly isDone: boolean };

/** Who brings a backlog to another server. A leg calls `prepare`, `begin`, `progress` until it is done, `end`, in this order. */
export type Contender = {
  readonly name: string;
  /** Where the rows arrive. */
  readonly target: Server;
  /** Makes all ready to begin at the backlog's start, with an empty table; is not measured. */
  prepare(backlog: Backlog): Promise<void>;
  begin(): Promise<void>;
  /** Rows that a reader of the target sees. */
  progress(): Promise<Progress>;
  /** One sentence about what holds it up. */
  trouble(): Promise<string>;
  end(): Promise<void>;
};

/** Looks at one table of a target on one connection. */
export class TargetLook {
  private readonly connection: Connection;
  private readonly table: string;

  private constructor(connection: Connection, table: string) {
    this.connection = connection;
    this.table = table;
  }

  /** `uncommitted`: counts rows before they are committed. */
  static async open(server: Server, table: string, uncommitted = false): Promise<TargetLook> {
    const connection = await connect(server);
    const level = uncommitted ? 'READ UNCOMMITTED' : 'READ COMMITTED';
    await connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`);
    return new TargetLook(connection, `${SCHEMA}.${table}`);
  }

  /** The highest key, which is the number of rows: keys are 1, 2, 3 …; 0 for an empty table. `more`: a further expression, read at the same moment. */
  async newest(more = '0'): Promise<{ id: number; more: number }> {
    const [rows] = await this.connection.query<(Row & RowDataPacket)[]>(
      `SELECT (SELECT MAX(order_id) FROM ${this.table}) AS id, ${more} AS more`,
    );
    return { id: Number(rows[0]?.id ?? 0), more: Number(rows[0]?.more ?? 0) };
  }

  close(): void {
    this.connection.destroy();
  }
}
