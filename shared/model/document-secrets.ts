import type { ChannelDocument, Database, Secret } from './channel.ts';
import type { DatabaseDocument } from './database-document.ts';
import { finding } from './document-finding.ts';
import type { DocumentParts } from './document-parts.ts';
import type { DocumentProblem } from './document-problem.ts';

/** Why a secret cannot be taken. */
export type SecretFault = { readonly code: string; readonly message: string; readonly remedy: string };
/** Makes the secret of a database fit to be stored, or says why it cannot be. */
export type SealSecret = (database: string, secret: Secret) => Secret | { readonly fault: SecretFault };

/** Without a key: what is written is left as it is. */
export const sealNothing: SealSecret = (_database, secret) => secret;

export function sealedChannel(document: ChannelDocument, seal: SealSecret): ChannelDocument {
  return {
    ...document,
    databases: Object.fromEntries(
      Object.entries(document.databases).map(([name, database]) => [name, sealedDatabase(name, database, seal)]),
    ),
  };
}

export function sealedDatabase<T extends Database | DatabaseDocument>(name: string, database: T, seal: SealSecret): T {
  const password = seal(name, database.password);
  return 'fault' in password ? database : { ...database, password };
}

/** The parts with secrets as they will be stored, so that they can be compared with what is. */
export function sealedParts(parts: DocumentParts, seal: SealSecret): DocumentParts {
  const databases = new Map([...parts.databases].map(([name, each]) => [name, sealedDatabase(name, each, seal)]));
  return { ...parts, databases };
}

/** The secrets that cannot be stored, each at its place. */
export function secretChecks(parts: DocumentParts, seal: SealSecret): DocumentProblem[] {
  return [...parts.databases].flatMap(([name, { password }]) => {
    const sealed = seal(name, password);
    if (!('fault' in sealed)) return [];
    const { code, message, remedy } = sealed.fault;
    return [finding(parts.text, [...parts.databasePath(name), 'password'], code, message, remedy)];
  });
}
