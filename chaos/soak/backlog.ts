import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { query, run } from '../../demo/servers.ts';
import type { SoakBed } from './bed.ts';
import { LARGE_ROW_BYTES } from './load.ts';
import { Observation } from './observation.ts';
import type { SoakFindings } from './report.ts';

const GB = 1 << 30;
const MEMORY_EVERY_MS = 1_000;
const POLL_MS = 1_000;
const PER_CALL = 50;
/** Nothing more has come to the topic for so long: the selector has read all. */
const QUIET_POLLS = 5;

/** While a target is stopped, the source writes until its log is so much larger and all of it is on the rows topic; then the target is released. */
export async function runBacklog(
  bed: SoakBed,
  gigabytes: number,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakFindings> {
  let rows = 0;
  const progress = (): string =>
    `${rows} rows of ${LARGE_ROW_BYTES / 1_000} kB written and deleted, ${gb(topicBytes(bed))} GB on the topic`;
  const observation = new Observation({ bed, memoryEveryMs: MEMORY_EVERY_MS, tell, progress });
  await observation.begun();
  bed.stopped.refuse();
  const [began, first] = [performance.now(), await logBytes(bed)];
  while (!signal.aborted && (await logBytes(bed)) - first < gigabytes * GB) {
    await run(bed.from.server, [`USE ${bed.from.schema}`, `CALL large(${rows}, ${PER_CALL})`]);
    rows += PER_CALL;
  }
  const written = performance.now();
  tell(`written: ${progress()}`);
  await untilQuiet(bed);
  const published = performance.now();
  tell(`published: ${progress()}`);
  const [log, topic] = [(await logBytes(bed)) - first, topicBytes(bed)];
  const observed = await observation.end(() => bed.stopped.clear());
  const seconds = (from: number, to: number): string => `${((to - from) / 1_000).toFixed(0)} s`;
  const catchUp =
    observed.calmAfterMs === undefined
      ? ''
      : `, ${Math.round(topic / 1e6 / (observed.calmAfterMs / 1_000))} MB a second`;
  const done = `${rows} rows of ${LARGE_ROW_BYTES / 1_000} kB written and deleted; ${gb(log)} GB of log in ${seconds(began, written)}, ${gb(topic)} GB on the topic ${seconds(written, published)} later${catchUp} from the release on`;
  return { ...observed, done };
}

/** Bytes of all files of the source's log. */
async function logBytes({ from }: SoakBed): Promise<number> {
  const files = await query(from.server, 'SHOW BINARY LOGS');
  return files.reduce((sum, { File_size }) => sum + Number(File_size), 0);
}

/** Bytes of the rows topic at its broker. */
function topicBytes({ stack }: SoakBed): number {
  const data = join(stack.dir, 'data', 'kafka-sh');
  const folders = readdirSync(data, { recursive: true, encoding: 'utf8' });
  return folders
    .filter((file) => /lutra\.rows\.[^/]*\/[^/]*\.log$/.test(file))
    .reduce((sum, file) => sum + (statSync(join(data, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}

async function untilQuiet(bed: SoakBed): Promise<void> {
  // NOTE heartbeats and pulses go on, so that the topic always grows a little.
  const few = 1 << 20;
  for (let [before, quiet] = [0, 0]; quiet < QUIET_POLLS; ) {
    const now = topicBytes(bed);
    quiet = now - before < few ? quiet + 1 : 0;
    before = now;
    await delay(POLL_MS);
  }
}

function gb(bytes: number): string {
  return (bytes / GB).toFixed(1);
}
