import { routes } from '@cowrite/contract';
import { createHmac } from 'node:crypto';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { aWorld, type Person } from '../platform/testing/scenario.ts';

const { accounts } = routes;
const MINUTE = 60_000;
const DAY = 86_400_000;

const status = async (person: Person) => (await person.send('GET', '/auth/me')).statusCode;

test('an e-mail address is one account, however it is written', async () => {
  await using world = await aWorld();
  const browser = world.browser();
  await browser.call(accounts.register, { email: ' Sowol@Example.com ', password: 'azalea-azalea', name: ' 김소월 ' });
  expect(await browser.call(accounts.me, {})).toMatchObject({ user: { email: 'sowol@example.com', name: '김소월' } });
  expect(await world.browser().call(accounts.register, { email: 'SOWOL@example.com', password: 'azalea-azalea', name: '또' }).problem).toMatchObject({ code: 'email-taken', status: 409 });
  expect(await world.browser().call(accounts.login, { email: 'SOWOL@EXAMPLE.COM', password: 'azalea-azalea' })).toMatchObject({ user: { name: '김소월' } });
});

test('a password may be anything long enough that is not the first guess', async () => {
  await using world = await aWorld();
  const register = (password: string) => world.browser().call(accounts.register, { email: `p${password.length}@example.com`, password, name: '가' });
  expect(await register('12345678').problem).toMatchObject({ code: 'invalid-input', errors: [{ path: 'password', message: 'too-common' }] });
  expect(await register('짧다').problem).toMatchObject({ code: 'invalid-input', errors: [{ path: 'password', message: 'too-short' }] });
  const long = '한글로 된 긴 암호 '.repeat(8);
  const { user } = await register(long);
  await world.browser().call(accounts.login, { email: user.email!, password: long.normalize('NFD') });
});

test('an unknown address, a wrong password and a suspended account get one answer', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  await world.database.pool.query('UPDATE core.account SET suspended_at = now() WHERE id = $1', [someone.user.id]);
  const answers = [];
  for (const [email, password] of [
    ['nobody@example.com', 'whatever-1'],
    [someone.user.email, 'wrong-one'],
    [someone.user.email, someone.password],
  ] as const) {
    const { instance: _, ...problem } = await world.browser().call(accounts.login, { email, password }).problem;
    answers.push(problem);
  }
  expect(answers).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ code: 'wrong-credentials', status: 401 })));
});

test('after five wrong passwords each further try waits longer, for that address alone, and never for ever', async () => {
  await using world = await aWorld();
  const [someone, other] = [await world.someone(), await world.someone()];
  const login = (password: string) => world.browser().call(accounts.login, { email: someone.user.email, password });
  for (let wrong = 0; wrong < 5; wrong++) expect(await login('wrong').problem).toMatchObject({ code: 'wrong-credentials' });
  const answer = await world.browser().send('POST', '/auth/login', { body: { email: someone.user.email, password: someone.password } });
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '30']);
  await world.browser().call(accounts.login, { email: other.user.email, password: other.password });
  world.clock.pass(30_000);
  expect(await login('wrong').problem).toMatchObject({ code: 'wrong-credentials' });
  expect(await login(someone.password).problem).toMatchObject({ code: 'too-many-requests', details: { seconds: 60 } });
  world.clock.pass(MINUTE);
  await login(someone.password);
  expect(await login('wrong').problem).toMatchObject({ code: 'wrong-credentials' });
});

test('an access token lives fifteen minutes, a sign-in a week from its last use and a month at most', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  world.clock.pass(14 * MINUTE);
  expect(await status(someone)).toBe(200);
  world.clock.pass(2 * MINUTE);
  expect(await someone.call(accounts.me, {}).problem).toMatchObject({ code: 'sign-in-expired', status: 401 });
  await someone.call(accounts.refresh, {});
  expect(await status(someone)).toBe(200);
  for (let week = 0; week < 4; week++) {
    world.clock.pass(6.9 * DAY);
    await someone.call(accounts.refresh, {});
  }
  world.clock.pass(3 * DAY);
  expect(await someone.call(accounts.refresh, {}).problem).toMatchObject({ code: 'sign-in-expired' });
  expect(someone.cookies.size).toBe(0);
});

