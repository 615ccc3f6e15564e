import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { openApiDocument } from './openapi.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const page = (title: string, folder: string): string => `<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<link rel="stylesheet" href="${folder}/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="${folder}/swagger-ui-bundle.js"></script><script src="${folder}/start.js"></script></body></html>
`;

/** Requests tried from the page are the page's own: they carry what a service asks of a browser. */
const start = (document: string): string => `SwaggerUIBundle({
  url: '${document}', dom_id: '#swagger-ui', deepLinking: true, tryItOutEnabled: true,
  requestInterceptor: (request) => { request.headers['x-requested-with'] = 'api-docs'; return request; },
});
`;

/** The page's own files and nothing else; Swagger UI styles its elements inline and draws its icons as data. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/**
 * Serves an OpenAPI document at `documentPath` and, at `pagePath`, a page to read it with, from this machine alone. The
 * page names its parts relatively, so that it also works under a prefix (`/ai/docs`).
 */
export function serveApiDocs(instance: FastifyInstance, document: ReturnType<typeof openApiDocument>, { pagePath, documentPath }: { pagePath: string; documentPath: string }): void {
  /** Under a prefix the service's addresses begin with it, which nginx says. */
  const textUnder = (prefix: string | string[] | undefined): string => JSON.stringify({ ...document, servers: [{ url: typeof prefix === 'string' && /^\/[\w-]+$/.test(prefix) ? prefix : '/' }] });
  const title = (document['info'] as { title: string }).title;
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const serve = (path: string, type: string, content: (request: FastifyRequest) => Promise<string | Buffer> | string): void => {
    instance.get(path, async (request, reply) => {
      const body = await content(request);
      return reply.headers({ 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'public, max-age=300' }).send(body);
    });
  };
  serve(documentPath, 'application/json; charset=utf-8', ({ headers }) => textUnder(headers['x-forwarded-prefix']));
  serve(pagePath, 'text/html; charset=utf-8', () => page(title, pagePath.slice(1)));
  serve(`${pagePath}/start.js`, 'text/javascript; charset=utf-8', () => start(documentPath.slice(1)));
  serve(`${pagePath}/swagger-ui.css`, 'text/css; charset=utf-8', () => readFile(join(folder, 'swagger-ui.css')));
  serve(`${pagePath}/swagger-ui-bundle.js`, 'text/javascript; charset=utf-8', () => readFile(join(folder, 'swagger-ui-bundle.js')));
}
