import type { ChannelDocument, Database } from './channel.ts';
import { closestWord } from './closest-word.ts';
import { type DatabaseDocument, databaseOf } from './database-document.ts';
import { finding } from './document-finding.ts';
import type { DocumentParts } from './document-parts.ts';
import type { DocumentProblem } from './document-problem.ts';

/** `where`: `the channel shop`. */
type Definition = { readonly where: string; readonly database: Database };
type Stored = {
  readonly channels: readonly Pick<ChannelDocument, 'name' | 'databases'>[];
  readonly databases: readonly DatabaseDocument[];
};

/** A database has one definition: every document that defines it says the same. Its site exists. */
export function databaseChecks(
  documents: readonly DocumentParts[],
  { channels, databases }: Stored,
  sites: readonly string[] | undefined,
): DocumentProblem[] {
  const known = new Map<string, Definition>();
  for (const document of databases) known.set(document.name, { where: OWN, database: databaseOf(document) });
  for (const channel of channels) {
    for (const [name, database] of Object.entries(channel.databases))
      known.set(name, { where: `the channel ${channel.name}`, database });
  }
  return documents.flatMap((document) =>
    [...document.databases].flatMap(([name, database]) => {
      const problems = siteChecks(document, name, database, sites);
      const first = known.get(name);
      if (first === undefined) known.set(name, { where: whereOf(document), database });
      else problems.push(...differs(document, name, database, first));
      return problems;
    }),
  );
}

const OWN = 'its own document';

function whereOf({ kind, name }: DocumentParts): string {
  return kind === 'Database' ? OWN : `the channel ${name ?? '(without name)'}`;
}

function differs(document: DocumentParts, name: string, database: Database, first: Definition): DocumentProblem[] {
  const all = new Set([...Object.keys(first.database), ...Object.keys(database)]) as Set<keyof Database>;
  const keys = [...all].filter((key) => JSON.stringify(database[key]) !== JSON.stringify(first.database[key]));
  if (keys.length === 0) return [];
  const details = keys.map((key) =>
    key === 'password' || key === 'tls'
      ? `${key} (another one)`
      : `${key} (there ${shown(first.database[key])}, here ${shown(database[key])})`,
  );
  return [
    finding(
      document.text,
      document.databasePath(name),
      'DATABASE_DIFFERS',
      `${first.where} defines the database ${name} differently: ${details.join(', ')}`,
      `define it the same, give it another name, or leave it out here to use the definition of ${first.where}`,
    ),
  ];
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function siteChecks(
  document: DocumentParts,
  name: string,
  database: Database,
  sites: readonly string[] | undefined,
): DocumentProblem[] {
  if (sites === undefined || sites.includes(database.site)) return [];
  const meant = closestWord(database.site, sites);
  return [
    finding(
      document.text,
      [...document.databasePath(name), 'site'],
      'UNKNOWN_SITE',
      `no site ${database.site} is known to the admin API`,
      meant === undefined
        ? `use one of: ${sites.join(', ')}, or add it to LUTRA_SITES of the admin API`
        : `did you mean ${JSON.stringify(meant)}?`,
    ),
  ];
}
