import * as z from 'zod';
import { readSettingFile } from '../../../shared/runtime/tls.ts';
import { type Role, roleSchema } from './role.ts';

/** The log-in provider (OpenID Connect) whose users may enter. */
export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  /** Separated by spaces. */
  readonly scopes: string;
  /** Where browsers reach the admin API, without a slash at the end. */
  readonly publicUrl: string;
  /** For people: what the provider is called. */
  readonly label: string;
  /** Claim that becomes the name of the user. */
  readonly nameClaim: string;
  /** Claim that holds groups or roles: its name, or a path with dots. */
  readonly rolesClaim: string;
  /** Role by value of that claim. */
  readonly roles: ReadonlyMap<string, Role>;
};

type Environment = Readonly<Record<string, string | undefined>>;

const values = z.array(z.string().min(1)).default([]);
const rolesSchema = z.strictObject({ viewer: values, operator: values, admin: values });
const ROLES_EXAMPLE = 'write JSON, for example {"admin":["lutra-admins"],"viewer":["staff"]}';

/** Reads LUTRA_OIDC_… and LUTRA_PUBLIC_URL; undefined without LUTRA_OIDC_ISSUER. What is wrong is added to `faults`, never the secret. */
export function readOidcSettings(env: Environment, faults: string[]): OidcSettings | undefined {
  const text = (name: string): string => env[name]?.trim() ?? '';
  const issuer = text('LUTRA_OIDC_ISSUER');
  if (issuer === '') {
    const [stray] = Object.keys(env).filter((name) => name.startsWith('LUTRA_OIDC_') && text(name) !== '');
    if (stray !== undefined) faults.push(`${stray} needs LUTRA_OIDC_ISSUER: write the address of the log-in provider`);
    return undefined;
  }
  if (!isAddress(issuer, ['https:']))
    faults.push('LUTRA_OIDC_ISSUER is not an address of HTTPS: write https://login.example.com');
  const clientId = text('LUTRA_OIDC_CLIENT_ID');
  if (clientId === '') faults.push('LUTRA_OIDC_CLIENT_ID is not set: write the id of Lutra at the log-in provider');
  const publicUrl = text('LUTRA_PUBLIC_URL').replace(/\/+$/, '');
  if (!isAddress(publicUrl, ['https:', 'http:']))
    faults.push(
      'LUTRA_PUBLIC_URL is not an address: write where browsers reach the admin API, https://lutra.example.com',
    );
  return {
    issuer,
    clientId,
    clientSecret: readClientSecret(env, faults),
    scopes: text('LUTRA_OIDC_SCOPES') || 'openid profile email',
    publicUrl,
    label: text('LUTRA_OIDC_LABEL') || hostOf(issuer),
    nameClaim: text('LUTRA_OIDC_NAME_CLAIM') || 'preferred_username',
    rolesClaim: text('LUTRA_OIDC_ROLES_CLAIM') || 'groups',
    roles: readRoles(text('LUTRA_OIDC_ROLES'), faults),
  };
}

function readClientSecret(env: Environment, faults: string[]): string | undefined {
  const { LUTRA_OIDC_CLIENT_SECRET: given = '', LUTRA_OIDC_CLIENT_SECRET_FILE: file = '' } = env;
  if (given !== '' || file === '') return given || undefined;
  return readSettingFile('LUTRA_OIDC_CLIENT_SECRET_FILE', file, faults)?.trim();
}

/** The highest role of a value counts. */
function readRoles(text: string, faults: string[]): ReadonlyMap<string, Role> {
  const parsed = rolesSchema.safeParse(jsonOrNothing(text));
  const byValue = new Map<string, Role>();
  if (parsed.success)
    for (const role of roleSchema.options) for (const each of parsed.data[role]) byValue.set(each, role);
  if (byValue.size === 0) faults.push(`LUTRA_OIDC_ROLES gives nobody a role: ${ROLES_EXAMPLE}`);
  return byValue;
}

function isAddress(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocols.includes(protocol) && `${username}${password}${search}${hash}` === '';
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
