import { ProjectEvent, routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aStory } from '../platform/testing/scenario.ts';

const { members, invitations, projects } = routes;

test('an invitation says what it offers, is used by many, and stops when withdrawn or expired', async () => {
  await using story = await aStory({ roles: [] });
  const { projectId } = story;
  const invitation = await story.owner.call(invitations.create, { projectId, role: 'editor', expiresInHours: 1 });
  expect(await story.browser().call(invitations.look, { code: invitation.code })).toMatchObject({ projectTitle: '달밤의 식당', role: 'editor', invitedBy: '대표' });
  story.clock.pass(1);
  const [a, b, late] = [await story.someone('갑'), await story.someone('을'), await story.someone('병')];
  expect(await a.call(invitations.accept, { code: invitation.code })).toEqual({ projectId, role: 'editor' });
  expect(await a.call(invitations.accept, { code: invitation.code })).toEqual({ projectId, role: 'editor' });
  story.clock.pass(1);
  await b.call(invitations.accept, { code: invitation.code });
  expect((await story.owner.call(invitations.list, { projectId })).items).toEqual([expect.objectContaining({ id: invitation.id, uses: 2 })]);
  expect((await story.owner.call(members.list, { projectId })).items.map((member) => [member.name, member.role, member.colour])).toEqual([
    ['대표', 'owner', 0],
    ['갑', 'editor', 1],
    ['을', 'editor', 2],
  ]);

  await story.owner.call(invitations.revoke, { projectId, invitationId: invitation.id });
  expect(await late.call(invitations.accept, { code: invitation.code }).problem).toMatchObject({ code: 'invitation-gone', status: 410 });
  const short = await story.owner.call(invitations.create, { projectId, role: 'reader', expiresInHours: 1 });
  story.clock.pass(3_600_001);
  expect(await late.call(invitations.look, { code: short.code }).problem).toMatchObject({ code: 'invitation-gone' });
  expect(await late.call(invitations.look, { code: 'never-made-by-anyone' }).problem).toMatchObject({ code: 'not-found' });
});

test('a member who accepts keeps the greater role', async () => {
  await using story = await aStory({ roles: ['writer', 'reader'] });
  const { projectId } = story;
  const { code } = await story.owner.call(invitations.create, { projectId, role: 'editor' });
  expect(await story.as.writer.call(invitations.accept, { code })).toMatchObject({ role: 'writer' });
  expect(await story.as.reader.call(invitations.accept, { code })).toMatchObject({ role: 'editor' });
  expect(await story.owner.call(invitations.accept, { code })).toMatchObject({ role: 'owner' });
});

test('a changed role holds at once', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { projectId } = story;
  const { writer } = story.as;
  await writer.call(routes.outline.create, { projectId, kind: 'scene', title: '가' });
  expect(await story.owner.call(members.changeRole, { projectId, userId: writer.user.id, role: 'reader' })).toMatchObject({ role: 'reader' });
  expect(await writer.call(routes.outline.create, { projectId, kind: 'scene', title: '나' }).problem).toMatchObject({ code: 'forbidden' });
  await story.owner.call(members.remove, { projectId, userId: writer.user.id });
  expect(await writer.call(projects.read, { projectId }).problem).toMatchObject({ code: 'not-found' });
});

test('a work keeps an owner, whatever two owners do at the same moment', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { projectId, owner } = story;
  const { writer } = story.as;
  expect(await owner.call(members.changeRole, { projectId, userId: owner.user.id, role: 'writer' }).problem).toMatchObject({ code: 'last-owner' });
  expect(await owner.call(members.remove, { projectId, userId: owner.user.id }).problem).toMatchObject({ code: 'last-owner' });
  await owner.call(members.changeRole, { projectId, userId: writer.user.id, role: 'owner' });
  const both = await Promise.allSettled([owner.call(members.changeRole, { projectId, userId: writer.user.id, role: 'reader' }), writer.call(members.changeRole, { projectId, userId: owner.user.id, role: 'reader' })]);
  expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const left = (await owner.call(members.list, { projectId })).items.filter((member) => member.role === 'owner');
  expect(left).toHaveLength(1);
});

test('handing over makes the other owner and oneself a writer; leaving needs no right', async () => {
  await using story = await aStory({ roles: ['reader'] });
  const { projectId, owner } = story;
  const { reader } = story.as;
  expect(await reader.call(members.remove, { projectId, userId: owner.user.id }).problem).toMatchObject({ code: 'forbidden' });
  const { items } = await owner.call(members.transfer, { projectId, userId: reader.user.id });
  expect(items.map((member) => [member.name, member.role])).toEqual([
    ['대표', 'writer'],
    ['reader', 'owner'],
  ]);
  expect(await reader.call(members.transfer, { projectId, userId: story.outsider.user.id }).problem).toMatchObject({ code: 'not-found' });
  await owner.call(members.remove, { projectId, userId: owner.user.id });
  expect(await owner.call(projects.read, { projectId }).problem).toMatchObject({ code: 'not-found' });
});

test('sync is told who stands how, and of every event in order', async () => {
  await using story = await aStory({ roles: ['writer', 'reader'] });
  const { projectId, owner } = story;
  const { writer, reader } = story.as;
  const token = await writer.call(routes.accounts.createToken, { name: '봇', scopes: ['*'], expiresInDays: 1 });
  const signIns = async (person: typeof owner) => (await person.call(routes.accounts.signIns, {})).items[0]!.id;
  const asked = [
    [writer.user.id, 'token', token.id, projectId],
    [reader.user.id, 'sign-in', await signIns(reader), projectId],
    [story.outsider.user.id, 'sign-in', await signIns(story.outsider), projectId],
    [writer.user.id, 'sign-in', await signIns(reader), projectId],
  ];
  const standings = async () => {
    const { rows } = await story.database.pool.query(
      'SELECT ord, alive, role, expires_at > now() AS ahead FROM core.standings($1, $2, $3, $4)',
      [0, 1, 2, 3].map((column) => asked.map((each) => each[column])),
    );
    return rows.map(({ ord, alive, role }) => [ord, alive, role]);
  };
  expect(await standings()).toEqual([
    [1, true, 'writer'],
    [2, true, 'reader'],
    [3, true, null],
    [4, false, 'writer'],
  ]);
  await writer.call(routes.accounts.revokeToken, { tokenId: token.id });
  await owner.call(projects.trash, { projectId });
  await owner.call(members.remove, { projectId, userId: reader.user.id });
  expect(await standings()).toEqual([
    [1, false, 'reader'],
    [2, true, null],
    [3, true, null],
    [4, false, 'reader'],
  ]);

  const { rows } = await story.database.pool.query('SELECT * FROM core.project_events_since($1, 0, 100)', [projectId]);
  const events = rows.map((row) => ProjectEvent.parse(row.event));
  expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
  expect(events.map((event) => event.change.type)).toEqual(['member.changed', 'member.changed', 'project.changed', 'member.left']);
  const { rows: people } = await story.database.pool.query('SELECT * FROM core.person($1, $2)', [writer.user.id, projectId]);
  expect(people).toEqual([{ name: 'writer', colour: 1, role: 'reader' }]);
});
