import { databaseDocumentOf } from '../../shared/model/database-document.ts';
import { ApiError } from './api-error.ts';
import { requireRevision, writeNoted } from './channel-edit.ts';
import { databaseViews } from './database-view.ts';
import { deletionOf } from './document-deeds.ts';
import type { DatabaseView } from './schemas/databases.ts';
import type { AdminParts } from './server.ts';

/** Errors: ApiError 404. */
export function databaseNamed(parts: AdminParts, name: string): DatabaseView {
  const found = databaseViews(parts).find((view) => view.name === name);
  if (found !== undefined) return found;
  throw new ApiError(
    404,
    'DATABASE_UNKNOWN',
    `there is no database ${name}`,
    'list the databases: GET /api/v1/databases',
  );
}

/** Deletes the document of a database. Errors: 404; 412; 409 for one that a channel defines, or that channels need. */
export function deleteDatabase(
  parts: AdminParts,
  name: string,
  ifMatch: string | undefined,
  by: string,
): Promise<void> {
  return parts.channels.exclusively(async () => {
    const { kind, definedIn, usedBy } = databaseNamed(parts, name);
    if (kind === 'channel') {
      throw new ApiError(
        409,
        'DATABASE_OF_CHANNEL',
        `the database ${name} has no document of its own: ${definedIn.join(', ')} defines it`,
        'change or delete that channel',
      );
    }
    const stored = parts.databases.all().get(name);
    requireRevision(stored, name, ifMatch, 'database');
    if (usedBy.length > 0 && definedIn.length === 0) {
      const uses = [...new Set(usedBy.map(({ channel }) => channel))];
      throw new ApiError(
        409,
        'DATABASE_IN_USE',
        `the database ${name} cannot be deleted: it is used by ${uses.slice(0, 20).join(', ')}${uses.length > 20 ? ` and ${uses.length - 20} more` : ''}`,
        'let these channels use another database, or delete them first',
      );
    }
    const deeds = stored === undefined ? [] : [deletionOf(databaseDocumentOf(stored), by)];
    await writeNoted(parts, deeds, () => parts.databases.write([{ deleted: name }]));
    parts.log.info({ database: name }, 'database deleted');
  });
}
