import { createTwoFilesPatch } from 'diff';
import { databaseDocumentOf } from '../../shared/model/database-document.ts';
import { documentOf } from '../../shared/model/written-document.ts';
import type { WholePlan } from './channel-edit.ts';
import { documentYaml } from './document-yaml.ts';
import type { DiffView } from './schemas/revisions.ts';
import type { AdminParts } from './server.ts';

/** What a plan would change, document by document. */
export function diffs(
  { channels, databases }: Pick<AdminParts, 'channels' | 'databases'>,
  plan: WholePlan,
): DiffView[] {
  const stored = {
    Channel: textsOf(channels.all().values(), (channel) => documentYaml(documentOf(channel))),
    Database: textsOf(databases.all().values(), (database) => documentYaml(databaseDocumentOf(database))),
  };
  const next = {
    Channel: textsOf(plan.channels, (channel) => documentYaml(documentOf(channel))),
    Database: textsOf(plan.databases, (database) => documentYaml(databaseDocumentOf(database))),
  };
  return plan.applied.map((applied) => {
    const { kind, name } = applied;
    const before = stored[kind](name);
    const after = next[kind](name) ?? before;
    return { ...applied, diff: unified(before ?? '', after ?? '') };
  });
}

/** Texts are made only of those that are asked for: there may be hundreds. */
function textsOf<T extends { readonly name: string }>(
  items: Iterable<T>,
  text: (item: T) => string,
): (name: string) => string | undefined {
  const byName = new Map(Array.from(items, (item) => [item.name, item] as const));
  return (name) => {
    const item = byName.get(name);
    return item === undefined ? undefined : text(item);
  };
}

function unified(before: string, after: string): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch('stored', 'new', before, after, undefined, undefined, { context: 3 });
  return patch.slice(patch.indexOf('--- '));
}
