import * as z from 'zod';
import type { UserRecord } from '../access/access-record.ts';
import { callerOf } from '../access/caller.ts';
import { changeUser, createUser, deleteUser } from '../access/user-edit.ts';
import { byName, pageOf } from '../page.ts';
import { newUserSchema, type UserView, userChangeSchema, userListSchema, userViewSchema } from '../schemas/access.ts';
import type { AdminParts, App } from '../server.ts';
import { readJson } from './lookup.ts';
import { answers, nameParams, pageQuery } from './route-schemas.ts';

/** Users, for admins. */
export function userRoutes(app: App, { access, audit }: AdminParts): void {
  app.get(
    '/api/v1/users',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'List users',
        querystring: z.object(pageQuery),
        response: answers({ 200: userListSchema }),
      },
    },
    async ({ query }) => {
      const found = access.book.users.filter(({ name }) => query.filter === undefined || name.includes(query.filter));
      const { items, ...page } = pageOf(found, query, byName);
      return { ...page, items: items.map(userView) };
    },
  );

  app.post(
    '/api/v1/users',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Make a user',
        consumes: ['application/json'],
        body: newUserSchema,
        response: answers({ 201: userViewSchema }, 409, 422),
      },
    },
    async (request, reply) => {
      const wanted = { ...readJson(newUserSchema, request.body), mustChangePassword: true };
      const user = await createUser(access, wanted, { audit, by: callerOf(request).name });
      return reply.code(201).send(userView(user));
    },
  );

  app.patch(
    '/api/v1/users/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Change role or password of a user, or disable one',
        consumes: ['application/json'],
        params: nameParams,
        body: userChangeSchema,
        response: answers({ 200: userViewSchema }, 404, 409, 422),
      },
    },
    async (request) => {
      const change = readJson(userChangeSchema, request.body);
      const noted = { audit, by: callerOf(request).name };
      return userView(await changeUser(access, request.params.name, change, noted));
    },
  );

  app.delete(
    '/api/v1/users/:name',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Delete a user with all tokens of theirs',
        params: nameParams,
        response: answers({ 204: z.undefined().describe('Deleted') }, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteUser(access, request.params.name, { audit, by: callerOf(request).name });
      return reply.code(204).send();
    },
  );
}

function userView({ name, role, mustChangePassword, isDisabled, provider, createdAt }: UserRecord): UserView {
  const from = provider === undefined ? {} : { provider: provider.issuer };
  return { name, role, mustChangePassword, disabled: isDisabled, ...from, createdAt };
}
