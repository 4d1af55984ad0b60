import type { SelectorPosition } from '../../shared/model/position.ts';
import { failedCheck, placeOf } from '../../shared/mysql/check-problem.ts';
import { type MysqlAddress, mysqlAddress, namedLoss } from '../../shared/mysql/connection.ts';
import { checkSource } from '../../shared/mysql/source-check.ts';
import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import type { DesiredSource } from './desired-sources.ts';
import { askServerLog, refusal } from './server-log.ts';

/** A server that a source is read from. */
export type SourceHost = {
  readonly address: MysqlAddress;
  /** `db1:3306`, as the document names it. */
  readonly host: string;
  /** Server UUID (MySQL) or `server-id-<n>` (MariaDB). */
  readonly server: string;
};

/**
 * The first host of the list, in the order of preference, that is fit and holds in its log everything behind `saved` (undefined: nothing is
 * saved). The others are told in the log. Errors, when no host will do: the one that is likeliest to heal, with what every host said: SOURCE_BEHIND,
 * SOURCE_UNREACHABLE, SOURCE_ACCESS_DENIED, SOURCE_CHECK_FAILED, SOURCE_LOG_PURGED, SOURCE_LOG_RESET; SECRET_MISSING at once.
 */
export async function chooseHost(
  { name, database }: DesiredSource,
  saved: SelectorPosition | undefined,
  log: Logger,
): Promise<SourceHost> {
  const errors: ReplicationError[] = [];
  for (const [index, host] of database.hosts.entries()) {
    const address = mysqlAddress(name, database, index);
    try {
      await expectFitSource(address, log);
      const server = await expectPlace(address, saved);
      if (saved !== undefined && saved.server !== server)
        log.warn({ host, server, before: saved.server }, 'the source is read from another server now, by GTID');
      return { address, host, server };
    } catch (error) {
      const known = asReplicationError(namedLoss(error, 'SOURCE', placeOf(address)));
      errors.push(known);
      if (database.hosts.length > 1)
        log.warn({ host, code: known.code, error: known.message }, 'this host of the source is not read from');
    }
  }
  throw ofAllHosts(errors);
}

/** Settings, grants and log of the server. Tables are not looked at here: what one channel maps wrongly must not hold up the others. */
async function expectFitSource(address: MysqlAddress, log: Logger): Promise<void> {
  const { problems } = await checkSource(address, []);
  for (const { severity, code, message } of problems) if (severity === 'warning') log.warn({ code }, message);
  const failed = failedCheck('SOURCE', address, problems);
  if (failed) throw failed;
}

/** Resolves to the server's identity when its log goes on behind the saved place. */
async function expectPlace(address: MysqlAddress, saved: SelectorPosition | undefined): Promise<string> {
  const found = await askServerLog(address, saved?.log.gtidSet ?? '');
  const refused = saved && refusal(found, saved, placeOf(address));
  if (refused) throw refused;
  return found.server;
}

/** What every host said, under the code of the one that is likeliest to heal by itself. */
function ofAllHosts(errors: readonly ReplicationError[]): ReplicationError {
  const behind = errors.find(({ code }) => code === 'SOURCE_BEHIND');
  const chosen = behind ?? errors.find(({ treatment }) => treatment === 'wait') ?? errors[0];
  if (chosen === undefined) throw new Error('a source without a host');
  if (errors.length === 1) return chosen;
  const join = (texts: readonly string[]): string => [...new Set(texts)].join('; ');
  return new ReplicationError(
    chosen.code,
    `no host of the source can be read from: ${join(errors.map(({ message }) => message))}`,
    join([chosen, ...errors].map(({ remedy }) => remedy)),
    chosen,
  );
}
