import { type Route, routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exampleOf, openApiDocument } from '@cowrite/service-kit/http';
import { coreApi } from './api.ts';
import { aWorld } from './testing/scenario.ts';

const all = Object.entries(routes).flatMap(([noun, table]) => Object.entries(table).map(([verb, route]): [string, Route] => [`${noun}.${verb}`, route as Route]));

test('describes every route with its summary and examples', () => {
  const { paths } = openApiDocument(coreApi) as {
    paths: Record<
      string,
      Record<
        string,
        { operationId: string; summary: string; parameters: { example: unknown }[]; requestBody?: { content: Record<string, { example: unknown }> }; responses: Record<string, { content?: Record<string, { example?: unknown }> }> }
      >
    >;
  };
  for (const [name, route] of all) {
    const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
    expect([name, operation?.operationId, operation?.summary]).toEqual([name, name, route.summary]);
    for (const parameter of operation!.parameters) expect([name, parameter.example]).toEqual([name, expect.anything()]);
    if (route.body !== undefined) for (const content of Object.values(operation!.requestBody!.content)) expect([name, content.example]).toEqual([name, expect.anything()]);
    if (route.output !== undefined) for (const content of Object.values(operation!.responses[route.status]!.content!)) expect([name, content.example]).toEqual([name, expect.anything()]);
  }
});

test('the examples are what the schemas accept', () => {
  for (const [name, route] of all) {
    for (const schema of [route.body, route.output]) {
      if (schema === undefined || typeof schema === 'string') continue;
      const result = schema.safeParse(exampleOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Record<string, unknown>));
      expect([name, result.error?.issues]).toEqual([name, undefined]);
    }
  }
});

test('serves the document and a page that loads nothing from elsewhere', async () => {
  await using world = await aWorld();
  const get = (path: string) => world.browser().send('GET', path);
  expect((await get('/api-docs-json')).json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(coreApi))));
  const { servers } = (await world.browser().send('GET', '/api-docs-json', { headers: { 'x-forwarded-prefix': '/api' } })).json<{ servers: unknown }>();
  expect(servers).toEqual([{ url: '/api' }]);
  const page = await get('/api-docs');
  expect(page.headers['content-type']).toContain('text/html');
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(assets).toHaveLength(3);
  for (const asset of assets) expect([asset, asset.startsWith('api-docs/'), (await get(`/${asset}`)).statusCode]).toEqual([asset, true, 200]);
});

test('serves on the addresses it was given, and stops', async () => {
  await using world = await aWorld({ HOST: '127.0.0.1,::1', PORT: '0' });
  const { port } = await world.core.listen();
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  expect(await answer.json()).toEqual({ status: 'ok', service: 'core' });
  // As it comes over the wire, without a client that tidies the address first.
  const { request } = await import('node:http');
  const status = await new Promise((resolve, reject) =>
    request({ host: '127.0.0.1', port, path: '/projects/%2e%2e/health' }, (response) => (response.resume(), resolve(response.statusCode)))
      .on('error', reject)
      .end(),
  );
  expect(status).toBe(404);
  await world.core.close();
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});
