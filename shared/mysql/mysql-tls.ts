import type { Database } from '../model/channel.ts';
import { ReplicationError } from '../runtime/errors.ts';
import { readReference } from '../runtime/secret.ts';
import { type TlsMaterial, tlsMaterialFault } from '../runtime/tls.ts';

/** In the words of the driver. `verifyIdentity`: the certificate has to bear the name of the host. */
export type MysqlTls = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly verifyIdentity: boolean;
};

/** How a database is connected to, `{}` without TLS. Errors: SECRET_MISSING, SECRET_UNREADABLE naming what cannot be used. */
export function mysqlTls(name: string, tls: Database['tls']): { readonly ssl?: MysqlTls } {
  if (tls === undefined || tls === false) return {};
  if (tls === true) return { ssl: { rejectUnauthorized: true, verifyIdentity: true } };
  const read = (part: 'ca' | 'cert' | 'key'): TlsMaterial => {
    const reference = tls[part];
    return reference === undefined ? {} : { [part]: readReference(reference, `tls.${part} of database ${name}`) };
  };
  const material = { ...read('ca'), ...read('cert'), ...read('key') };
  const fault = tlsMaterialFault(material);
  if (fault !== undefined) throw unusable(name, fault);
  return {
    ssl: { ...material, rejectUnauthorized: tls.verify !== false, verifyIdentity: tls.verify === true } as MysqlTls,
  };
}

function unusable(name: string, fault: string): ReplicationError {
  return new ReplicationError(
    'SECRET_UNREADABLE',
    `tls of database ${name} cannot be used: ${fault}`,
    'mend the files or variables that tls of the database names; this process looks again by itself',
  );
}
