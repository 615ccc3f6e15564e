import { routes, type SignInProvider } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aWorld, type Browser, type World } from '../platform/testing/scenario.ts';
import { environmentOf, Issuer, type Resident } from './testing/issuer.ts';

const { accounts, social } = routes;

/** A core that knows two other houses, each an issuer of the test's own. */
async function aStreet() {
  const [google, kakao] = [await Issuer.start(), await Issuer.start()];
  const world = await aWorld(environmentOf({ google, kakao }));
  const houses: Record<SignInProvider, Issuer> = { google, kakao };
  /** What comes back with a browser that was sent to a house and signed in there. */
  const sent = async (browser: Browser, provider: SignInProvider, resident: Resident) => houses[provider].signIn((await browser.call(social.begin, { provider, next: '/p/1' })).url, resident);
  const enter = (browser: Browser, provider: SignInProvider, resident: Resident) => {
    const answer = sent(browser, provider, resident).then((query) => browser.send('POST', `/auth/social/${provider}/finish`, { body: { query } }));
    return answer.then((response) => ({
      status: response.statusCode,
      body: response.json<{ code?: string; user?: { id: string; email: string | null; name: string }; next?: string; details?: { link: string; canClaim: boolean; hasPassword: boolean; providers: string[]; email: string } }>(),
    }));
  };
  return {
    ...world,
    google,
    kakao,
    sent,
    enter,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await google[Symbol.asyncDispose]();
      await kakao[Symbol.asyncDispose]();
    },
  };
}

const dami: Resident = { sub: 'g-100', name: '다미', email: 'dami@gmail.com', email_verified: true };
const onKakao = (sub: string, email: string | undefined, kakao: Resident['kakao'] = { email_needs_agreement: false, is_email_valid: true, is_email_verified: true }): Resident => ({ sub, name: '다미', ...(email ? { email } : {}), kakao });
const whoIs = async (browser: Browser) => (await browser.call(accounts.me, {})).user;
const peopleIn = async ({ database }: World) => Number((await database.pool.query<{ count: string }>('SELECT count(*) FROM core.account')).rows[0]!.count);

test('buttons are there for the houses that are set up, and for no others', async () => {
  await using bare = await aWorld();
  expect(await bare.browser().call(social.providers, {})).toEqual({ providers: [] });
  expect(await bare.browser().call(social.begin, { provider: 'google' }).problem).toMatchObject({ code: 'not-found' });
  await using street = await aStreet();
  expect(await street.browser().call(social.providers, {})).toEqual({ providers: ['google', 'kakao'] });
});

test('a first time makes an account, the next time signs in to it, and one goes on where one wanted to', async () => {
  await using street = await aStreet();
  const browser = street.browser();
  expect(await street.enter(browser, 'google', dami)).toMatchObject({ status: 200, body: { user: { name: '다미', email: 'dami@gmail.com' }, next: '/p/1' } });
  const again = street.browser();
  await street.enter(again, 'google', dami);
  expect((await whoIs(again)).id).toBe((await whoIs(browser)).id);
});

test('Kakao without a mail makes an account without one', async () => {
  await using street = await aStreet();
  for (const [sub, kakao] of [
    ['1', { email_needs_agreement: true }],
    ['2', undefined],
  ] as const) {
    const browser = street.browser();
    expect(await street.enter(browser, 'kakao', { ...onKakao(sub, undefined, kakao), kakao: kakao ?? {} })).toMatchObject({ status: 200, body: { user: { email: null } } });
    expect(await browser.call(social.identities, {})).toMatchObject({ hasPassword: false, items: [{ provider: 'kakao', email: null }] });
  }
  expect(await peopleIn(street)).toBe(2);
});

test('a mail that the other house has not verified becomes nobody’s address here, and waits for whoever owns it', async () => {
  await using street = await aStreet();
  expect(await street.enter(street.browser(), 'google', { ...dami, email_verified: false })).toMatchObject({ status: 200, body: { user: { email: null } } });
  expect(await street.enter(street.browser(), 'google', { ...dami, sub: 'g-2', email: 'dami@elsewhere.example' })).toMatchObject({ body: { user: { email: null } } });
  expect(await street.enter(street.browser(), 'kakao', onKakao('3', 'dami@gmail.com', { is_email_valid: false, is_email_verified: true }))).toMatchObject({ body: { user: { email: null } } });
  expect(await street.enter(street.browser(), 'google', { ...dami, sub: 'g-4', email: 'haram@studio.example', hd: 'studio.example' })).toMatchObject({ body: { user: { email: 'haram@studio.example' } } });
  await street.browser().call(accounts.register, { email: 'dami@gmail.com', password: '내가 진짜 다미다', name: '다미' });
});

