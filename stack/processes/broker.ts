/** A Kafka broker that is its own KRaft controller. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackConfig } from '../config.ts';
import { StackError } from '../errors.ts';
import { checkBroker } from '../health.ts';
import { javaCommand } from '../install/java.ts';
import type { Place } from '../layout.ts';
import { brokerRelay, WAYS } from '../relayed.ts';
import { foldersOf, logFile } from './folders.ts';
import { kafkaArguments, properties, writeLogging } from './jvm.ts';
import { alwaysAvailable, type ProcessSpec } from './spec.ts';

const HEAP_MB = 512;

/** The broker of one site. */
export function brokerSpec(config: StackConfig, place: Place): ProcessSpec {
  const port = config.basePort + (place.offsets[0] ?? 0);
  const controllerPort = config.basePort + (place.offsets[1] ?? 0);
  const { etc, data } = foldersOf(config.dir);
  const file = join(etc, `${place.name}.properties`);
  const folder = join(data, place.name);
  return {
    name: place.name,
    role: place.role,
    site: place.site,
    commandLine: () => ({
      command: javaCommand(config.cache),
      args: kafkaArguments(config, { heap: HEAP_MB, main: 'kafka.Kafka', args: [file] }),
    }),
    env: {},
    addresses: { client: `127.0.0.1:${port}` },
    credentials: [],
    log: logFile(config.dir, place.name),
    data: folder,
    after: [],
    unavailable: alwaysAvailable,
    async prepare() {
      writeLogging(config.dir);
      const ways = config.relayed === true ? waysTo(port, controllerPort) : {};
      writeFileSync(file, properties({ ...brokerProperties(port, controllerPort, folder), ...ways }));
      await format(config, { port, controllerPort, folder, name: place.name });
    },
    check: () => checkBroker(port),
    stopLimitMs: 30_000,
  };
}

/** `socket.*.buffer.bytes=-1` leaves the window to the kernel: without it a link of 200 ms carries 0.5 MB/s. */
export function brokerProperties(
  port: number,
  controllerPort: number,
  folder: string,
): Record<string, string | number | boolean> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': folder,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.segment.bytes': 134217728,
    'log.cleaner.dedupe.buffer.size': 10485760,
    'socket.send.buffer.bytes': -1,
    'socket.receive.buffer.bytes': -1,
    'message.max.bytes': 8388608,
  };
}

/** Listeners beside the direct one, each of which advertises its relay. */
function waysTo(port: number, controllerPort: number): Record<string, string> {
  const ways = WAYS.map((way) => ({ name: way.toUpperCase(), ...brokerRelay(port, way) }));
  const {
    listeners,
    'advertised.listeners': advertised,
    'listener.security.protocol.map': map,
  } = brokerProperties(port, controllerPort, '');
  return {
    listeners: [listeners, ...ways.map(({ name, server }) => `${name}://127.0.0.1:${server}`)].join(','),
    'advertised.listeners': [advertised, ...ways.map(({ name, relay }) => `${name}://127.0.0.1:${relay}`)].join(','),
    'listener.security.protocol.map': [map, ...ways.map(({ name }) => `${name}:PLAINTEXT`)].join(','),
  };
}

/** Formats a folder beside the real one and renames it, so that a formatting that was cut short leaves nothing. */
async function format(
  config: StackConfig,
  { port, controllerPort, folder, name }: { port: number; controllerPort: number; folder: string; name: string },
): Promise<void> {
  if (existsSync(join(folder, 'meta.properties'))) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const file = join(foldersOf(config.dir).etc, `${name}.format.properties`);
  writeFileSync(file, properties(brokerProperties(port, controllerPort, part)));
  const args = ['format', '-t', clusterId(), '-c', file];
  const java = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const tool = kafkaArguments(config, { heap: 128, main: 'kafka.tools.StorageTool', args });
  await promisify(execFile)(javaCommand(config.cache), [...java, ...tool]).catch((cause: unknown) => {
    throw new StackError(
      `The data folder ${folder} of ${name} could not be formatted; see the cause, then "stack reset".`,
      { cause },
    );
  });
  rmSync(file);
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}

/** 16 random bytes as text; a leading `-` would be read as an option. */
function clusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}
