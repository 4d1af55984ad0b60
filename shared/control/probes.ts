import { askRegistry } from '../codec/schema-registry.ts';
import { askBrokers } from '../kafka/ask-brokers.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import type { Database } from '../model/channel.ts';
import { mysqlAddress, openConnection, type Side } from '../mysql/connection.ts';
import type { Leases } from '../redis/leases.ts';
import { tlsTrouble } from '../runtime/tls.ts';
import { unreachable } from '../runtime/unreachable.ts';
import type { Probe } from './link-probes.ts';

/** Logins cost a server something, and a database that is at work tells by its pipelines when it is away. */
const DATABASE_EVERY_MS = 30_000;

export function kafkaProbe(site: string, kafka: KafkaAddress): Probe {
  return { to: `kafka:${site}`, kind: 'kafka', ask: () => askBrokers(kafka) };
}

export function registryProbe(url: string): Probe {
  return { to: `registry:${new URL(url).host}`, kind: 'registry', ask: () => askRegistry(url) };
}

export function redisProbe(url: string, leases: Pick<Leases, 'ping' | 'trouble'>): Probe {
  return { to: `redis:${new URL(url).host}`, kind: 'redis', ask: () => pingRedis(url, leases) };
}

/** Answers when any host of the list takes the login. */
export function databaseProbe(name: string, database: Database, side: Side): Probe {
  return {
    to: `database:${database.site}.${name}`,
    kind: 'database',
    everyMs: DATABASE_EVERY_MS,
    ask: () => logIn(name, database, side),
  };
}

async function pingRedis(url: string, leases: Pick<Leases, 'ping' | 'trouble'>): Promise<void> {
  try {
    await leases.ping();
  } catch (error) {
    const cause = leases.trouble ?? error;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw unreachable('REDIS_UNREACHABLE', {
      place: `Redis at ${new URL(url).host}`,
      text,
      trouble: tlsTrouble(cause, 'LUTRA_CA'),
      otherwise: 'start Redis or mend LUTRA_REDIS; who works goes on meanwhile',
      cause: error,
    });
  }
}

async function logIn(name: string, database: Database, side: Side): Promise<void> {
  const tried = await Promise.allSettled(
    database.hosts.map(async (_host, index) => {
      const connection = await openConnection(mysqlAddress(name, database, index), side);
      connection.on('error', () => {});
      await connection.end();
    }),
  );
  if (tried.some(({ status }) => status === 'fulfilled')) return;
  const [first] = tried.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  throw first;
}
