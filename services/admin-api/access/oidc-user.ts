import type { Deed, Noted } from '../audit-log.ts';
import type { UserRecord } from './access-record.ts';
import type { AccessStore } from './access-store.ts';
import { nameTaken, userDisabled } from './oidc-refusals.ts';
import type { Role } from './role.ts';

/** Who a log-in provider says has entered. */
export type ProviderUser = {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly role: Role;
};

/**
 * The user that stands for an account of the provider: made at its first log-in, and given the role that the provider's groups give at each one. An
 * account never becomes a user of the same name who is not its own. Errors: OIDC_NAME_TAKEN, USER_DISABLED, KAFKA_….
 */
export function admitProviderUser(
  access: AccessStore,
  { issuer, subject, name, role }: ProviderUser,
  audit: Noted['audit'],
): Promise<UserRecord> {
  return access.exclusively(async () => {
    const { book } = access;
    const known = book.users.find(({ provider }) => provider?.issuer === issuer && provider.subject === subject);
    if (known?.isDisabled === true) throw userDisabled(known.name);
    if (known?.role === role) return known;
    if (known === undefined && book.user(name) !== undefined) throw nameTaken(name);
    const user: UserRecord = { ...(known ?? newUser(name)), role, provider: { issuer, subject } };
    const deed: Deed = {
      by: user.name,
      action: 'user',
      subject: `user ${user.name}`,
      what: `user ${user.name} ${known === undefined ? 'made' : 'changed'} by a log-in at ${issuer}`,
      ...(known === undefined ? {} : { before: { role: known.role } }),
      after: { role, issuer, subject },
    };
    await audit.record(deed, () => access.write([{ user }]));
    return user;
  });
}

function newUser(name: string): Omit<UserRecord, 'role'> {
  const now = Date.now();
  return { name, passwordHash: '', mustChangePassword: false, isDisabled: false, epoch: now, createdAt: now };
}
