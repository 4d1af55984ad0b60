/** What one stack is made of: read from options and environment, kept in `<dir>/stack.json`. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from './errors.ts';
import { type Database, DEFAULT_BASE_PORT, DEFAULT_DATABASES, layout, type Place, parseDatabases } from './layout.ts';
import { newStackAccess, type StackAccess } from './secrets.ts';
import { KAFKA_VERSIONS, type KafkaVersion } from './versions.ts';

export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The lasting settings of a stack. */
export type StackConfig = {
  /** Absolute folder of state, data and logs. */
  readonly dir: string;
  /** Absolute folder of what was downloaded; shared by all stacks of a project. */
  readonly cache: string;
  readonly basePort: number;
  readonly kafkaVersion: KafkaVersion;
  readonly databases: readonly Database[];
  /** Further arguments of every database server, such as `--binlog-transaction-compression=ON`. */
  readonly databaseArguments: readonly string[];
  readonly access: StackAccess;
  /** True: services and mirrors reach Kafka and the registry by the relays of `relayed.ts`, which the maker of the stack runs. */
  readonly relayed?: boolean;
  /** The process that owns the stack; when it ends, the stack stops. Absent: the stack stays until `down`. */
  readonly ownerPid?: number;
};

/** What a caller may ask of a stack; what is left out comes from the stack's folder, then the environment, then defaults. */
export type StackOptions = {
  readonly dir?: string;
  readonly cache?: string;
  /** Base port; 0 takes a free block. */
  readonly port?: number;
  readonly kafka?: string;
  readonly databases?: string;
  readonly databaseArguments?: readonly string[];
  readonly relayed?: boolean;
};

/** The stack's folder: option, LUTRA_STACK_DIR, or `.stack` in the project. */
export function stackDir(dir?: string): string {
  return absolute(dir ?? process.env.LUTRA_STACK_DIR ?? join(PROJECT_ROOT, '.stack'));
}

/** The cache's folder: option, LUTRA_CACHE, or `.cache` in the project. */
export function cacheDir(cache?: string): string {
  return absolute(cache ?? process.env.LUTRA_CACHE ?? join(PROJECT_ROOT, '.cache'));
}

function absolute(path: string): string {
  return resolve(path.startsWith('~/') ? join(homedir(), path.slice(2)) : path);
}

/** Settings of the stack in `dir`, undefined when none was made there. */
export function readConfig(dir: string): StackConfig | undefined {
  const file = join(dir, 'stack.json');
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as StackConfig;
}

/** Writes `stack.json`; a reader sees the old or the new settings, never half of them. */
export function writeConfig(config: StackConfig): void {
  mkdirSync(config.dir, { recursive: true });
  writeAtomically(join(config.dir, 'stack.json'), `${JSON.stringify(config, null, 2)}\n`, 0o600);
}

/** Writes a file by renaming a finished one over it. */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, text, { mode });
  renameSync(part, file);
}

/**
 * Joins options with what the stack's folder says. Base port 0 stays 0: the caller picks the block.
 * Refuses a change that the existing data does not allow.
 */
export function mergeConfig(options: StackOptions, existing: StackConfig | undefined): StackConfig {
  const kafkaVersion = kafkaVersionOf(options.kafka ?? existing?.kafkaVersion ?? KAFKA_VERSIONS[0]);
  const asked = options.databases ?? process.env.LUTRA_STACK_DATABASES;
  const config: StackConfig = {
    dir: stackDir(options.dir),
    cache: cacheDir(options.cache),
    basePort: options.port ?? existing?.basePort ?? portFromEnvironment() ?? DEFAULT_BASE_PORT,
    kafkaVersion,
    databases: asked === undefined && existing ? existing.databases : parseDatabases(asked ?? DEFAULT_DATABASES),
    databaseArguments: options.databaseArguments ?? existing?.databaseArguments ?? [],
    access: existing?.access ?? newStackAccess(),
    ...((options.relayed ?? existing?.relayed) === true ? { relayed: true } : {}),
  };
  if (existing) refuseImpossibleChange(config, existing);
  return config;
}

function refuseImpossibleChange(config: StackConfig, existing: StackConfig): void {
  if (config.kafkaVersion !== existing.kafkaVersion && existsSync(join(config.dir, 'data', 'kafka-sh'))) {
    throw new StackError(
      `The brokers in ${config.dir} hold data of Kafka ${existing.kafkaVersion}, so ${config.kafkaVersion} cannot start on it; use another --dir, or reset this stack.`,
    );
  }
  for (const database of config.databases) {
    const before = existing.databases.find((other) => other.name === database.name);
    if (before && before.engine !== database.engine && existsSync(join(config.dir, 'data', database.name))) {
      throw new StackError(
        `The database ${database.name} in ${config.dir} is ${before.engine}, so it cannot become ${database.engine}; use another --dir, or reset this stack.`,
      );
    }
  }
}

function kafkaVersionOf(text: string): KafkaVersion {
  const version = KAFKA_VERSIONS.find((known) => known === text);
  if (!version)
    throw new StackError(`Kafka ${text} is not known to the stack; choose one of ${KAFKA_VERSIONS.join(', ')}.`);
  return version;
}

function portFromEnvironment(): number | undefined {
  const text = process.env.LUTRA_STACK_PORT;
  if (text === undefined || text === '') return undefined;
  return parsePort(text, 'LUTRA_STACK_PORT');
}

/** Reads a base port, 0 or 1024 … 65435; `from` names the setting in the error. */
export function parsePort(text: string, from: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && (port === 0 || (port >= 1024 && port <= 65435))) return port;
  throw new StackError(
    `${from} is "${text}", which is no base port; give a number from 1024 to 65435, or 0 for a free block.`,
  );
}

/** Every place of the stack. */
export function placesOf(config: StackConfig): readonly Place[] {
  return layout(config.databases);
}

/** The port of a site's broker, and of any place by name. */
export function portOf(config: StackConfig, name: string): number {
  const offset = placesOf(config).find((place) => place.name === name)?.offsets[0];
  if (offset === undefined)
    throw new StackError(`No process ${name} with a port is in the stack of ${config.dir}; see "stack status".`);
  return config.basePort + offset;
}
