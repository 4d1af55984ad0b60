import { overviewOf } from '../observe/overview.ts';
import { overviewSchema } from '../schemas/overview.ts';
import type { AdminParts, App } from '../server.ts';
import { answers } from './route-schemas.ts';

/** The first page. */
export function overviewRoutes(app: App, parts: AdminParts): void {
  app.get(
    '/api/v1/overview',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['observe'],
        summary: 'Counts by state, open alarms, what needs a person and what lags most',
        response: answers({ 200: overviewSchema }),
      },
    },
    async () => overviewOf(parts),
  );
}
