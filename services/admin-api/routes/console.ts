import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import { ApiError } from '../api-error.ts';
import { answerUnknownRoute } from '../problem-reply.ts';
import type { App } from '../server.ts';

const BUILT = join(import.meta.dirname, '..', 'console', 'dist');
const YEAR_S = 31_536_000;

/**
 * The web console: its files, and its page for every address that is no route and no file, for the console knows its own addresses. Files under
 * /assets/ bear a hash in their name and are kept for a year; everything else is asked for again. Errors: CONSOLE_NOT_BUILT.
 */
export async function consoleRoutes(app: App, folder = BUILT): Promise<void> {
  const isBuilt = existsSync(join(folder, 'index.html'));
  if (isBuilt) await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false });
  app.get<{ Params: { '*': string } }>(
    '/*',
    { config: { role: 'public' }, schema: { hide: true } },
    async (request, reply) => {
      const path = request.params['*'];
      const isAsset = path.startsWith('assets/');
      const isFile = isAsset || /^[\w-]+\.(svg|js)$/.test(path);
      const isPage = !isFile && !path.startsWith('api/') && (request.headers.accept ?? '').includes('text/html');
      if (isPage && !isBuilt) throw notBuilt();
      if (!isPage && !(isFile && existsSync(join(folder, path)))) return answerUnknownRoute(request, reply);
      reply.header('cache-control', isAsset ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      return reply.serializer((content: unknown) => content as string).sendFile(isFile ? path : 'index.html');
    },
  );
}

function notBuilt(): ApiError {
  return new ApiError(
    404,
    'CONSOLE_NOT_BUILT',
    'the web console has not been built here',
    'run "npm run console -- build"; the API and the command line work without it',
  );
}
