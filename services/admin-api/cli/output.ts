import { Option } from 'commander';
import { stringify } from 'yaml';

export type Format = 'table' | 'json' | 'yaml' | 'name';

/** An answer in every form it can be printed in. */
export type Shown = {
  /** For `json`, and for `yaml` when there is no text of its own. */
  readonly value: unknown;
  readonly table: () => string;
  /** One a line, as other commands take them. */
  readonly names: readonly string[];
  /** Documents that can be applied again. */
  readonly yaml?: () => string;
};

/** `-o table|json|yaml|name` */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'form of the answer; name: names alone, one a line')
    .choices(['table', 'json', 'yaml', 'name'])
    .default('table');
}

/** The text of an answer; `name` of nothing is empty. */
export function shownAs({ value, table, names, yaml }: Shown, format: Format): string {
  if (format === 'json') return JSON.stringify(value, null, 2);
  if (format === 'yaml') return (yaml?.() ?? yamlText(value)).trimEnd();
  if (format === 'name') return names.join('\n');
  return table();
}

/** Prints an answer on standard output. */
export function show(shown: Shown, format: Format): void {
  const text = shownAs(shown, format);
  if (text !== '') console.log(text);
}

export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