test('a mail that has an account links nothing by itself: its password does', async () => {
  await using street = await aStreet();
  const before = street.browser();
  const { user } = await before.call(accounts.register, { email: 'dami@gmail.com', password: '내가 진짜 다미다', name: '다미' });
  const browser = street.browser();
  const refused = await street.enter(browser, 'google', { ...dami, email: 'DAMI@Gmail.com' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'link-needed', details: { email: 'dami@gmail.com', canClaim: true, hasPassword: true } } });
  expect((await browser.send('GET', '/auth/me')).statusCode).toBe(401);
  const { link } = refused.body.details!;
  expect(await browser.call(social.prove, { link, password: '틀린 암호입니다' }).problem).toMatchObject({ code: 'wrong-credentials' });
  expect(await street.browser().call(social.prove, { link, password: '내가 진짜 다미다' }).problem).toMatchObject({ code: 'social-refused' });
  expect((await browser.call(social.prove, { link, password: '내가 진짜 다미다' })).user.id).toBe(user.id);
  expect(await browser.call(social.prove, { link, password: '내가 진짜 다미다' }).problem).toMatchObject({ code: 'social-refused' });
  const later = street.browser();
  await street.enter(later, 'google', dami);
  expect((await whoIs(later)).id).toBe(user.id);
  expect((await before.send('GET', '/auth/me')).statusCode).toBe(200);
});

