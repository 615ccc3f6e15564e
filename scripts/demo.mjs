// `npm run demo`: an account with one whole small serial in a running Cowrite, made over the HTTP API as any program
// would. A second run finds it there and changes nothing. CORE_URL names another core, COWRITE_DATA another data folder.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveUp, root, say } from './prepare.mjs';

const coreUrl = (process.env.CORE_URL || `http://127.0.0.1:${process.env.CORE_PORT || 8100}`).replace(/\/+$/, '');
const studioUrl = process.env.FRONTEND_URL || `http://localhost:${process.env.FRONTEND_PORT || 3100}`;
const dataDir = process.env.COWRITE_DATA || join(root, '.data');
const secretFile = join(dataDir, 'demo.json');
const EMAIL = 'demo@cowrite.example';
const TITLE = '안개를 받아 적는 집';

/** The work: where each text goes, and what its author noted beside it. People and places are notes until there is a story bible. */
const WORK = {
  genre: '현대 판타지',
  settings: { episodeGoal: 2_000, paragraphs: 'spaced' },
  // Set last: a work without it was not finished, and is made anew.
  description: [
    '안개가 끼는 밤이면 끊어진 수화기에서 내일의 소리가 들린다. 법원 속기사였던 은재는 할아버지가 남긴 안개 신호소에서, 사십 년 치 장부와 아직 일어나지 않은 사고를 만난다.',
    '',
    '[인물]',
    '도은재(31) 법원 속기사 출신. 왼쪽 귀가 들리지 않는다. 들은 것은 손이 먼저 적는다.',
    '도만석(80) 은재의 할아버지. 안개 신호소지기. 세상을 떠났다.',
    '강복례(74) 구판장 주인. 입은 거칠고 손은 따뜻하다. 만석의 비밀을 절반쯤 안다.',
    '서태오(33) 정기선 달무호의 기관사. 은재의 어릴 적 친구.',
    '민하(10) 달무분교의 하나뿐인 학생.',
    '박 소장 항로표지 사무소 직원. 가래섬 사람.',
    '',
    '[곳]',
    '달무섬 뭍에서 배로 두 시간. 뱃머리, 구판장, 분교, 그리고 북쪽 끝의 안개 신호소.',
    '안개 신호소 오 초를 울고 이십오 초를 쉰다. 벽의 세 면이 장부다.',
    '솥뚜껑여 물이 들면 잠기고 물이 나면 드러나는 바위.',
    '',
    '[규칙]',
    '들리는 것은 꼭 하루 뒤의 소리다. 들은 것을 바꾸면, 바꾼 사람은 제일 아끼는 소리 하나를 잃는다.',
  ].join('\n'),
  outline: [
    { chapters: [{ text: 'prologue', status: 'done', note: '만석의 마지막 밤. 하루 앞보다 먼 소리를 들은 것은 이날이 처음이다. 6화의 마지막 줄과 맞출 것.' }] },
    {
      part: '1부 안개의 장부',
      note: '은재가 섬에 와서 장부의 뜻을 알아내기까지. 사흘 동안의 일.',
      chapters: [
        { text: 'episode-1', status: 'done', note: '구두 굽, 슬리퍼, 두 번 삐걱거리는 경첩을 심는다. 끝은 자기 목소리.' },
        { text: 'episode-2', status: 'done', note: '어제 들은 말이 그대로 일어난다. 장부에서 단 하나 맞지 않은 날은 2014년 1월 9일.' },
        { text: 'episode-3', status: 'done', note: '빈 줄의 뜻. 복례가 테이프를 건넨다. 은재는 내일 듣겠다고 미룬다.' },
      ],
    },
    {
      part: '2부 내일의 소리',
      note: '막배가 들어오기까지의 하루, 그리고 그 값.',
      chapters: [
        { text: 'episode-4', status: 'done', note: '아무도 악당이 아니다. 박 소장도 섬사람이다.' },
        { text: 'episode-5', status: 'done', note: '신호소와 달무호를 번갈아. 쉬는 것도 박자다.' },
        { text: 'episode-6', status: 'done', note: '은재가 잃은 소리는 아직 듣지 못한 목소리. 민하가 말하고 은재가 적는다.' },
      ],
    },
    { chapters: [{ text: 'side-story', status: 'writing', note: '2014년 1월. 만석이 내놓은 소리. 본편의 “그래”가 무슨 말이었는지.' }] },
  ],
};

let cookies = new Map();

