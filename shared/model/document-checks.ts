import type { ChannelDocument } from './channel.ts';
import { closestWord } from './closest-word.ts';
import type { DatabaseDocument } from './database-document.ts';
import { databaseChecks } from './document-database-checks.ts';
import { finding } from './document-finding.ts';
import { mappingChecks } from './document-mapping-checks.ts';
import type { DocumentParts, PipelineParts } from './document-parts.ts';
import type { DocumentProblem, PathPart } from './document-problem.ts';
import type { SealSecret } from './document-secrets.ts';
import { startChecks } from './document-start-checks.ts';

/** What the documents have to agree with. */
export type Surroundings = {
  /** Channels that exist already; one with the name of a document is replaced by it. */
  readonly channels: readonly Pick<ChannelDocument, 'name' | 'databases' | 'pipelines'>[];
  /** Databases that exist in documents of their own; likewise. */
  readonly databases?: readonly DatabaseDocument[];
  /** Sites that exist; left out: any. */
  readonly sites?: readonly string[];
  /** How secrets are stored; left out: as they are written. */
  readonly seal?: SealSecret;
};

/** Checks that the schema cannot express. What is not readable is left to the schema's own findings. */
export function documentChecks(documents: readonly DocumentParts[], around: Surroundings): DocumentProblem[] {
  const channels = documents.filter(({ kind }) => kind === 'Channel');
  const others = unnamed(around.channels, channels);
  const own = unnamed(
    around.databases ?? [],
    documents.filter(({ kind }) => kind === 'Database'),
  );
  const databases = new Set([
    ...others.flatMap((channel) => Object.keys(channel.databases)),
    ...own.map(({ name }) => name),
    ...documents.flatMap((document) => document.databaseNames),
  ]);
  return [
    ...repeatedDocuments(documents),
    ...databaseChecks(documents, { channels: others, databases: own }, around.sites),
    ...channels.flatMap((document) => removedDatabases(document, around, others, databases)),
    ...documents.flatMap((document) => [
      ...repeatedPipelines(document),
      ...document.pipelines.flatMap((pipeline) => [
        ...endChecks(document, pipeline, databases),
        ...startChecks(document, pipeline),
        ...mappingChecks(document, pipeline),
      ]),
    ]),
  ];
}

/** Those that no document replaces. */
function unnamed<T extends { readonly name: string }>(stored: readonly T[], documents: readonly DocumentParts[]): T[] {
  const names = new Set(documents.map(({ name }) => name));
  return stored.filter(({ name }) => !names.has(name));
}

function repeatedDocuments(documents: readonly DocumentParts[]): DocumentProblem[] {
  return documents.flatMap((document, i) => {
    const first = documents.findIndex((other) => other.kind === document.kind && other.name === document.name);
    if (document.name === undefined || first === i) return [];
    const place = documents[first]?.text.placeOf(['name']);
    const what = document.kind === 'Channel' ? 'channel' : 'database';
    const message = `the ${what} ${document.name} stands in this file twice, first at line ${place?.line}`;
    return [finding(document.text, ['name'], 'DUPLICATE_NAME', message, 'give one of them another name or remove it')];
  });
}

/** A document that leaves out a database which it defined before and which other channels still use. */
function removedDatabases(
  document: DocumentParts,
  around: Surroundings,
  others: Surroundings['channels'],
  databases: ReadonlySet<string>,
): DocumentProblem[] {
  const before = around.channels.find((channel) => channel.name === document.name);
  const removed = Object.keys(before?.databases ?? {}).filter((name) => !databases.has(name));
  return removed.flatMap((name) => {
    const users = others.filter((channel) => channel.pipelines.some((each) => each.from === name || each.to === name));
    if (users.length === 0) return [];
    const message = `the database ${name} is left out, and is used by ${users.map((channel) => channel.name).join(', ')}`;
    const remedy = `keep ${name}, or define it in another channel in the same file`;
    return [finding(document.text, ['databases'], 'DATABASE_IN_USE', message, remedy)];
  });
}

function repeatedPipelines(document: DocumentParts): DocumentProblem[] {
  return document.pipelines.flatMap((pipeline, i) => {
    const first = document.pipelines.findIndex((other) => other.name === pipeline.name);
    if (pipeline.name === undefined || first === i) return [];
    const message = `the name ${pipeline.name} is that of pipelines[${first}] too`;
    return [
      finding(document.text, ['pipelines', pipeline.index, 'name'], 'DUPLICATE_NAME', message, 'give it another name'),
    ];
  });
}

function endChecks(
  document: DocumentParts,
  pipeline: PipelineParts,
  databases: ReadonlySet<string>,
): DocumentProblem[] {
  const at = (side: 'from' | 'to'): PathPart[] => ['pipelines', pipeline.index, side];
  const problems = (['from', 'to'] as const).flatMap((side) => {
    const name = pipeline[side];
    if (name === undefined || databases.has(name)) return [];
    const meant = closestWord(name, databases);
    const remedy =
      meant === undefined
        ? `define ${name} under databases, here or in another channel${databases.size > 0 ? `, or use one of: ${[...databases].toSorted().join(', ')}` : ''}`
        : `did you mean ${JSON.stringify(meant)}?`;
    return [finding(document.text, at(side), 'UNKNOWN_DATABASE', `no channel defines a database ${name}`, remedy)];
  });
  if (pipeline.from !== undefined && pipeline.from === pipeline.to) {
    problems.push(
      finding(
        document.text,
        at('to'),
        'SAME_DATABASE',
        `from and to are the same database ${pipeline.from}`,
        'name another database as the target',
      ),
    );
  }
  return problems;
}
