import type { Connection } from './connection.ts';
import { readRows } from './query.ts';

/** What the statements for a target depend on. */
export type TargetFacts = {
  readonly isMariaDb: boolean;
  /** Whether it takes LOAD DATA LOCAL. */
  readonly canLoad: boolean;
  /** Largest packet that it takes, bytes. */
  readonly maxPacket: number;
};

/** Errors: the driver's. */
export async function readTargetFacts(connection: Connection): Promise<TargetFacts> {
  const [row] = await readRows(
    connection,
    'SELECT VERSION() AS version, @@local_infile AS localInfile, @@max_allowed_packet AS maxPacket',
  );
  return {
    isMariaDb: row?.version?.includes('MariaDB') === true,
    canLoad: row?.localInfile === '1',
    maxPacket: Number(row?.maxPacket),
  };
}