test('two tabs that refresh at once get the same successor; a refresh token used again later ends the sign-in', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const thief = world.browser();
  for (const [name, value] of someone.cookies) thief.cookies.set(name, value);
  const otherTab = world.browser();
  for (const [name, value] of someone.cookies) otherTab.cookies.set(name, value);

  await someone.call(accounts.refresh, {});
  world.clock.pass(1_000);
  await otherTab.call(accounts.refresh, {});
  const refreshOf = (browser: { cookies: Map<string, string> }) => [...browser.cookies].find(([name]) => name.includes('refresh'))![1];
  expect(refreshOf(otherTab)).toBe(refreshOf(someone));
  expect(await status(someone)).toBe(200);

  world.clock.pass(10_001);
  expect(await thief.call(accounts.refresh, {}).problem).toMatchObject({ code: 'sign-in-expired' });
  world.clock.pass(3_001);
  expect(await status(someone)).toBe(401);
  expect(await someone.call(accounts.refresh, {}).problem).toMatchObject({ code: 'sign-in-expired' });
});

test('signing out ends the sign-in, tells sync, and leaves other devices alone', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const phone = Object.assign(world.browser(), { user: someone.user, password: someone.password });
  await phone.call(accounts.login, { email: someone.user.email, password: someone.password });
  const listener = new Client({ connectionString: world.database.url });
  await listener.connect();
  await listener.query('LISTEN cowrite');
  const told = new Promise((resolve) => listener.once('notification', ({ payload }) => resolve(JSON.parse(payload!))));
  const stolen = new Map(someone.cookies);
  await someone.call(accounts.logout, {});
  expect(await told).toEqual({ kind: 'standing', userId: someone.user.id });
  await listener.end();
  expect(someone.cookies.size).toBe(0);
  for (const [name, value] of stolen) someone.cookies.set(name, value);
  world.clock.pass(5_000);
  expect(await status(someone)).toBe(401);
  expect(await status(phone)).toBe(200);
});

test('a changed password ends every other sign-in within five seconds', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const phone = Object.assign(world.browser(), { user: someone.user, password: someone.password });
  await phone.call(accounts.login, { email: someone.user.email, password: someone.password });
  expect(await status(phone)).toBe(200);
  expect(await someone.call(accounts.changePassword, { current: 'not it', next: '새로운 긴 암호' }).problem).toMatchObject({ code: 'wrong-credentials' });
  await someone.call(accounts.changePassword, { current: someone.password, next: '새로운 긴 암호' });
  world.clock.pass(5_000);
  expect([await status(someone), await status(phone)]).toEqual([200, 401]);
  expect(await world.browser().call(accounts.login, { email: someone.user.email, password: someone.password }).problem).toMatchObject({ code: 'wrong-credentials' });
});

test('a suspended account is out within five seconds', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  expect(await status(someone)).toBe(200);
  await world.database.pool.query('UPDATE core.account SET suspended_at = now() WHERE id = $1', [someone.user.id]);
  world.clock.pass(5_000);
  expect(await status(someone)).toBe(401);
});

test('one sees where one is signed in, and ends it there', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const phone = Object.assign(world.browser(), { user: someone.user, password: someone.password });
  phone.headers = { 'user-agent': 'phone\r\nX: 1' };
  await phone.call(accounts.login, { email: someone.user.email, password: someone.password });
  const { items } = await someone.call(accounts.signIns, {});
  expect(items.map((item) => [item.current, item.userAgent.startsWith('phone')])).toEqual(
    expect.arrayContaining([
      [true, false],
      [false, true],
    ]),
  );
  const other = items.find((item) => !item.current)!;
  const stranger = await world.someone();
  expect(await stranger.call(accounts.endSignIn, { signInId: other.id }).problem).toMatchObject({ code: 'not-found' });
  await someone.call(accounts.endSignIn, { signInId: other.id });
  world.clock.pass(5_000);
  expect([await status(someone), await status(phone)]).toEqual([200, 401]);
});

test('sign-ins that have been over for a month are forgotten, live ones are not', async () => {
  await using world = await aWorld();
  const [gone, here] = [await world.someone(), await world.someone()];
  await gone.call(accounts.logout, {});
  world.clock.pass(6 * DAY);
  await here.call(accounts.refresh, {});
  const left = async () => (await world.database.pool.query('SELECT user_id FROM core.sign_in')).rows.map((row) => row.user_id).toSorted();
  await world.core.sweep();
  expect(await left()).toEqual([gone.user.id, here.user.id].toSorted());
  world.clock.pass(25 * DAY);
  await world.core.sweep();
  expect(await left()).toEqual([here.user.id]);
});

