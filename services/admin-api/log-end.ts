import type { Channel } from '../../shared/model/channel.ts';
import type { LogPosition } from '../../shared/model/position.ts';
import { mysqlAddress, openConnection } from '../../shared/mysql/connection.ts';
import { readLogEnd } from '../../shared/mysql/source-log.ts';

const LOOK_LIMIT_MS = 3_000;

/** Where the log of a source of the channel ends now; undefined when the server does not say. Errors: SECRET_MISSING, SOURCE_…. */
export async function lookAtLogEnd(
  { resolved }: Pick<Channel, 'resolved'>,
  name: string,
): Promise<LogPosition | undefined> {
  const database = resolved[name];
  if (database === undefined) return undefined;
  const connection = await openConnection(mysqlAddress(name, database), 'SOURCE', { connectTimeout: LOOK_LIMIT_MS });
  connection.on('error', () => {});
  try {
    return await readLogEnd(connection);
  } finally {
    connection.destroy();
  }
}
