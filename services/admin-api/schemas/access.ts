import * as z from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '../access/password-limits.ts';
import { roleSchema } from '../access/role.ts';

/** Sessions, users and tokens as the API speaks of them. */

export const userNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._@+-]{0,62}$/,
    'lower-case letters, digits and . _ @ + -, at most 63, a letter or digit first',
  )
  .describe('Lower-case.');
const newPasswordSchema = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);
const anyPasswordSchema = z.string().min(1).max(PASSWORD_MAX);
const tokenNameSchema = z.string().min(1).max(100).describe('What it is used for.');

export const sessionViewSchema = z.object({
  user: z.object({ name: z.string(), role: roleSchema }),
  via: z.enum(['session', 'token']),
  mustChangePassword: z.boolean(),
  csrfToken: z.string().optional().describe('Of a session: to be sent as the header x-lutra-csrf with every change.'),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

export const loginProviderSchema = z.object({
  label: z
    .string()
    .optional()
    .describe('What the log-in provider is called; GET /api/v1/oidc/login leads to it. Left out: there is none.'),
});
export type LoginProvider = z.infer<typeof loginProviderSchema>;

export const setupRequestSchema = z.strictObject({
  token: z.string().min(1).max(200).describe('The set-up token that the first start prints on its standard output.'),
  name: userNameSchema,
  password: newPasswordSchema,
});
export const loginRequestSchema = z.strictObject({ name: z.string().min(1).max(63), password: anyPasswordSchema });
export const passwordChangeSchema = z.strictObject({ current: anyPasswordSchema, next: newPasswordSchema });

export const userViewSchema = z.object({
  name: z.string(),
  role: roleSchema,
  mustChangePassword: z.boolean(),
  disabled: z.boolean(),
  provider: z.string().optional().describe('Log-in provider that the user comes from, which gives the role.'),
  createdAt: z.number().describe('ms since the epoch'),
});
export type UserView = z.infer<typeof userViewSchema>;
export const userListSchema = z.object({
  items: z.array(userViewSchema),
  total: z.int(),
  next: z.string().optional(),
});
export const newUserSchema = z.strictObject({
  name: userNameSchema,
  role: roleSchema,
  password: newPasswordSchema.describe('Has to be changed at the first log-in.'),
});
export const userChangeSchema = z.strictObject({
  role: roleSchema.optional(),
  password: newPasswordSchema.optional().describe('Ends all sessions of the user and has to be changed by them.'),
  disabled: z.boolean().optional(),
});

export const tokenViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  role: roleSchema,
  createdAt: z.number().describe('ms since the epoch'),
  expiresAt: z.number().optional(),
});
export type TokenView = z.infer<typeof tokenViewSchema>;
export const tokenListSchema = z.object({
  items: z.array(tokenViewSchema),
  total: z.int(),
  next: z.string().optional(),
});
export const newTokenSchema = z.strictObject({
  name: tokenNameSchema,
  role: roleSchema,
  expiresInDays: z.int().min(1).max(3650).optional().describe('Left out: it does not end by itself.'),
});
export const madeTokenSchema = tokenViewSchema.extend({
  token: z.string().describe('Shown this once: authorization: Bearer lutra_…'),
});
