/**
 * `npm run test:compose`: brings docker-compose.yml up for real and replicates through it. Root only, not part of
 * `npm test`. Works on a Docker engine of its own (folder `compose` in the project's cache), with stand-ins in place of
 * the official images, and takes everything down again; what stays is the engine's image store, for the next run.
 * LUTRA_COMPOSE_PORT: base of the published ports; absent: a free block.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, mergeConfig, PROJECT_ROOT, parsePort } from '../../stack/config.ts';
import { messageOf, StackError } from '../../stack/errors.ts';
import { withLock } from '../../stack/install/cache.ts';
import { install } from '../../stack/install/install.ts';
import { freeBlock, isFree } from '../../stack/ports.ts';
import { lineReport, seconds } from '../../stack/report.ts';
import { buildStandIns, type ImageNames } from './base-images.ts';
import { type Engine, startEngine } from './engine.ts';
import { readComposeFile } from './file.ts';
import { type ReplicationResult, replicate } from './replication.ts';
import { PLACES, StackInDocker } from './stack-in-docker.ts';
import { installTools, requireRoot } from './tools.ts';

const IMAGE = 'lutra:compose-test';
/** Set by a signal; what fails from then on fails because everything is taken down. */
let interrupted = false;
const report = lineReport((line) => console.log(line));

async function main(): Promise<string> {
  requireRoot();
  await installTools(report);
  const folder = join(cacheDir(), 'compose');
  mkdirSync(folder, { recursive: true });
  return withLock(folder, report, async () => {
    const { cache } = await install(mergeConfig({}, undefined), PLACES, report);
    const names = imageNames();
    await using cleanUp = new AsyncDisposableStack();
    stopOnSignals(cleanUp);
    const engine = cleanUp.use(await startEngine(folder, report));
    await buildStandIns(engine, cache, names, report);
    await report.step('building the image of the services', () => buildServices(engine, names.node));
    const stack = cleanUp.use(new StackInDocker(engine, await basePort(), IMAGE));
    await stack.clear();
    await bringUp(stack);
    try {
      return verdict(await replicate(stack, report));
    } catch (error) {
      if (!interrupted) await explain(stack, join(folder, 'containers.log'));
      throw error;
    }
  });
}

/** The images of the file, at its defaults. */
function imageNames(): ImageNames {
  const { services } = readComposeFile();
  const of = (name: string): string => services[name]?.image ?? '';
  return {
    kafka: of('kafka-sh'),
    registry: of('registry'),
    mysql: of('order'),
    mariadb: of('user'),
    redis: of('redis'),
    node: services['admin-api']?.build?.args.NODE_IMAGE ?? '',
  };
}

/** As `docker-compose build` does, on the machine's own network, which is the way to its npm registry. */
async function buildServices(engine: Engine, node: string): Promise<void> {
  await engine.docker(['build', '--network', 'host', '--build-arg', `NODE_IMAGE=${node}`, '-t', IMAGE, PROJECT_ROOT]);
}

async function basePort(): Promise<number> {
  const asked = process.env.LUTRA_COMPOSE_PORT;
  if (asked === undefined || asked === '') return freeBlock(PLACES);
  const port = parsePort(asked, 'LUTRA_COMPOSE_PORT');
  for (const { name, offsets } of PLACES) {
    const [offset] = offsets; // the others are private to a container
    if (offset === undefined || (await isFree(port + offset))) continue;
    throw new StackError(`Port ${port + offset} of ${name} is in use; choose another block with LUTRA_COMPOSE_PORT.`);
  }
  return port;
}

/** Up, healthy, and up once more, which must leave every container as it is. */
async function bringUp(stack: StackInDocker): Promise<void> {
  await report.step('docker-compose up', () => stack.up());
  await report.step('waiting until every container is healthy', () => stack.waitHealthy());
  const before = await stack.states();
  await report.step('docker-compose up, once more', () => stack.up());
  const after = await stack.states();
  for (const [service, { id }] of before) {
    if (after.get(service)?.id === id) continue;
    throw new StackError(`The second "up" made ${service} anew, although nothing had changed.`);
  }
}

/** Says what can be seen only while the containers still run. */
async function explain(stack: StackInDocker, file: string): Promise<void> {
  await stack.writeLogs(file);
  console.error(`lutra status said:\n${await stack.channelStatus()}\nThe logs of the containers are in ${file}.`);
}

function verdict({ changes, tables, rows, differences }: ReplicationResult): string {
  if (differences.length > 0) {
    const shown = differences.slice(0, 20).join('\n  ');
    throw new StackError(`${differences.length} differences between source and target:\n  ${shown}`);
  }
  if (rows === 0) throw new StackError('The tables are empty, so nothing was compared.');
  return `${PLACES.length} containers healthy, ${changes} changes, ${tables} tables with ${rows} rows equal`;
}

function stopOnSignals(cleanUp: AsyncDisposableStack): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      interrupted = true;
      console.error(`${signal}: taking everything down`);
      cleanUp.disposeAsync().finally(() => process.exit(1));
    });
  }
}

const start = performance.now();
try {
  console.log(`test:compose ok: ${await main()}, ${seconds(start)}`);
} catch (error) {
  if (!interrupted) console.error(error instanceof StackError ? messageOf(error) : error);
  console.error(`test:compose FAILED after ${seconds(start)}`);
  process.exitCode = 1;
}
