import type { Command } from 'commander';
import { auditListSchema } from '../../seek/seek-schemas.ts';
import type { Connect } from '../program.ts';
import { count, printable, table } from '../screen.ts';

/** `lutra audit` */
export function addAudit(program: Command, connect: Connect): void {
  program
    .command('audit')
    .description('What operators did by hand, newest first.')
    .option('--limit <n>', 'at most so many', '50')
    .action(async ({ limit }: { limit: string }) => {
      const { items } = await connect().json(auditListSchema, '/audit', { query: { limit } });
      const rows = items.map((entry) => [
        new Date(entry.at).toISOString(),
        printable(entry.by),
        entry.action,
        `${entry.channel}/${entry.pipeline}`,
        Object.keys(entry.before)
          .map((each) => `${each}: ${entry.before[each]} -> ${entry.after[each]}`)
          .join(', '),
        count(entry.rows),
        entry.outcome,
      ]);
      const head = ['AT', 'BY', 'WHAT', 'PIPELINE', 'OFFSETS', 'ROWS', 'OUTCOME'];
      console.log(rows.length === 0 ? 'nothing was done by hand' : table(head, rows));
    });
}
