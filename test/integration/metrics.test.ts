import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { testStack } from '../support/stack.ts';

const SUFFIX = /_(bucket|sum|count)$/;
const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');

test('docs/metrics.md, the alert rules and the board name exactly what the services tell', async () => {
  const stack = await testStack();
  const told = new Map<string, string>();
  for (const [process, service] of Object.entries({
    'selector-sh': 'selector',
    'loader-us': 'loader',
    'admin-api': 'admin-api',
  })) {
    const headers = { authorization: `Bearer ${stack.token}` };
    const text = await (await fetch(`${stack.address(process, 'http')}/metrics`, { headers })).text();
    for (const [, name = '', kind] of text.matchAll(/^# TYPE (lutra_\w+) (\w+)$/gm))
      told.set(name, `${told.has(name) ? 'all' : service} ${kind}`);
  }
  const rows = [...read('docs/metrics.md').matchAll(/^\| `(lutra_\w+)` \| ([\w-]+) \| (\w+) \|/gm)];
  const documented = new Map(rows.map(([, name = '', service, kind]) => [name, `${service} ${kind}`]));
  assert.deepEqual([...documented].toSorted(), [...told].toSorted());
  const { groups } = parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: { expr: string }[] }[] };
  const used = [...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)), read('deploy/grafana/lutra.json')];
  const names = new Set(
    used
      .join('\n')
      .match(/lutra_\w+/g)
      ?.map((name) => name.replace(SUFFIX, '')),
  );
  assert.ok(names.size > 5);
  assert.deepEqual(
    [...names].filter((name) => !told.has(name)),
    [],
  );
});
