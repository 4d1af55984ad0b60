import { type ChannelDocument, channelDocumentSchema } from './channel.ts';
import { type DatabaseDocument, databaseDocumentSchema, isDatabaseDocument } from './database-document.ts';
import { documentChecks, type Surroundings } from './document-checks.ts';
import { issueProblems } from './document-issues.ts';
import { documentParts } from './document-parts.ts';
import type { DocumentProblem } from './document-problem.ts';
import { sealedChannel, sealedDatabase, sealedParts, sealNothing, secretChecks } from './document-secrets.ts';
import { readDocuments } from './document-text.ts';

export type ParsedChannelDocuments = {
  /** The channels that are right, in the order of the text. Empty lists and problems never come together. */
  readonly documents: readonly ChannelDocument[];
  /** The documents of kind Database that are right, likewise. */
  readonly databases: readonly DatabaseDocument[];
  /** In the order of the text. */
  readonly problems: readonly DocumentProblem[];
};

const MANY = 200;

/**
 * Reads documents of channels and databases from YAML or JSON, several divided by `---`, and finds every problem at once: syntax, shape, and how the
 * documents agree with each other and with what exists already. Never throws, whatever the text; more than 200 problems are cut.
 */
export function parseChannelDocuments(
  text: string,
  file: string,
  surroundings: Surroundings = { channels: [] },
): ParsedChannelDocuments {
  const read = readDocuments(text, file);
  const problems = [...read.problems];
  const documents: ChannelDocument[] = [];
  const databases: DatabaseDocument[] = [];
  const { seal = sealNothing } = surroundings;
  for (const document of read.documents) {
    if (isDatabaseDocument(document.content)) {
      const result = databaseDocumentSchema.safeParse(document.content);
      if (result.success) databases.push(sealedDatabase(result.data.name, result.data, seal));
      else problems.push(...issueProblems(result.error.issues, document));
      continue;
    }
    const result = channelDocumentSchema.safeParse(document.content);
    if (result.success) documents.push(sealedChannel(result.data, seal));
    else problems.push(...issueProblems(result.error.issues, document));
  }
  const parts = read.documents.map(documentParts);
  problems.push(...parts.flatMap((each) => secretChecks(each, seal)));
  const sealed = parts.map((each) => sealedParts(each, seal));
  problems.push(...documentChecks(sealed, surroundings));
  if (read.documents.length === 0 && problems.length === 0) problems.push(nothingFound(file));
  return { documents, databases, problems: problems.toSorted(byPlace).slice(0, MANY) };
}

function nothingFound(file: string): DocumentProblem {
  return {
    ...(file === '' ? {} : { file }),
    line: 1,
    column: 1,
    path: '',
    code: 'EMPTY',
    message: 'holds no document',
    remedy: 'write one that begins with "apiVersion: lutra/v1" and "kind: Channel" or "kind: Database"',
  };
}

function byPlace(a: DocumentProblem, b: DocumentProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
