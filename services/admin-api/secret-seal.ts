import type { SealSecret, SecretFault } from '../../shared/model/document-secrets.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import { openSecret, sealSecret } from '../../shared/runtime/secret-box.ts';

/** How secrets of documents are stored: a text encrypted, an encrypted one as it is when this key opens it, a reference as it is. */
export function secretSeal(secretKey: string | undefined): SealSecret {
  return (database, secret) => {
    if ('value' in secret) {
      if (secretKey === undefined) return { fault: keyNeeded(database) };
      return { encrypted: sealSecret(secretKey, secret.value, database) };
    }
    if (!('encrypted' in secret)) return secret;
    try {
      openSecret(secretKey, secret.encrypted, `database ${database}`);
      return secret;
    } catch (error) {
      return { fault: asReplicationError(error) };
    }
  };
}

function keyNeeded(database: string): SecretFault {
  return {
    code: 'SECRET_MISSING',
    message: `the password of database ${database} cannot be encrypted, because the admin API has no key`,
    remedy:
      'set LUTRA_SECRET_KEY or LUTRA_SECRET_KEY_FILE for every process and restart them, or refer to the password: {env: NAME} or {file: PATH}',
  };
}
