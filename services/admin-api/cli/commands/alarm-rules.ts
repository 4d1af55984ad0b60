import type { Command } from 'commander';
import { parse } from 'yaml';
import { alarmRuleViewSchema, alarmTestReplySchema } from '../../schemas/alarms.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { ALARM_RULES } from '../kinds/observed.ts';
import { addListing, examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { readInput } from '../read-input.ts';
import { paint, printable, table } from '../screen.ts';
import { addDeletion } from './delete.ts';

/** `lutra alarm-rules` */
export function addAlarmRules(program: Command, connect: Connect): void {
  const rules = program
    .command('alarm-rules')
    .alias('alarm-rule')
    .description('Rules of alarms: when somebody is told, and who.')
    .addHelpText('after', examples(['lutra alarm-rules apply -f lag.yaml', 'lutra alarm-rules test lag']));
  addListing(rules, connect, ALARM_RULES, 'list');
  rules
    .command('apply')
    .description('Create or replace a rule.')
    .requiredOption('-f, --file <file>', 'YAML or JSON; - for standard input')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra alarm-rules apply -f lag.yaml']))
    .action(async ({ file, output }: { file: string; output: Format }) => {
      const { name, text } = await readInput(file);
      const document = ruleOf(name, text);
      const path = `/alarm-rules/${encodeURIComponent(document.name)}`;
      const rule = await connect().json(alarmRuleViewSchema, path, { method: 'PUT', body: JSON.stringify(document) });
      show(
        { value: rule, table: () => `alarm-rule ${rule.name} ${paint('green', 'stored')}`, names: [rule.name] },
        output,
      );
    });
  rules
    .command('test')
    .description('Tell everybody whom a rule names, as a test. Exit code 1 when a notice does not get through.')
    .argument('<rule>', 'the rule')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra alarm-rules test lag']))
    .action(async (name: string, { output }: { output: Format }) => {
      const path = `/alarm-rules/${encodeURIComponent(name)}/test`;
      const reply = await connect().json(alarmTestReplySchema, path, { method: 'POST' });
      const rows = reply.deliveries.map(({ to, ok, message = '-', remedy = '-' }) => [
        printable(to),
        ok ? paint('green', 'told') : paint('red', 'failed'),
        printable(message),
        printable(remedy),
      ]);
      const text = (): string =>
        rows.length === 0 ? 'the rule tells nobody' : table(['TO', 'STATE', 'MESSAGE', 'REMEDY'], rows);
      show({ value: reply, table: text, names: reply.deliveries.map(({ to }) => to) }, output);
      if (reply.deliveries.some(({ ok }) => !ok)) throw new CliError(EXIT.refused, []);
    });
  addDeletion(rules, connect, 'alarm-rule', 'delete');
}

/** Errors: CliError 1. A rule as `get -o yaml` shows it can be applied again. */
function ruleOf(file: string, text: string): { name: string } & Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new CliError(EXIT.refused, [`${file} is no YAML: ${error instanceof Error ? error.message : String(error)}`]);
  }
  if (typeof document === 'object' && document !== null && 'name' in document && typeof document.name === 'string') {
    const { updatedAt: _shown, ...rule } = document as Record<string, unknown>;
    return { ...rule, name: document.name };
  }
  throw new CliError(EXIT.refused, [`${file} holds no rule; write one with name and kind`]);
}
