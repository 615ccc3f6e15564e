import { routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aWorld, documentOf } from './testing/scenario.ts';

test('from registering to the text of a first scene, as a program outside would', async () => {
  await using world = await aWorld();
  const browser = world.browser();
  const registered = await browser.send('POST', '/auth/register', { body: { email: 'Yujeong@Example.com', password: 'dongbaek-kkot', name: '김유정' } });
  expect(registered.statusCode).toBe(201);
  expect(registered.json()).toMatchObject({ user: { email: 'yujeong@example.com', name: '김유정', locale: 'ko' } });
  const { token } = (await browser.send('POST', '/auth/tokens', { body: { name: '백업', scopes: ['*'], expiresInDays: 7 } })).json();

  const program = world.browser();
  program.headers = { authorization: `Bearer ${token}` };
  const project = (await program.send('POST', '/projects', { body: { title: '동백꽃' } })).json();
  const chapter = await program.call(routes.outline.create, { projectId: project.id, kind: 'chapter', title: '1화' });
  expect(chapter).toMatchObject({ kind: 'chapter', numbering: 'counted' });
  expect(chapter.nodes.map((node) => node.kind)).toEqual(['chapter', 'scene']);
  const documentId = documentOf(chapter);
  expect(await program.call(routes.tickets.document, { projectId: project.id, documentId })).toMatchObject({ ticket: expect.stringMatching(/^ey/) });
  expect(await program.call(routes.tickets.project, { projectId: project.id })).toMatchObject({ expiresAt: expect.any(String) });
  const text = await program.send('GET', `/projects/${project.id}/documents/${documentId}/text`);
  expect([text.statusCode, text.headers['content-type'], text.body]).toEqual([200, 'text/plain; charset=utf-8', '']);
  expect((await program.send('GET', `/projects/${project.id}/documents/${documentId}/text`, { headers: { 'if-none-match': String(text.headers['etag']) } })).statusCode).toBe(304);

  const invitation = (await program.send('POST', `/projects/${project.id}/invitations`, { body: { role: 'writer' } })).json();
  expect(invitation.url).toBe(`http://localhost:3100/invitations/${invitation.code}`);
  const friend = await world.someone('현진건');
  expect((await friend.send('POST', `/invitations/${invitation.code}/accept`)).statusCode).toBe(200);
  expect(await friend.call(routes.outline.list, { projectId: project.id })).toMatchObject({ seq: 2 });
});