/** One request to core. Answers its JSON; a problem it was told to expect comes back by its code. */
async function call(method, path, { body, bytes, expected = [] } = {}) {
  const payload = bytes ?? (body ? JSON.stringify(body) : undefined);
  const answer = await fetch(coreUrl + path, {
    method,
    headers: {
      'accept-language': say('ko', 'en'),
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(bytes ? { 'content-type': 'application/octet-stream' } : body ? { 'content-type': 'application/json' } : {}),
    },
    ...(payload ? { body: payload } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  const text = await answer.text();
  const read = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  if (answer.ok) return read;
  if (expected.includes(read.code)) return { problem: read.code };
  throw new Error(`${method} ${path}: ${answer.status} ${read.title ?? text}`);
}

/** The password of the demo account, kept before the account is made, so that a run that was cut short can be gone on with. */
function passwordOf() {
  if (existsSync(secretFile)) {
    chmodSync(secretFile, 0o600);
    return { password: JSON.parse(readFileSync(secretFile, 'utf8')).password, isNew: false };
  }
  const password = randomBytes(15).toString('base64url');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(secretFile, `${JSON.stringify({ email: EMAIL, password }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return { password, isNew: true };
}

async function signIn(password) {
  const known = await call('POST', '/auth/login', { body: { email: EMAIL, password }, expected: ['wrong-credentials'] });
  if (!known.problem) return;
  const made = await call('POST', '/auth/register', { body: { email: EMAIL, password, name: '한물결', locale: 'ko' }, expected: ['email-taken'] });
  if (made.problem)
    giveUp(
      say(
        `${EMAIL} 계정이 이미 있는데 비밀번호가 ${secretFile}의 것과 다릅니다. 계정을 만들 때의 파일을 되돌려 놓고 다시 실행해 주세요.`,
        `The account ${EMAIL} exists with another password than the one in ${secretFile}. Put back the file it was made with and run this again.`,
      ),
    );
}

/** Imports texts as chapters under a node, or under the root. @returns the ids of the chapters, in order. */
async function importTexts(projectId, parentId, texts) {
  const { id } = await call('POST', `/projects/${projectId}/imports`);
  for (const [at, text] of texts.entries()) {
    const bytes = readFileSync(join(root, 'scripts/demo', `${text}.txt`));
    await call('POST', `/projects/${projectId}/imports/${id}/files?name=${encodeURIComponent(`${at + 1} ${text}.txt`)}`, { bytes });
  }
  const { nodeIds } = await call('POST', `/projects/${projectId}/imports/${id}/apply`, { body: { parentId } });
  if (nodeIds.length !== texts.length) throw new Error(`${texts.join(', ')}: ${nodeIds.length} chapters and not ${texts.length}`);
  return nodeIds;
}

async function fill() {
  const { items } = await call('GET', '/projects');
  const found = items.filter(({ title }) => title === TITLE);
  const whole = found.find(({ description }) => description !== '');
  if (whole) return { projectId: whole.id, isNew: false };
  for (const { id, state } of found) if (state !== 'trashed') await call('POST', `/projects/${id}/trash`);

  const { id: projectId } = await call('POST', '/projects', { body: { title: TITLE } });
  for (const { part, note, chapters } of WORK.outline) {
    let parentId = null;
    if (part) {
      parentId = (await call('POST', `/projects/${projectId}/outline`, { body: { kind: 'part', title: part } })).id;
      await call('PATCH', `/projects/${projectId}/outline/${parentId}`, { body: { note } });
    }
    const nodeIds = await importTexts(
      projectId,
      parentId,
      chapters.map(({ text }) => text),
    );
    for (const [at, chapter] of chapters.entries()) await call('PATCH', `/projects/${projectId}/outline/${nodeIds[at]}`, { body: { status: chapter.status, note: chapter.note } });
  }
  await call('PATCH', `/projects/${projectId}`, { body: { genre: WORK.genre, settings: WORK.settings, description: WORK.description } });
  return { projectId, isNew: true };
}

const running = await fetch(`${coreUrl}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
if (!running?.ok) giveUp(say(`${coreUrl}에서 Cowrite가 대답하지 않습니다. 먼저 npm start 로 시작해 주세요.`, `Cowrite does not answer at ${coreUrl}. Start it first: npm start.`));

const { password, isNew: isNewPassword } = passwordOf();
await signIn(password);
const { projectId, isNew } = await fill();
await call('POST', '/auth/logout');
cookies = new Map();

const lines = [
  isNew ? say(`데모 작품 「${TITLE}」을(를) 만들었습니다.`, `Made the demo work 「${TITLE}」.`) : say(`데모 작품 「${TITLE}」이(가) 이미 있습니다. 바꾼 것은 없습니다.`, `The demo work 「${TITLE}」 is there already. Nothing was changed.`),
  `  ${studioUrl}/p/${projectId}`,
  say(`  이메일   ${EMAIL}`, `  e-mail   ${EMAIL}`),
  isNewPassword ? say(`  비밀번호 ${password}  (${secretFile}에 적어 두었습니다)`, `  password ${password}  (kept in ${secretFile})`) : say(`  비밀번호는 ${secretFile}에 있습니다.`, `  The password is in ${secretFile}.`),
];
process.stdout.write(`${lines.join('\n')}\n`);