test('who registered somebody else’s mail beforehand loses the account to its owner, with password, sign-ins and tokens', async () => {
  await using street = await aStreet();
  const attacker = street.browser();
  await attacker.call(accounts.register, { email: 'dami@gmail.com', password: '먼저 차지한 사람', name: '누구' });
  const { token } = await attacker.call(accounts.createToken, { name: '뒷문', scopes: ['*'], expiresInDays: 30 });
  const browser = street.browser();
  const { details } = (await street.enter(browser, 'google', dami)).body;
  await browser.call(social.claim, { link: details!.link });
  expect((await attacker.send('GET', '/auth/me')).statusCode).toBe(401);
  expect((await street.browser().send('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(401);
  expect(await street.browser().call(accounts.login, { email: 'dami@gmail.com', password: '먼저 차지한 사람' }).problem).toMatchObject({ code: 'wrong-credentials' });
  expect(await browser.call(social.identities, {})).toMatchObject({ hasPassword: false, items: [{ provider: 'google' }] });
});

test('an account whose mail was proven is not taken over by the mail', async () => {
  await using street = await aStreet();
  await street.enter(street.browser(), 'google', dami);
  const browser = street.browser();
  const { details } = (await street.enter(browser, 'kakao', onKakao('7', 'dami@gmail.com'))).body;
  expect(details).toMatchObject({ canClaim: false, hasPassword: false, providers: ['google'] });
  expect(await browser.call(social.claim, { link: details!.link }).problem).toMatchObject({ code: 'social-refused' });
  // Deleted there and made anew: the same mail, another subject.
  expect((await street.enter(street.browser(), 'google', { ...dami, sub: 'g-anew' })).body).toMatchObject({ code: 'link-needed', details: { canClaim: false } });
});

test('what the mail is there may change, and is folded in no way but case', async () => {
  await using street = await aStreet();
  const first = street.browser();
  await street.enter(first, 'google', dami);
  const renamed = street.browser();
  await street.enter(renamed, 'google', { ...dami, email: 'dami.new@gmail.com' });
  expect(await whoIs(renamed)).toMatchObject({ id: (await whoIs(first)).id, email: 'dami@gmail.com' });
  const ids = new Set([(await whoIs(first)).id]);
  for (const [at, email] of ['dami+2@gmail.com', 'd.ami@gmail.com', 'ⅾami@gmail.com'].entries()) {
    const browser = street.browser();
    expect((await street.enter(browser, 'google', { ...dami, sub: `variant-${at}`, email })).status).toBe(200);
    ids.add((await whoIs(browser)).id);
  }
  expect(ids.size).toBe(4);
});

test('a code is good once, in the browser that was sent, by the house it was sent to, for ten minutes', async () => {
  await using street = await aStreet();
  const finish = (browser: Browser, query: string, provider: SignInProvider = 'google') => browser.call(social.finish, { provider, query }).problem;
  const browser = street.browser();
  const query = await street.sent(browser, 'google', dami);
  await browser.call(social.finish, { provider: 'google', query });
  expect(await finish(browser, query)).toMatchObject({ code: 'social-refused' });
  const foreign = await street.sent(street.browser(), 'google', dami);
  expect(await finish(browser, foreign)).toMatchObject({ code: 'social-refused' });
  const swapped = street.browser();
  expect(await finish(swapped, await street.sent(swapped, 'kakao', onKakao('8', undefined)))).toMatchObject({ code: 'social-refused' });
  const late = street.browser();
  const lateQuery = await street.sent(late, 'google', dami);
  street.clock.pass(601_000);
  expect(await finish(late, lateQuery)).toMatchObject({ code: 'social-refused' });
  for (const bad of ['', '?code=abc', '?state=abc&code=abc']) expect(await finish(street.browser(), bad)).toMatchObject({ code: 'social-refused' });
  // The other house says who it is (RFC 9207): its answer is not taken for another's.
  const mixed = street.browser();
  const mixedQuery = new URLSearchParams(await street.sent(mixed, 'google', dami));
  mixedQuery.set('iss', street.kakao.url);
  expect(await finish(mixed, `?${mixedQuery}`)).toMatchObject({ code: 'social-refused' });
  expect(await peopleIn(street)).toBe(1);
});

test('an ID token of another audience, another sign-in or another time opens nothing', async () => {
  await using street = await aStreet();
  const spoilers: ((claims: Record<string, unknown>) => void)[] = [
    (claims) => (claims['aud'] = 'another client'),
    (claims) => (claims['nonce'] = 'another nonce'),
    (claims) => delete claims['nonce'],
    (claims) => (claims['exp'] = 1),
    (claims) => (claims['iss'] = 'https://evil.example'),
  ];
  for (const spoil of spoilers) {
    street.google.spoil = spoil;
    expect((await street.enter(street.browser(), 'google', dami)).body).toMatchObject({ code: 'social-refused' });
  }
  street.google.spoil = () => undefined;
  // Kakao's API speaks of somebody else than its ID token.
  street.kakao.spoil = (claims) => (claims['sub'] = '999');
  expect((await street.enter(street.browser(), 'kakao', onKakao('9', undefined))).body).toMatchObject({ code: 'social-refused' });
  expect(await peopleIn(street)).toBe(0);
});

test('who thinks better of it there is told so, and a house that is down is said to be', async () => {
  await using street = await aStreet();
  const browser = street.browser();
  const { url } = await browser.call(social.begin, { provider: 'google' });
  const state = new URL(url).searchParams.get('state')!;
  expect(await browser.call(social.finish, { provider: 'google', query: `?error=access_denied&state=${state}&iss=${encodeURIComponent(street.google.url)}` }).problem).toMatchObject({ code: 'social-cancelled' });
  await street.kakao[Symbol.asyncDispose]();
  expect(await street.browser().call(social.begin, { provider: 'kakao' }).problem).toMatchObject({ code: 'unavailable', status: 503 });
});

test('a suspended person is not let in by another house', async () => {
  await using street = await aStreet();
  await street.enter(street.browser(), 'google', dami);
  await street.database.pool.query('UPDATE core.account SET suspended_at = now()');
  expect((await street.enter(street.browser(), 'google', dami)).body).toMatchObject({ code: 'account-suspended' });
});

test('one links and unlinks while signed in, and the last way in stays', async () => {
  await using street = await aStreet();
  const someone = await street.someone();
  const link = async (browser: Browser, resident: Resident, finisher = browser) => {
    const { url } = await browser.call(social.beginLink, { provider: 'kakao' });
    return finisher.call(social.finishLink, { provider: 'kakao', query: street.kakao.signIn(url, resident) });
  };
  const { items } = await link(someone, onKakao('20', undefined));
  expect(items).toMatchObject([{ provider: 'kakao' }]);
  const guest = street.browser();
  await street.enter(guest, 'kakao', onKakao('20', undefined));
  expect((await whoIs(guest)).id).toBe(someone.user.id);

  // Somebody else's: it stays theirs. Another person's browser may not finish what one began.
  const other = await street.someone();
  await expect(link(other, onKakao('20', undefined))).rejects.toThrow('identity-taken');
  await expect(link(someone, onKakao('21', undefined), other)).rejects.toThrow('social-refused');
  // What was begun as a link signs nobody in.
  const { url } = await other.call(social.beginLink, { provider: 'kakao' });
  expect(await other.call(social.finish, { provider: 'kakao', query: street.kakao.signIn(url, onKakao('22', undefined)) }).problem).toMatchObject({ code: 'social-refused' });

  await someone.call(social.unlink, { identityId: items[0]!.id });
  expect(await someone.call(social.identities, {})).toEqual({ items: [], hasPassword: true });
  const onlyGoogle = street.browser();
  await street.enter(onlyGoogle, 'google', dami);
  const [identity] = (await onlyGoogle.call(social.identities, {})).items;
  expect(await onlyGoogle.call(social.unlink, { identityId: identity!.id }).problem).toMatchObject({ code: 'last-way-in' });
  await onlyGoogle.call(accounts.changePassword, { next: '이제는 암호도 있다' });
  await onlyGoogle.call(social.unlink, { identityId: identity!.id });
  await street.browser().call(accounts.login, { email: 'dami@gmail.com', password: '이제는 암호도 있다' });
  expect(await someone.call(social.unlink, { identityId: identity!.id }).problem).toMatchObject({ code: 'not-found' });
});

test('a page of another site starts and finishes nothing, and a program’s token changes no way in', async () => {
  await using street = await aStreet();
  for (const origin of ['https://evil.example', 'null']) {
    for (const path of ['google/begin', 'google/finish', 'prove', 'claim']) expect((await street.browser().send('POST', `/auth/social/${path}`, { body: {}, headers: { origin, 'x-requested-with': 'x' } })).statusCode).toBe(403);
  }
  const someone = await street.someone();
  const { token } = await someone.call(accounts.createToken, { name: '프로그램', scopes: ['*'], expiresInDays: 1 });
  const program = street.browser();
  program.headers = { authorization: `Bearer ${token}` };
  expect(await program.call(social.beginLink, { provider: 'google' }).problem).toMatchObject({ code: 'forbidden' });
});
