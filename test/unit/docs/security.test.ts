import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AdminApp } from '../../support/admin-app.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md'), 'utf8');

test('docs/security.md names every route with the role that it asks for, and no other', async () => {
  await using admin = await AdminApp.open();
  const told = [...PAGE.matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) \/\S*)` \| (\w+) \|$/gm)];
  const routes = admin.app.routesWithRoles
    .filter(({ method, url }) => method !== 'HEAD' && !url.startsWith('/api/v1/docs'))
    .map(({ method, url, role }) => `${method} ${url} ${role}`);
  assert.deepEqual([...new Set(routes)].toSorted(), told.map(([, route, role]) => `${route} ${role}`).toSorted());
});
