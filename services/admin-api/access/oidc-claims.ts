import { userNameSchema } from '../schemas/access.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { hasRole, type Role } from './role.ts';

/** What a provider says of a user. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claim of that name, or what stands at the path of names joined by dots. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Claims)[name];
  }
  return found;
}

/** The name of the user, in lower case; undefined when the claim is missing or is no name that users may have. */
export function nameIn(claims: Claims, { nameClaim }: OidcSettings): string | undefined {
  const value = claimAt(claims, nameClaim);
  const { success, data } = userNameSchema.safeParse(typeof value === 'string' ? value.toLowerCase() : undefined);
  return success ? data : undefined;
}

/** The highest role that a value of the claim gives; undefined: none. */
export function roleIn(claims: Claims, { rolesClaim, roles }: OidcSettings): Role | undefined {
  const value = claimAt(claims, rolesClaim);
  const given = [value].flat().flatMap((each) => (typeof each === 'string' ? (roles.get(each) ?? []) : []));
  return given.toSorted((a, b) => (hasRole(a, b) ? -1 : 1))[0];
}
