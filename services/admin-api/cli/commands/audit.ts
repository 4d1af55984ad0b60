import type { Command } from 'commander';
import type { AuditEntry } from '../../../../shared/model/audit.ts';
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
        printable(doneTo(entry)),
        count(entry.rows),
        entry.outcome,
      ]);
      const head = ['AT', 'BY', 'WHAT', 'PIPELINE', 'TO', 'ROWS', 'OUTCOME'];
      console.log(rows.length === 0 ? 'nothing was done by hand' : table(head, rows));
    });
}

/** Moved offsets, or the decision. */
function doneTo({ before, after, what }: AuditEntry): string {
  const partitions = Object.keys(before);
  if (partitions.length === 0) return what;
  return partitions.map((each) => `${each}: ${before[each]} -> ${after[each]}`).join(', ');
}
