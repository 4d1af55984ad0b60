/** `npm run bench`: Lutra beside MySQL's own replica on the same log, in one run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CliError } from '../services/admin-api/cli/cli-error.ts';
import { PROJECT_ROOT } from '../stack/config.ts';
import { messageOf } from '../stack/errors.ts';
import { lineReport } from '../stack/report.ts';
import { measureCatchUp } from './catch-up.ts';
import { measureHugeTransaction } from './huge-transaction.ts';
import { describeMachine, loadNow, noiseWarning } from './machine.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { createTables } from './order-table.ts';
import { type Results, reportText } from './report.ts';
import { measureSteadyLoad } from './steady-load.ts';
import { Talk } from './talk.ts';
import { TestBed } from './test-bed.ts';

const talk = new Talk();

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof CliError ? error.lines.join('\n') : error);
  return 1;
});

async function main(): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    return 2;
  }
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const start = performance.now();
  const results = await measure(options);
  const commandLine = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
  const file = save({ at: new Date().toISOString(), commandLine, options, ...results });
  talk.line(
    `\n${relative(PROJECT_ROOT, file)} holds all figures; ${((performance.now() - start) / 1_000).toFixed(0)} s`,
  );
  talk.line(`\n${reportText(results, commandLine)}`);
  return 0;
}

async function measure(options: BenchOptions): Promise<Results> {
  const loadBefore = loadNow();
  await using bed = await TestBed.open(lineReport((line) => talk.line(line)));
  const machine = await describeMachine(bed, loadBefore);
  const warning = noiseWarning(machine);
  if (warning !== undefined) talk.line(`warning: ${warning}`);
  await createTables(bed.server('source'), true);
  for (const name of ['target', 'replica'] as const) await createTables(bed.server(name), false);
  const wants = (part: BenchOptions['parts'][number]): boolean => options.parts.includes(part);
  if (wants('steady') || (wants('catchup') && options.mirror)) await prepareFarSite(bed);
  return {
    machine,
    catchUp: wants('catchup') ? await measureCatchUp(bed, options, talk) : [],
    steady: wants('steady') ? await measureSteadyLoad(bed, options, talk) : [],
    huge: wants('huge') ? await measureHugeTransaction(bed, options, talk) : undefined,
  };
}

/** The other site is up while its tables are made, and again for the legs that need it. */
async function prepareFarSite(bed: TestBed): Promise<void> {
  await bed.stack.start('far');
  await bed.stack.waitHealthy('far');
  await createTables(bed.server('far'), false);
  await bed.stack.stop('far');
}

function save(document: Results & { at: string; commandLine: string; options: BenchOptions }): string {
  const folder = join(PROJECT_ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${document.at.slice(0, 19).replaceAll(':', '')}.json`);
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  return file;
}
