import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openApiDocument } from './openapi.ts';

const PAGE = `<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Cowrite Core API</title>
<link rel="stylesheet" href="/api-docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/api-docs/swagger-ui-bundle.js"></script><script src="/api-docs/start.js"></script></body></html>
`;

/** Requests tried from the page are the page's own: they carry what our guard asks of a browser. */
const START = `SwaggerUIBundle({
  url: '/api-docs-json', dom_id: '#swagger-ui', deepLinking: true, tryItOutEnabled: true,
  requestInterceptor: (request) => { request.headers['x-requested-with'] = 'api-docs'; return request; },
});
`;

/** The page's own files and nothing else; Swagger UI styles its elements inline and draws its icons as data. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/** Serves the OpenAPI document and a page to read it with, from this machine alone. */
export function serveApiDocs(instance: FastifyInstance): void {
  const document = JSON.stringify(openApiDocument());
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const serve = (path: string, type: string, content: () => Promise<string | Buffer> | string): void => {
    instance.get(path, async (_request, reply) => {
      const body = await content();
      return reply.headers({ 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'public, max-age=300' }).send(body);
    });
  };
  serve('/api-docs-json', 'application/json; charset=utf-8', () => document);
  serve('/api-docs', 'text/html; charset=utf-8', () => PAGE);
  serve('/api-docs/start.js', 'text/javascript; charset=utf-8', () => START);
  serve('/api-docs/swagger-ui.css', 'text/css; charset=utf-8', () => readFile(join(folder, 'swagger-ui.css')));
  serve('/api-docs/swagger-ui-bundle.js', 'text/javascript; charset=utf-8', () => readFile(join(folder, 'swagger-ui-bundle.js')));
}
