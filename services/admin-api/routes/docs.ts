import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { App } from '../server.ts';

const require = createRequire(import.meta.url);

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lutra API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;
/** The session's token against forged requests goes along, so that the page can try what the user may do. */
const START = `let csrf;
const tokenOf = async () => {
  csrf ??= fetch('session').then((answer) => (answer.ok ? answer.json() : {})).then(({ csrfToken }) => csrfToken);
  return await csrf;
};
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#page',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    const token = request.method === 'GET' || request.loadSpec ? undefined : await tokenOf();
    if (token !== undefined) request.headers['x-lutra-csrf'] = token;
    return request;
  },
});
`;
const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** The OpenAPI document as a page. Everything comes from here, nothing from other hosts. */
export function docsRoutes(app: App): void {
  const answer = (url: string, type: string, content: () => string | Promise<string>): void => {
    app.get(url, { config: { role: 'viewer' }, schema: { hide: true } }, async (_request, reply) =>
      reply
        .type(type)
        .serializer(String)
        .send(await content()),
    );
  };
  const packaged = (name: string) => () => readFile(require.resolve(`swagger-ui-dist/${name}`), 'utf8');
  answer('/api/v1/docs', 'text/html; charset=utf-8', () => PAGE);
  answer('/api/v1/docs/start.js', JAVASCRIPT, () => START);
  answer('/api/v1/docs/swagger-ui.css', 'text/css; charset=utf-8', packaged('swagger-ui.css'));
  answer('/api/v1/docs/swagger-ui-bundle.js', JAVASCRIPT, packaged('swagger-ui-bundle.js'));
}
