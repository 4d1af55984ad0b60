import type { Command } from 'commander';
import { type Diagnostics, diagnosticsSchema, type Link } from '../../schemas/nodes.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { duration, paint, printable, table } from '../screen.ts';

const KINDS: readonly Link['kind'][] = ['kafka', 'registry', 'redis', 'database', 'status', 'mirror'];

/** `lutra diagnose` */
export function addDiagnose(program: Command, connect: Connect): void {
  program
    .command('diagnose')
    .description('Who reaches whom, and why not, as a matrix. Exit code 1 when somebody does not reach what it needs.')
    .option('--links', 'every link in a line of its own')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra diagnose', 'lutra diagnose --links', 'lutra diagnose -o json']))
    .action(async ({ links, output }: { links?: true; output: Format }) => {
      const found = await connect().json(diagnosticsSchema, '/diagnostics');
      const broken = found.links.filter(({ ok }) => !ok);
      const names = broken.map(({ from, to }) => `${from} -> ${to}`);
      show({ value: found, table: () => (links === true ? linksText(found) : matrixText(found)), names }, output);
      if (broken.length > 0) throw new CliError(EXIT.refused, []);
    });
}

/** A row for each that reaches out, a column for each kind of what it needs; under it why something is not reached. */
export function matrixText({ nodes, links }: Diagnostics): string {
  const sites = new Map(nodes.map(({ id, site }) => [id, site]));
  const from = [...new Set(links.map((link) => link.from))].toSorted();
  const kinds = KINDS.filter((kind) => links.some((link) => link.kind === kind));
  const rows = from.map((each) => [
    printable(each),
    sites.get(each) ?? '-',
    ...kinds.map((kind) => cellText(links.filter((link) => link.from === each && link.kind === kind))),
  ]);
  const heads = ['FROM', 'SITE', ...kinds.map((kind) => kind.toUpperCase())];
  return [from.length === 0 ? 'nobody has reported yet' : table(heads, rows), ...brokenLines(links)].join('\n');
}

function cellText(links: readonly Link[]): string {
  if (links.length === 0) return '-';
  const broken = links.filter(({ ok }) => !ok).length;
  if (broken > 0) return paint('red', links.length === 1 ? 'broken' : `${broken} of ${links.length} broken`);
  const slowest = Math.max(...links.map(({ latencyMs }) => latencyMs ?? 0));
  return `${paint('green', links.length === 1 ? 'ok' : `${links.length} ok`)} ${duration(slowest)}`;
}

function brokenLines(links: readonly Link[]): string[] {
  return links
    .filter(({ ok }) => !ok)
    .flatMap(({ from, to, code, message, remedy }) => [
      '',
      `${paint('bold', printable(`${from} -> ${to}`))} ${paint('red', 'broken')}: ${printable(message ?? 'no reason is known')}${code === undefined ? '' : ` [${printable(code)}]`}`,
      ...(remedy === undefined ? [] : [`  ${paint('cyan', 'remedy')}: ${printable(remedy)}`]),
    ]);
}

function linksText({ links }: Diagnostics): string {
  const rows = links.map(({ from, to, kind, ok, latencyMs, checkedAt }) => [
    printable(from),
    printable(to),
    kind,
    ok ? paint('green', 'ok') : paint('red', 'broken'),
    duration(latencyMs),
    `${duration(Date.now() - checkedAt)} ago`,
  ]);
  return [table(['FROM', 'TO', 'KIND', 'STATE', 'TIME', 'CHECKED'], rows), ...brokenLines(links)].join('\n');
}
