import { routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { prepare } from './request.ts';

const projectId = '01936f6e-0000-7000-8000-000000000001';

test('lays what is given into path, query and body', () => {
  expect(prepare(routes.projects.create, { title: '동백꽃' })).toEqual({ method: 'POST', path: '/projects', body: '{"title":"동백꽃"}', contentType: 'application/json' });
  expect(prepare(routes.search.find, { projectId, q: '닭 싸움', limit: 5 }).path).toBe(`/projects/${projectId}/search?q=%EB%8B%AD+%EC%8B%B8%EC%9B%80&limit=5`);
  expect(prepare(routes.outline.update, { projectId, nodeId: 'n/1', title: '감자' })).toMatchObject({ path: `/projects/${projectId}/outline/n%2F1`, body: '{"title":"감자"}' });
});

test('sends bytes as they are', () => {
  const bytes = new Uint8Array([1, 2]);
  expect(prepare(routes.imports.addFile, { projectId, importId: 'i', name: '1.txt', bytes })).toMatchObject({ path: `/projects/${projectId}/imports/i/files?name=1.txt`, body: bytes, contentType: 'application/octet-stream' });
});

test('refuses a call that leaves a place of the path open', () => {
  expect(() => prepare(routes.projects.read, {})).toThrow(/projectId/);
});
