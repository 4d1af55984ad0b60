import { HEARTBEAT_SCHEMA, PART_SCHEMA, SELECTION_SCHEMA, STATEMENT_SCHEMA } from '../../shared/codec/envelope.ts';
import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { openProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { briefGtids } from '../../shared/model/gtid-set.ts';
import type { SelectorPosition } from '../../shared/model/position.ts';
import type { RowCounts } from '../../shared/model/status.ts';
import { type Connection, openConnection } from '../../shared/mysql/connection.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import type { Stage } from '../../shared/runtime/stall-watch.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import {
  compactedTopicDefinition,
  positionsTopic,
  rowsTopic,
  rowsTopicDefinition,
  schemasTopic,
} from '../../topics/topics.ts';
import { readBinlog, type StreamProgress } from './binlog-source.ts';
import { CharsetSource, readCharsets } from './charsets.ts';
import { claimRows } from './claim-rows.ts';
import type { TableMap } from './column.ts';
import { isSequence, withDeclaredTypes } from './declared-types.ts';
import type { DesiredSource } from './desired-sources.ts';
import { Heartbeats } from './heartbeats.ts';
import { guardLog } from './log-guard.ts';
import { LogTail } from './log-tail.ts';
import { learnTables, openSchemaHistory } from './open-schema-history.ts';
import { partitionOf } from './ordering-domain.ts';
import { loadPosition, PositionWriter } from './position-store.ts';
import { publishedBefore } from './published-before.ts';
import { type Progress, Publisher } from './publisher.ts';
import { ReadClock } from './read-clock.ts';
import { RowPlan } from './row-plan.ts';
import { beginning, chooseStart, formerWish, isFollowed } from './run-start.ts';
import { namesColumns } from './schema-capture.ts';
import { SelectionSwitch } from './selection-switch.ts';
import { chooseHost } from './source-host.ts';
import { stagesOf } from './source-stages.ts';
import { firstStart, isMariadb } from './start-position.ts';
import { hasNames } from './table-map.ts';
import { TransactionAssembler } from './transaction-assembler.ts';
import { TransactionTraces } from './transaction-traces.ts';

export type RunParts = {
  readonly site: string;
  readonly kafka: KafkaAddress;
  readonly registry: SchemaRegistryPort;
  readonly desired: DesiredSource;
  /** Undefined: no traces. */
  readonly tracing?: Tracing | undefined;
  readonly log: Logger;
  /** Rows by table; outlives the run. */
  readonly counts: Map<string, RowCounts>;
  readonly onRunning: (run: RunningSource) => void;
  /** Nothing was ever asked to run: the source is left alone until its wish changes. */
  readonly onPaused: () => void;
  readonly onWait: (error: ReplicationError) => void;
};

/** What a running source tells about itself. */
export type RunningSource = {
  /** The host of the list that is read from. */
  readonly host: string;
  readonly progress: () => Progress;
  readonly transactions: () => number;
  /** Commit time of the last transaction read, µs; 0 before the first. */
  readonly lastCommitted: () => number;
  /** Where the rows are on their way, nearest to Kafka first. */
  readonly stages: () => Stage[];
  /** Goes over to another wish for the same database, without a stop; false when it has to be stopped for that. */
  readonly adopt: (desired: DesiredSource) => boolean;
};

/**
 * One run of a source: claim, position, checks, schemas, then binlog to Kafka until the signal, which drains, or an error.
 * The position is saved before anything is published under a new epoch, and after the rows it covers ever since. Another selector that ran before, and may
 * only stand still, can neither save a position nor publish a row after the claim; what it published until then bears the numbers under which this run
 * publishes the same rows again. Errors: PRODUCER_FENCED when another run has claimed the source.
 */
export async function runSource(parts: RunParts, signal: AbortSignal): Promise<void> {
  const { desired, kafka, log } = parts;
  await ensureTopic(kafka, compactedTopicDefinition(positionsTopic(parts.site)));
  await ensureTopic(kafka, compactedTopicDefinition(schemasTopic(parts.site)));
  await ensureTopic(kafka, rowsTopicDefinition(desired.id, desired.database.partitions));
  const place = { topic: positionsTopic(parts.site), source: desired.id };
  const load = (): Promise<SelectorPosition | undefined> =>
    loadPosition(kafka, place.topic, place.source, signal, parts.onWait);
  if (!desired.pipelines.some((pipeline) => pipeline.running) && !isFollowed(desired, await load())) {
    if (signal.aborted) return;
    parts.onPaused();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return;
  }

  // NOTE a run that was given up while it waited must not take the source from the one that has begun meanwhile.
  if (signal.aborted) return;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  const positions = new PositionWriter(kafka, place, failure.reject);
  const producer = openProducer(kafka, rowsTopic(desired.id));
  let connection: Connection | undefined;
  try {
    await positions.claim();
    const saved = await load();
    if (signal.aborted) return;
    const isKnown = isFollowed(desired, saved);
    const { address, host, server } = await chooseHost(desired, isKnown ? saved : undefined, log);
    connection = await openConnection(address, 'SOURCE');
    const charsets = await readCharsets(connection);
    const mariadb = await isMariadb(connection);
    const first = isKnown ? undefined : await firstStart(connection, desired.id, chooseStart(desired));
    const isNamed = await namesColumns(connection);
    const flavour = mariadb ? 'mariadb' : 'mysql';
    await connection.end();
    const heartbeatId = await parts.registry.register('lutra.heartbeat', HEARTBEAT_SCHEMA);
    const topic = rowsTopic(desired.id);
    if (signal.aborted) return;
    const goesOn = saved !== undefined && first === undefined && saved.serials.length === desired.database.partitions;
    const published = goesOn ? await claimRows({ kafka, producer, topic, heartbeatId, saved }) : [];
    const isRepeating = published.some((serial, partition) => serial > (saved?.serials[partition] ?? 0));
    const begun = (isRepeating && formerWish(desired, saved)) || desired;
    const numbers = saved ?? (await publishedBefore(kafka, topic));
    const from = beginning(begun, saved, numbers, first, server, published);
    await positions.store(from);
    log.info(
      { epoch: from.epoch, transaction: from.transaction, ...from.log, gtidSet: briefGtids(from.log.gtidSet) },
      'reading from here',
    );

    const tail = new LogTail(from.log);
    let acknowledged: Progress = from;
    const partSchemaId = await parts.registry.register('lutra.part', PART_SCHEMA);
    const traces = parts.tracing && new TransactionTraces(parts.tracing, desired.id);
    const publisher = new Publisher({
      partSchemaId,
      producer,
      topic,
      from,
      logPosition: () => tail.now(),
      onCommitted: traces && ((head, records) => traces.committed(head, records)),
      onFailure: failure.reject,
      onAcknowledged: (progress) => {
        acknowledged = progress;
        positions.save(selection.positionOf(progress));
        traces?.acknowledged(progress);
      },
    });
    const statementId = await parts.registry.register('lutra.statement', STATEMENT_SCHEMA);
    const selectionId = await parts.registry.register('lutra.selection', SELECTION_SCHEMA);
    const connect = (): Promise<Connection> => openConnection(address, 'SOURCE');
    const decoders = new CharsetSource(charsets, connect);
    const history = await openSchemaHistory({
      ...parts,
      source: desired.id,
      address,
      flavour,
      charsets,
      isNamed,
      startsAnew: first !== undefined,
      producer,
      now: () => tail.now(),
      covered: () => acknowledged.log,
      signal,
    });
    const assembler: TransactionAssembler = new TransactionAssembler({
      source: desired.id,
      charsets,
      decoders,
      publisher,
      statementSchemaId: statementId,
      log: tail,
      follow: (...statement) => history.follow(...statement),
      planFor: (map) => {
        if (!selection.isWanted(map) || isSequence(map)) return undefined;
        if (hasNames(map)) return preparePlan(parts, map, decoders, connect, mariadb);
        return history.describe(map).then((described) => preparePlan(parts, described, decoders, connect, mariadb));
      },
      onBoundary: () => {
        selection.atBoundary();
        heartbeats.atBoundary();
      },
    });
    const clock = new ReadClock(assembler);
    const heartbeats: Heartbeats = new Heartbeats({
      ...{ publisher, clock, schemaId: heartbeatId },
      place: () => ({ file: tail.file, position: tail.position }),
      isInsideTransaction: () => assembler.insideTransaction,
    });
    const selection: SelectionSwitch = new SelectionSwitch({
      desired: begun,
      from,
      publisher,
      store: (position) => positions.store(position),
      schemaId: selectionId,
      logPlace: () => ({ file: tail.file, position: tail.position }),
      isInsideTransaction: () => assembler.insideTransaction,
      isRepeating: () =>
        begun !== desired && published.some((serial, partition) => serial > (publisher.serials[partition] ?? 0)),
      onOtherTables: () => assembler.forgetTables(),
      log,
    });
    if (begun !== desired) selection.adopt(desired);
    if (!isNamed) await learnTables(history, address, (name) => selection.isWanted(name));
    const stream: StreamProgress = { events: 0, isHeld: false };
    parts.onRunning({
      host,
      stages: () => stagesOf({ stream, publisher, positions, host, topic }),
      progress: () => acknowledged,
      transactions: () => publisher.transactions,
      lastCommitted: () => assembler.lastCommitted,
      adopt: (next) => {
        // NOTE until a transaction is read behind a start by file and position, the GTIDs of that place are not known.
        if (tail.skipBefore !== undefined && assembler.lastCommitted === 0) return false;
        selection.adopt(next);
        return true;
      },
    });
    const start = tail.skipBefore ? { file: tail.skipBefore.file } : { gtidSet: from.log.gtidSet };
    const reading = new AbortController();
    const stop = AbortSignal.any([signal, reading.signal]);
    heartbeats.start();
    void guardLog({ address, server, now: () => tail.now(), onReset: failure.reject }, stop);
    try {
      await Promise.race([readBinlog(address, start, clock, stop, stream), failure.promise]);
      await publisher.drain();
    } finally {
      heartbeats.stop();
      reading.abort();
    }
  } finally {
    await connection?.end().catch(() => {});
    await producer.close();
    await positions.close();
  }
}

async function askDeclaredTypes(map: TableMap, connect: () => Promise<Connection>): Promise<TableMap> {
  const connection = await connect();
  try {
    return await withDeclaredTypes(connection, map);
  } finally {
    await connection.end();
  }
}

async function preparePlan(
  parts: RunParts,
  map: TableMap,
  decoders: CharsetSource,
  connect: () => Promise<Connection>,
  isMariadb: boolean,
): Promise<RowPlan> {
  const declared = isMariadb ? await askDeclaredTypes(map, connect) : map;
  const plan = new RowPlan(declared, await decoders.decodersFor(map));
  const counts = parts.counts.get(plan.name) ?? plan.counts;
  parts.counts.set(plan.name, counts);
  plan.counts = counts;
  plan.schemaId = await parts.registry.register(`${rowsTopic(parts.desired.id)}-${plan.name}`, plan.schema);
  plan.partitionOf = await partitionOf(map, parts.desired.database.partitions, connect);
  return plan;
}