test('a personal token works until it expires or is revoked, and is stored only as a hash', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const made = await someone.call(accounts.createToken, { name: '백업', scopes: ['*'], expiresInDays: 1 });
  expect(made.token).toMatch(/^cwp_[\w-]{43}$/);
  const program = world.browser();
  program.headers = { authorization: `Bearer ${made.token}` };
  expect(await program.call(accounts.me, {})).toMatchObject({ user: { id: someone.user.id } });
  const { items } = await someone.call(accounts.tokens, {});
  expect(items).toEqual([expect.objectContaining({ id: made.id, lastUsedAt: expect.any(String) })]);
  const { rows } = await world.database.pool.query('SELECT t::text AS row FROM core.personal_token t');
  expect(rows[0].row).not.toContain(made.token);

  const second = await someone.call(accounts.createToken, { name: '둘째', scopes: ['*'], expiresInDays: 30 });
  const other = world.browser();
  other.headers = { authorization: `Bearer ${second.token}` };
  await other.call(accounts.me, {});
  await someone.call(accounts.revokeToken, { tokenId: second.id });
  expect(await other.call(accounts.me, {}).problem).toMatchObject({ code: 'signed-out' });
  expect(await someone.call(accounts.revokeToken, { tokenId: second.id }).problem).toMatchObject({ code: 'not-found' });
  world.clock.pass(DAY + 1);
  expect(await program.call(accounts.me, {}).problem).toMatchObject({ code: 'signed-out' });
});

test('a made-up access token is refused, whatever it claims to be', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const [name, genuine] = [...someone.cookies].find(([cookie]) => cookie.includes('access'))!;
  const [header, claims, signature] = genuine.split('.') as [string, string, string];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const jwk = (await world.browser().send('GET', '/.well-known/jwks.json')).json().keys[0];
  const hs256 = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: jwk.kid })}.${claims}`;
  const project = await someone.call(routes.projects.create, { title: '표' });
  const { ticket } = await someone.call(routes.tickets.project, { projectId: project.id });
  const forged = [
    `${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
    `${hs256}.${createHmac('sha256', JSON.stringify(jwk)).update(hs256).digest('base64url')}`,
    `${header}.${encode({ ...decode(claims), sub: project.id })}.${signature}`,
    `${encode({ ...decode(header), crit: ['x'], x: 1 })}.${claims}.${signature}`,
    `${header}.${claims}`,
    ticket,
    'cwp_not-a-token',
    '',
  ];
  for (const token of forged) {
    someone.cookies.set(name, token);
    expect([token, await status(someone)]).toEqual([token, 401]);
  }
  const program = world.browser();
  for (const authorization of ['Bearer cwp_unknown', 'Bearer', `Bearer ${genuine}`, 'Basic dTpw', 'cwp_x']) {
    program.headers = { authorization };
    expect([authorization, (await program.send('GET', '/auth/me')).statusCode]).toEqual([authorization, 401]);
  }
});

test('another page cannot act with the browser’s cookies', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const create = async (headers: Record<string, string>) => (await someone.send('POST', '/projects', { body: { title: '남이 만든 작품' }, headers })).statusCode;
  expect(await create({ origin: 'https://evil.example' })).toBe(403);
  expect(await create({ origin: 'null', 'x-requested-with': 'cowrite' })).toBe(403);
  expect(await create({ origin: 'http://localhost:3100' })).toBe(403);
  expect(await create({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await create({ origin: 'http://localhost:3100', 'x-requested-with': 'cowrite' })).toBe(201);
  expect(await create({ origin: 'http://127.0.0.1:3100', 'x-requested-with': 'cowrite' })).toBe(201);
  expect(await create({})).toBe(201);
  for (const route of ['/auth/logout', '/auth/refresh']) expect((await someone.send('POST', route, { headers: { origin: 'https://evil.example' } })).statusCode).toBe(403);
  expect(await status(someone)).toBe(200);
});

test('only our own pages may read answers', async () => {
  await using world = await aWorld({ PUBLIC_ORIGINS: 'https://studio.example' });
  const preflight = (origin: string) => world.browser().send('OPTIONS', '/projects', { headers: { origin, 'access-control-request-method': 'POST' } });
  expect((await preflight('https://studio.example')).headers).toMatchObject({ 'access-control-allow-origin': 'https://studio.example', 'access-control-allow-credentials': 'true' });
  const foreign = (await preflight('https://evil.example')).headers;
  expect([foreign['access-control-allow-origin'], foreign['access-control-allow-credentials']]).toEqual([undefined, undefined]);
});

test('cookies are read by no script, and carry the __Host- prefix under TLS', async () => {
  await using plain = await aWorld();
  await using secure = await aWorld({ FRONTEND_URL: 'https://studio.example' });
  const lines = async (world: typeof plain) => {
    const answer = await world.browser().send('POST', '/auth/register', { body: { email: 'c@example.com', password: 'long-enough', name: '쿠키' } });
    return answer.headers['set-cookie'] as string[];
  };
  for (const line of await lines(plain)) expect(line).toMatch(/^cowrite-(access|refresh)-\d+=.+; Path=\/; .*HttpOnly; SameSite=Lax$/);
  for (const line of await lines(secure)) expect(line).toMatch(/^__Host-cowrite-(access|refresh)=.+; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
});
