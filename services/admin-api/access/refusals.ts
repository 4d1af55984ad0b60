import { ApiError } from '../api-error.ts';
import type { AccessBook } from './access-book.ts';
import type { Role, RouteRole } from './role.ts';

/** Nobody is known by the request. */
export function notLoggedIn(book: AccessBook): ApiError {
  if (book.users.length === 0) {
    return new ApiError(
      401,
      'SETUP_NEEDED',
      'there is no user yet',
      'make the first one (lutra setup, or the console) with the set-up token that the admin API has printed on its standard output',
    );
  }
  return new ApiError(
    401,
    'NOT_LOGGED_IN',
    'the request comes from nobody who is known',
    'log in (lutra login, or the console), or send a token: authorization: Bearer lutra_…',
    [],
    { 'www-authenticate': 'Bearer realm="lutra"' },
  );
}

export function forbidden(has: Role, needed: RouteRole): ApiError {
  return new ApiError(
    403,
    'FORBIDDEN',
    `this needs the role ${needed}, and you are ${has}`,
    `ask an admin for the role ${needed}`,
  );
}

export function passwordChangeNeeded(): ApiError {
  return new ApiError(
    403,
    'PASSWORD_CHANGE_NEEDED',
    'the password was set by somebody else and must be changed first',
    'change it: PUT /api/v1/session/password, lutra login, or the console',
  );
}

/** One sentence for everything that can be wrong, so that it does not tell which names exist. */
export function wrongPassword(): ApiError {
  return new ApiError(
    401,
    'LOGIN_FAILED',
    'the name or the password is wrong, or the user is disabled',
    'try again; an admin can set a new password',
  );
}
