import { may, type Role, Role as Roles, type Route, routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aStory, type Browser, documentOf } from './testing/scenario.ts';

/** Everyone who may come to a route. */
const CALLERS = ['anonymous', 'outsider', ...Roles.options] as const;
type Caller = (typeof CALLERS)[number];

const all: [string, Route][] = Object.entries(routes).flatMap(([noun, table]) => Object.entries(table).map(([verb, route]): [string, Route] => [`${noun}.${verb}`, route as Route]));

/** What the contract says must come back: a refusal's status, or null when the guard lets the caller through. */
function refusal(route: Route, caller: Caller): number | null {
  switch (route.access.kind) {
    case 'public':
      return null;
    case 'account':
      return caller === 'anonymous' ? 401 : null;
    case 'project':
      if (caller === 'anonymous') return 401;
      if (caller === 'outsider') return 404;
      return may(caller, route.access.needs) ? null : 403;
  }
}

// Changes who may do what, or ends things, when it is let through: tried last, so that the others are tried whole.
const ENDING = new Set(['projects.trash', 'projects.archive', 'projects.restore', 'members.transfer', 'members.changeRole', 'members.remove', 'accounts.logout', 'accounts.changePassword']);

test('every route lets through exactly those whom the contract lets through', { timeout: 120_000 }, async () => {
  await using story = await aStory();
  const chapter = await story.add({ kind: 'chapter', title: '1화' });
  const places: Record<string, string> = {
    projectId: story.projectId,
    documentId: documentOf(chapter),
    nodeId: chapter.id,
    userId: story.outsider.user.id,
    signInId: story.projectId,
    tokenId: story.projectId,
    invitationId: story.projectId,
    importId: story.projectId,
    blobId: story.projectId,
    identityId: story.projectId,
    provider: 'google',
    language: 'en',
    segmentId: story.projectId,
    termId: story.projectId,
    code: 'a-code-that-nobody-has-made',
  };
  const callers: Record<Caller, Browser> = { anonymous: story.browser(), outsider: story.outsider, ...(story.as as Record<Role, Browser>) };
  const wrong: string[] = [];
  let tried = 0;
  for (const [name, route] of all.filter(([each]) => !ENDING.has(each)).concat(all.filter(([each]) => ENDING.has(each)))) {
    const url = route.path.replace(/:(\w+)/g, (_, place: string) => places[place]!);
    for (const caller of CALLERS) {
      // An empty body passes no schema: what is let through is then refused for its input, and changes nothing.
      const body = route.body === undefined ? undefined : route.body === 'bytes' ? new Uint8Array() : {};
      if (ENDING.has(name) && route.body === undefined && refusal(route, caller) === null) continue;
      const { statusCode } = await callers[caller].send(route.method, url, body === undefined ? {} : { body });
      tried++;
      const expected = refusal(route, caller);
      // Let through, a caller may still name something that is not there, or be refused for the input.
      const agrees = expected === null ? statusCode !== 403 && statusCode !== 405 && statusCode < 500 && (statusCode !== 401 || name.startsWith('accounts.')) : statusCode === expected;
      const reaches = expected !== null || statusCode !== 404 || /:(signInId|tokenId|identityId|provider|invitationId|importId|blobId|userId|segmentId|termId|code)/.test(route.path);
      // Removing someone else is one route with two rights: one's own leave needs none.
      const byUseCase = name === 'members.remove' && statusCode === 403 && caller !== 'owner';
      if (!(agrees && reaches) && !byUseCase) wrong.push(`${name} as ${caller}: ${statusCode}, expected ${expected ?? 'to be let through'}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(all.length * 6);
});

test('another work’s things are not found under one’s own', async () => {
  await using story = await aStory({ roles: [] });
  const chapter = await story.add({ kind: 'chapter', title: '남의 것' });
  const mine = await story.outsider.call(routes.projects.create, { title: '내 작품' });
  const try_ = async (method: string, path: string, body?: object) => (await story.outsider.send(method, `/projects/${mine.id}${path}`, body === undefined ? {} : { body })).statusCode;
  expect(await try_('GET', `/documents/${documentOf(chapter)}/text`)).toBe(404);
  expect(await try_('POST', `/documents/${documentOf(chapter)}/tickets`)).toBe(404);
  expect(await try_('PATCH', `/outline/${chapter.id}`, { title: '훔침' })).toBe(404);
  expect(await try_('POST', '/outline/moves', { nodeIds: [chapter.id], to: { place: 'into', nodeId: null } })).toBe(404);
  expect(await try_('POST', '/outline/trash', { nodeIds: [chapter.id] })).toBe(404);
  expect(await try_('POST', '/outline', { kind: 'scene', title: '가', parentId: chapter.id })).toBe(404);
  expect(await try_('POST', '/outline', { kind: 'scene', title: '가', id: chapter.id })).toBe(422);
  expect(await try_('PUT', '/last-place', { nodeId: chapter.id })).toBe(404);
  expect(await story.drawn()).toEqual(['남의 것', '  ·']);
});
