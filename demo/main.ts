/** `npm run demo`: the tutorial on a stack of this machine, with a verdict at the end. */
import { parseArgs } from 'node:util';
import { CliError } from '../services/admin-api/cli/cli-error.ts';
import { type StackHandle, upStack } from '../stack/api.ts';
import { stackDir } from '../stack/config.ts';
import { downStack } from '../stack/down.ts';
import { messageOf, StackError } from '../stack/errors.ts';
import { supervisorPid } from '../stack/leftovers.ts';
import { lineReport } from '../stack/report.ts';
import { differenceLine } from './compare.ts';
import { DemoError } from './demo-error.ts';
import { keptText } from './kept-text.ts';
import { type DemoOptions, runDemo } from './run.ts';
import { Screen } from './screen.ts';

const USAGE = `usage: npm run demo [-- OPTIONS]
  --keep         leave the stack running at the end and print its addresses
  --changes N    rows to change (25000)
  --rate N       rows a second (500)
  --seed N       seed of the workload (a new one each time)
The stack stands in .stack at ports 21000-21099; LUTRA_STACK_DIR and LUTRA_STACK_PORT move it (port 0: any free block).`;

const screen = new Screen(process.stdout);
const report = lineReport((line) => screen.line(line));
const stop = new AbortController();
const dir = stackDir();

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof CliError ? error.lines.join('\n') : isExpected(error) ? messageOf(error) : error);
  return 1;
});

async function main(): Promise<number> {
  const asked = readOptions();
  if (typeof asked === 'number') return asked;
  const wasRunning = supervisorPid(dir) !== undefined;
  takeDownOnInterrupt(wasRunning);
  const start = performance.now();
  try {
    const stack = await upStack({ dir, report, tiedToCaller: !asked.keep && !wasRunning });
    screen.line(`workload seed ${asked.options.seed}`);
    const verdict = await runDemo(stack, asked.options, screen, stop.signal);
    for (const difference of verdict.differences) screen.line(differenceLine(difference));
    if (asked.keep) screen.line(keptText(stack));
    else await leave(stack, wasRunning);
    screen.line(`${verdict.line}; ${((performance.now() - start) / 1_000).toFixed(0)} s`);
    return verdict.isOk ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) return await new Promise<never>(() => {}); // the interrupt ends this process
    screen.clear();
    if (!asked.keep && !wasRunning) await downStack(dir, report);
    throw error;
  }
}

async function leave(stack: StackHandle, wasRunning: boolean): Promise<void> {
  if (wasRunning) screen.line('the stack ran before the demo and is left running; "npm run stack -- down" ends it');
  else await screen.step('stack down', () => stack.down());
}

/** The first Ctrl-C takes down what this demo started; npm and bootstrap.mjs send the same one again, so repeats are ignored. */
function takeDownOnInterrupt(wasRunning: boolean): void {
  const onSignal = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    screen.clear();
    screen.line(
      wasRunning
        ? 'interrupted; the stack ran before the demo and is left running'
        : 'interrupted, taking the stack down',
    );
    const done = wasRunning ? Promise.resolve(true) : downStack(dir, report);
    void done.catch((error: unknown) => console.error(messageOf(error))).then(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

/** The options, or the exit code when there is nothing to run. */
function readOptions(): { keep: boolean; options: DemoOptions } | number {
  try {
    const { values } = parseArgs({
      options: {
        keep: { type: 'boolean', default: false },
        changes: { type: 'string', default: '25000' },
        rate: { type: 'string', default: '500' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    const options = {
      changes: whole('changes', values.changes),
      perSecond: whole('rate', values.rate),
      seed: whole('seed', values.seed),
    };
    return { keep: values.keep, options };
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    return 2;
  }
}

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text) && (name === 'seed' || Number(text) > 0)) return Number(text);
  throw new StackError(`--${name} is "${text}"; write a whole number.`);
}

function isExpected(error: unknown): boolean {
  return error instanceof StackError || error instanceof DemoError;
}
