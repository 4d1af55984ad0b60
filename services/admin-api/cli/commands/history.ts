import type { Command } from 'commander';
import { type History, historySchema } from '../../schemas/history.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { count, duration, moment, table } from '../screen.ts';
import { readCount, readTime } from '../time-text.ts';

type Options = { pipeline?: string; table?: string; from: string; to?: string; points: string; output: Format };

/** `lutra history` */
export function addHistory(program: Command, connect: Connect): void {
  program
    .command('history')
    .description('Rows and lag of a channel over time, minutes to a year back.')
    .argument('<channel>', 'the channel')
    .option('--pipeline <pipeline>', 'only of this pipeline')
    .option('--table <schema.table>', 'only of this table of the source')
    .option('--from <time>', 'from this time on: ISO 8601, or how long ago', '1h')
    .option('--to <time>', 'up to this time')
    .option('--points <n>', 'at most so many steps', '60')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra history shop', 'lutra history shop --table otter.orders --from 30d']))
    .action(async (channel: string, { from, to, points, output, ...rest }: Options) => {
      const query = {
        ...rest,
        from: String(readTime(from, '--from')),
        ...(to === undefined ? {} : { to: String(readTime(to, '--to')) }),
        points: String(readCount(points, '--points')),
      };
      const history = await connect().json(historySchema, `/channels/${encodeURIComponent(channel)}/history`, {
        query,
      });
      const names = history.points.map(({ at }) => moment(at));
      show({ value: history, table: () => historyText(history), names }, output);
    });
}

function historyText({ stepMs, points }: History): string {
  if (points.length === 0) return 'nothing is known of this time';
  const most = Math.max(...points.map(rows));
  const lines = points.map((point) => [
    moment(point.at),
    count(point.inserts),
    count(point.updates),
    count(point.deletes),
    count(point.transactions),
    duration(point.lagP50),
    duration(point.lagP99),
    duration(point.lagMax),
    '#'.repeat(most === 0 ? 0 : Math.round((rows(point) / most) * 20)),
  ]);
  const heads = ['FROM', 'INSERTS', 'UPDATES', 'DELETES', 'TRANSACTIONS', 'LAG P50', 'P99', 'MAX', 'ROWS'];
  return `${table(heads, lines)}\neach line stands for ${duration(stepMs)}`;
}

function rows({ inserts, updates, deletes }: History['points'][number]): number {
  return inserts + updates + deletes;
}
