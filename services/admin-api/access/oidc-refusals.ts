import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { tlsTrouble } from '../../../shared/runtime/tls.ts';
import { ApiError } from '../api-error.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Refusals of log-ins by a provider. None holds a code, a token or a claim. */

const GO_ON = 'local users can log in meanwhile';

export function oidcOff(): ApiError {
  return new ApiError(
    404,
    'OIDC_OFF',
    'this admin API knows no log-in provider',
    'log in with name and password, or set LUTRA_OIDC_ISSUER',
  );
}

/** The browser brings nothing that was begun here, or brings it too late. */
export function notBegun(): ApiError {
  return new ApiError(
    401,
    'OIDC_LOGIN_FAILED',
    'this browser has begun no log-in here within the last ten minutes',
    'begin again at the log-in page, in one window, with cookies allowed',
  );
}

/** The provider's addresses could not be learnt. */
export function providerFailure({ issuer }: OidcSettings, error: unknown): ApiError {
  const trouble = tlsTrouble(error, 'LUTRA_CA');
  return new ApiError(
    503,
    'OIDC_UNREACHABLE',
    `the log-in provider ${issuer} cannot be used: ${trouble?.reason ?? reasonOf(error)}`,
    `${trouble?.remedy ?? 'look whether it runs, and at LUTRA_OIDC_ISSUER'}; ${GO_ON}`,
  );
}

/** The answer that the browser brought, or its exchange, is not good. */
export function loginFailure(settings: OidcSettings, error: unknown): ApiError {
  if (error instanceof AuthorizationResponseError) return refusedThere(settings, error.error);
  if (error instanceof WWWAuthenticateChallengeError) return clientRefused(settings);
  if (!(error instanceof ResponseBodyError)) return isAway(error) ? providerFailure(settings, error) : notItsAnswer();
  if (/^(invalid|unauthorized)_client$/.test(error.error)) return clientRefused(settings);
  return notItsAnswer();
}

function refusedThere({ issuer }: OidcSettings, reason: string): ApiError {
  const code = /^\w{1,50}$/.test(reason) ? reason : 'unknown';
  return new ApiError(
    401,
    'OIDC_LOGIN_FAILED',
    `the log-in provider ${issuer} ended the log-in: ${code}`,
    'begin again at the log-in page; if it stays so, ask who runs the provider',
  );
}

function clientRefused({ issuer }: OidcSettings): ApiError {
  return new ApiError(
    502,
    'OIDC_CLIENT_REFUSED',
    `the log-in provider ${issuer} does not take Lutra as its client`,
    `mend LUTRA_OIDC_CLIENT_ID and LUTRA_OIDC_CLIENT_SECRET of the admin API; ${GO_ON}`,
  );
}

/** State, nonce, code or signature do not fit, or were used before. */
function notItsAnswer(): ApiError {
  return new ApiError(
    401,
    'OIDC_LOGIN_FAILED',
    'the answer of the log-in provider is not that of the log-in that was begun here, or was used before',
    'begin again at the log-in page',
  );
}

export function nameMissing({ nameClaim }: OidcSettings): ApiError {
  return new ApiError(
    403,
    'OIDC_CLAIM_MISSING',
    `the log-in provider gives no claim ${nameClaim} that can be the name of a user`,
    'let the provider send it to Lutra, or name another claim in LUTRA_OIDC_NAME_CLAIM (letters, digits and . _ @ + -)',
  );
}

export function roleMissing({ issuer, rolesClaim }: OidcSettings, name: string): ApiError {
  return new ApiError(
    403,
    'OIDC_ROLE_MISSING',
    `${name} is known to ${issuer}, but has no role in Lutra: no value of the claim ${rolesClaim} gives one`,
    'ask who runs the provider for a group that LUTRA_OIDC_ROLES names',
  );
}

export function nameTaken(name: string): ApiError {
  return new ApiError(
    409,
    'OIDC_NAME_TAKEN',
    `there is another user ${name}, who does not come from this account of the log-in provider`,
    'an admin can delete that user; the next log-in makes this one',
  );
}

export function userDisabled(name: string): ApiError {
  return new ApiError(403, 'USER_DISABLED', `the user ${name} is disabled in Lutra`, 'ask an admin to enable the user');
}

/** Nobody answered, or not in the protocol. */
function isAway(error: unknown): boolean {
  if (error instanceof ClientError)
    return /^OAUTH_(TIMEOUT|ABORT|RESPONSE_IS_NOT_CONFORM|RESPONSE_IS_NOT_JSON)$/.test(error.code ?? '');
  return error instanceof TypeError && error.message === 'fetch failed';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message !== '' || !('code' in cause) ? cause.message : String(cause.code);
}
