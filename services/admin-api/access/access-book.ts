import type * as z from 'zod';
import {
  type TokenRecord,
  tokenKey,
  tokenRecordSchema,
  type UserRecord,
  userKey,
  userRecordSchema,
} from './access-record.ts';

/** Users and tokens as the records of `lutra.users` say, the last record of a key counts. A record that cannot be read counts as none: nobody gets in by it. */
export class AccessBook {
  private readonly usersByKey = new Map<string, UserRecord>();
  private readonly tokensByKey = new Map<string, TokenRecord>();

  accept(key: string, value: Buffer | null): void {
    if (key.startsWith('user/')) keep(this.usersByKey, key, value, userRecordSchema);
    if (key.startsWith('token/')) keep(this.tokensByKey, key, value, tokenRecordSchema);
  }

  /** By name. */
  get users(): UserRecord[] {
    return [...this.usersByKey.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  }

  user(name: string): UserRecord | undefined {
    return this.usersByKey.get(userKey(name));
  }

  /** The oldest first. */
  get tokens(): TokenRecord[] {
    return [...this.tokensByKey.values()].toSorted((a, b) => a.createdAt - b.createdAt);
  }

  token(id: string): TokenRecord | undefined {
    return this.tokensByKey.get(tokenKey(id));
  }
}

function keep<T>(records: Map<string, T>, key: string, value: Buffer | null, schema: z.ZodType<T>): void {
  const record = value === null ? undefined : read(value, schema);
  if (record === undefined) records.delete(key);
  else records.set(key, record);
}

function read<T>(value: Buffer, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(value.toString('utf8')));
  } catch {
    return undefined;
  }
}
