import { type Command, Option } from 'commander';
import { statusListSchema } from '../../schemas/status.ts';
import type { ApiClient } from '../api-client.ts';
import type { ChannelPipeline } from '../kinds/channels.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import { readPages } from '../pages.ts';
import type { Connect } from '../program.ts';
import { count, duration, paint, paintState, table } from '../screen.ts';
import { watch } from '../watch.ts';

type Order = 'lag' | 'rows' | 'state' | 'name';
type Options = { sort: Order; filter?: string; once?: true; output: Format };

/** `lutra top` */
export function addTop(program: Command, connect: Connect): void {
  program
    .command('top')
    .description(
      'Pipelines as a live table: state, lag, rows a second, what is left. Drawn anew each second on a terminal, once elsewhere.',
    )
    .addOption(
      new Option('--sort <order>', 'what comes first').choices(['lag', 'rows', 'state', 'name']).default('lag'),
    )
    .option('--filter <text>', 'only channels whose name holds this text')
    .option('--once', 'draw it once')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra top', 'lutra top --sort rows', 'lutra top --once -o json']))
    .action(async ({ sort, filter, once, output }: Options) => {
      const client = connect();
      const look = async (): Promise<ChannelPipeline[]> => sorted(await pipelines(client, filter), sort);
      if (once === true || output !== 'table' || !process.stdout.isTTY) {
        const items = await look();
        const names = items.map(({ channel, name }) => `${channel}/${name}`);
        return show({ value: { items }, table: () => topText(items), names }, output);
      }
      return watch(async () => topText(await look(), process.stdout.rows), { isRedrawn: true });
    });
}

async function pipelines(client: ApiClient, filter: string | undefined): Promise<ChannelPipeline[]> {
  const query = filter === undefined ? {} : { filter };
  const { items } = await readPages(client, statusListSchema, '/status', { query });
  return items.flatMap((channel) => channel.pipelines.map((each) => ({ channel: channel.name, ...each })));
}

const ORDERS: Readonly<Record<Order, (a: ChannelPipeline, b: ChannelPipeline) => number>> = {
  lag: (a, b) => (b.lagMs ?? -1) - (a.lagMs ?? -1),
  rows: (a, b) => b.rowsPerSecond - a.rowsPerSecond,
  state: (a, b) => Number(a.state === 'running') - Number(b.state === 'running') || a.state.localeCompare(b.state),
  name: () => 0,
};

/** Equals stay in the order of their names. */
export function sorted(items: readonly ChannelPipeline[], order: Order): ChannelPipeline[] {
  return items.toSorted((a, b) => ORDERS[order](a, b) || a.channel.localeCompare(b.channel));
}

/** `height`: lines of the screen; what does not fit is counted. */
export function topText(items: readonly ChannelPipeline[], height = Number.POSITIVE_INFINITY): string {
  const running = items.filter(({ state }) => state === 'running').length;
  const rate = items.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0);
  const head = `${count(items.length)} pipelines, ${count(running)} running, ${count(rate)} rows/s`;
  if (items.length === 0) return `${head}\nno channels yet; create one with: lutra apply -f FILE`;
  const room = Math.max(1, height - 5);
  const shown = items.slice(0, room);
  const rows = shown.map((each) => [
    `${each.channel}/${each.name}`,
    paintState(each.state),
    duration(each.lagMs),
    count(each.rowsPerSecond),
    behindText(each),
    String(each.loader?.quarantine?.rows ?? 0),
    String(each.loader?.ddl?.held.length ?? 0),
    each.reason?.code ?? '-',
  ]);
  const heads = ['PIPELINE', 'STATE', 'LAG', 'ROWS/S', 'BEHIND', 'QUARANTINE', 'HELD', 'REASON'];
  const rest = items.length > shown.length ? [`and ${count(items.length - shown.length)} more; see --filter`] : [];
  return [paint('bold', head), '', table(heads, rows), ...rest].join('\n');
}

function behindText({ offsets }: ChannelPipeline): string {
  if (offsets === undefined) return '-';
  return count(offsets.reduce((sum, { next, end }) => sum + Math.max(0, Number(end) - Number(next)), 0));
}
