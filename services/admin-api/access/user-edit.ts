import { ApiError } from '../api-error.ts';
import type { Deed, Noted } from '../audit-log.ts';
import type { AccessBook } from './access-book.ts';
import type { UserRecord } from './access-record.ts';
import type { AccessStore } from './access-store.ts';
import { hashPassword } from './password.ts';
import type { Role } from './role.ts';

export type NewUser = {
  readonly name: string;
  readonly role: Role;
  readonly password: string;
  /** Whether somebody else chose the password. */
  readonly mustChangePassword: boolean;
};
export type UserChange = {
  readonly role?: Role | undefined;
  readonly password?: string | undefined;
  readonly disabled?: boolean | undefined;
};

/** Makes a user. Errors: 409 when there is one of that name, or `expect` throws; KAFKA_…. */
export async function createUser(
  access: AccessStore,
  { name, role, password, mustChangePassword }: NewUser,
  noted: Noted,
  expect: (book: AccessBook) => void = () => {},
): Promise<UserRecord> {
  const passwordHash = await hashPassword(password);
  return access.exclusively(async () => {
    expect(access.book);
    if (access.book.user(name) !== undefined)
      throw new ApiError(
        409,
        'USER_EXISTS',
        `there is a user ${name} already`,
        'choose another name, or change that user',
      );
    const now = Date.now();
    const user = { name, role, passwordHash, mustChangePassword, isDisabled: false, epoch: now, createdAt: now };
    const deed = { ...deedOf(noted, name, 'made'), after: settingsOf(user) };
    await noted.audit.record(deed, () => access.write([{ user }]));
    return user;
  });
}

/** Changes a user for an admin. A new password or disabling ends all sessions. Errors: 404; 409 for the last admin, and for role and password of who comes from a log-in provider; KAFKA_…. */
export async function changeUser(
  access: AccessStore,
  name: string,
  change: UserChange,
  noted: Noted,
): Promise<UserRecord> {
  const passwordHash = change.password === undefined ? undefined : await hashPassword(change.password);
  return access.exclusively(async () => {
    const before = userNamed(access.book, name);
    if (passwordHash !== undefined || (change.role ?? before.role) !== before.role) refuseProviderUser(before);
    const user: UserRecord = {
      ...before,
      role: change.role ?? before.role,
      isDisabled: change.disabled ?? before.isDisabled,
      ...(passwordHash === undefined ? {} : { passwordHash, mustChangePassword: true }),
      epoch: passwordHash === undefined && change.disabled !== true ? before.epoch : nextEpoch(before),
    };
    if (!isActiveAdmin(user)) refuseLastAdmin(access.book, before);
    const deed = {
      ...deedOf(noted, name, passwordHash === undefined ? 'changed' : 'changed, with a new password'),
      before: settingsOf(before),
      after: settingsOf(user),
    };
    await noted.audit.record(deed, () => access.write([{ user }]));
    return user;
  });
}

/** Sets a password that its user chose; ends all sessions. Errors: 404; KAFKA_…. */
export async function choosePassword(
  access: AccessStore,
  name: string,
  password: string,
  noted: Noted,
): Promise<UserRecord> {
  const passwordHash = await hashPassword(password);
  return access.exclusively(async () => {
    const before = userNamed(access.book, name);
    const user = { ...before, passwordHash, mustChangePassword: false, epoch: nextEpoch(before) };
    await noted.audit.record(deedOf(noted, name, 'chose a new password'), () => access.write([{ user }]));
    return user;
  });
}

/** Deletes a user and the user's tokens. Errors: 404; 409 for the last admin; KAFKA_…. */
export function deleteUser(access: AccessStore, name: string, noted: Noted): Promise<void> {
  return access.exclusively(async () => {
    const user = userNamed(access.book, name);
    refuseLastAdmin(access.book, user);
    const tokens = access.book.tokens.filter(({ owner }) => owner === name);
    const deed = { ...deedOf(noted, name, 'deleted'), before: settingsOf(user) };
    await noted.audit.record(deed, () =>
      access.write([{ deletedUser: name }, ...tokens.map(({ id }) => ({ deletedToken: id }))]),
    );
  });
}

function deedOf({ by }: Noted, name: string, what: string): Deed {
  return { by, action: 'user', subject: `user ${name}`, what: `user ${name} ${what}` };
}

function settingsOf({ role, isDisabled }: UserRecord): Record<string, string> {
  return { role, disabled: String(isDisabled) };
}

function userNamed(book: AccessBook, name: string): UserRecord {
  const user = book.user(name);
  if (user !== undefined) return user;
  throw new ApiError(404, 'USER_UNKNOWN', `there is no user ${name}`, 'list the users: lutra user list');
}

/** Errors: 409 when a log-in provider owns role and password of the user. */
export function refuseProviderUser({ name, provider }: UserRecord): void {
  if (provider === undefined) return;
  throw new ApiError(
    409,
    'USER_OF_PROVIDER',
    `${name} comes from ${provider.issuer}, which gives the role and asks for the password`,
    'change the groups of the account there; disabling and deleting are done here',
  );
}

function nextEpoch({ epoch }: UserRecord): number {
  return Math.max(Date.now(), epoch + 1);
}

function isActiveAdmin({ role, isDisabled }: UserRecord): boolean {
  return role === 'admin' && !isDisabled;
}

function refuseLastAdmin(book: AccessBook, user: UserRecord): void {
  if (!isActiveAdmin(user) || book.users.some((other) => other.name !== user.name && isActiveAdmin(other))) return;
  throw new ApiError(
    409,
    'LAST_ADMIN',
    `${user.name} is the last admin, and nobody could manage users afterwards`,
    'make another user an admin first',
  );
}
