import * as z from 'zod';

/**
 * Every failure that a person or a program may meet, once: its code, its HTTP status and a sentence in both languages.
 * `docs/errors.md` is generated from this table. Sentences say what to do next where something can be done.
 * `{name}` is filled from the problem's details.
 */
export const PROBLEMS = {
  'malformed-request': { status: 400, ko: '요청을 읽을 수 없습니다. 보낸 값을 확인해 주세요.', en: 'The request could not be read. Please check what was sent.' },
  'unknown-field': { status: 400, ko: '모르는 항목이 들어 있습니다: {fields}', en: 'The request has fields that do not belong here: {fields}' },
  'signed-out': { status: 401, ko: '로그인이 필요합니다.', en: 'Please sign in.' },
  'wrong-credentials': { status: 401, ko: '이메일이나 비밀번호가 맞지 않습니다.', en: 'The e-mail address or the password is not right.' },
  'sign-in-expired': { status: 401, ko: '로그인이 만료되었습니다. 다시 로그인해 주세요.', en: 'Your sign-in has expired. Please sign in again.' },
  'ticket-refused': { status: 401, ko: '입장권이 만료되었거나 이미 쓰였습니다.', en: 'The ticket has expired or was already used.' },
  forbidden: { status: 403, ko: '이 일을 할 권한이 없습니다. 대표 작가에게 권한을 부탁해 주세요.', en: 'Your role does not allow this. Please ask the owner.' },
  'foreign-origin': { status: 403, ko: '다른 사이트에서 온 요청이라 받지 않았습니다.', en: 'The request came from another site and was not accepted.' },
  'not-found': { status: 404, ko: '찾을 수 없습니다. 지워졌거나 주소가 다를 수 있습니다.', en: 'Not found. It may have been deleted, or the address may be wrong.' },
  'method-not-allowed': { status: 405, ko: '이 주소에서는 쓸 수 없는 방식입니다.', en: 'This address does not take that method.' },
  'account-suspended': { status: 403, ko: '이 계정은 지금 쓸 수 없습니다. 운영자에게 문의해 주세요.', en: 'This account cannot be used at the moment. Please ask whoever runs this studio.' },
  'social-cancelled': { status: 400, ko: '로그인을 그만두었습니다. 바뀐 것은 없습니다.', en: 'Signing in was called off. Nothing was changed.' },
  'social-refused': { status: 400, ko: '로그인을 확인하지 못했습니다. 처음부터 다시 해 주세요.', en: 'The sign-in could not be verified. Please begin again.' },
  'link-needed': { status: 409, ko: '{email}로 가입한 계정이 이미 있습니다. 본인임을 확인하면 연결합니다.', en: 'There already is an account for {email}. Show that it is yours, and the two are linked.' },
  'identity-taken': { status: 409, ko: '이미 다른 계정에 연결되어 있습니다.', en: 'It is linked to another account already.' },
  'last-way-in': { status: 409, ko: '마지막 로그인 방법은 뗄 수 없습니다. 먼저 비밀번호를 정하거나 다른 계정을 연결해 주세요.', en: 'The last way to sign in cannot be taken away. Set a password or link another account first.' },
  'email-taken': { status: 409, ko: '이미 가입된 이메일입니다. 로그인해 주세요.', en: 'This e-mail address already has an account. Please sign in.' },
  'stale-revision': { status: 409, ko: '그 사이 다른 사람이 고쳤습니다. 새 내용을 확인하고 다시 해 주세요.', en: 'Someone changed this in the meantime. Look at the new state and try again.' },
  'last-owner': { status: 409, ko: '대표 작가가 없는 작품은 둘 수 없습니다. 먼저 대표를 넘겨 주세요.', en: 'A project cannot be left without an owner. Hand it over first.' },
  'already-member': { status: 409, ko: '이미 함께 쓰고 있는 작품입니다.', en: 'You are already a member of this project.' },
  'impossible-move': { status: 409, ko: '그 자리로는 옮길 수 없습니다. 마디를 자기 자신 아래로 넣거나 장면 안에 넣을 수는 없습니다.', en: 'It cannot go there: nothing can be put inside itself or inside a scene.' },
  'in-trash': { status: 409, ko: '휴지통에 있습니다. 먼저 되살려 주세요.', en: 'It is in the trash. Restore it first.' },
  'import-state': { status: 409, ko: '이 가져오기는 이미 끝났거나 되돌려졌습니다.', en: 'This import has already been applied or undone.' },
  'key-reused': { status: 409, ko: '같은 열쇠로 다른 요청이 이미 처리되었습니다.', en: 'The same idempotency key was used for a different request.' },
  'upload-offset': { status: 409, ko: '파일을 이어 올릴 자리가 맞지 않습니다. 다시 올려 주세요.', en: 'The upload cannot be continued from there. Please upload the file again.' },
  'invitation-gone': { status: 410, ko: '만료되었거나 거둔 초대입니다. 초대한 사람에게 새 링크를 부탁해 주세요.', en: 'This invitation has expired or was withdrawn. Ask for a new link.' },
  'precondition-failed': { status: 412, ko: '기준이 되는 판이 바뀌었습니다.', en: 'The base you referred to has changed.' },
  'too-large': { status: 413, ko: '너무 큽니다. {limit}까지 받을 수 있습니다.', en: 'Too large. The limit is {limit}.' },
  'unsupported-type': { status: 415, ko: '받을 수 없는 형식입니다. {expected}', en: 'That kind of content is not accepted. {expected}' },
  'invalid-input': { status: 422, ko: '입력한 값을 확인해 주세요.', en: 'Please check what you entered.' },
  'unreadable-text': { status: 422, ko: '글자로 읽을 수 없는 파일입니다. TXT나 MD 파일인지 확인해 주세요.', en: 'The file cannot be read as text. Please check that it is a TXT or MD file.' },
  'unreadable-image': { status: 422, ko: '그림으로 읽을 수 없는 파일입니다. 다른 그림을 골라 주세요.', en: 'The file cannot be read as a picture. Please choose another one.' },
  'unreadable-audio': {
    status: 422,
    ko: '녹음으로 읽을 수 없는 파일입니다. WAV, MP3, M4A, OGG, WebM, FLAC 가운데 하나를 골라 주세요.',
    en: 'The file cannot be read as a recording. Please choose WAV, MP3, M4A, OGG, WebM or FLAC.',
  },
  'too-many-requests': { status: 429, ko: '요청이 너무 많습니다. {seconds}초 뒤에 다시 해 주세요.', en: 'Too many requests. Please try again in {seconds} seconds.' },
  'ai-unconfigured': {
    status: 409,
    ko: '이 스튜디오에는 AI가 연결되어 있지 않습니다. 운영자가 모델의 키나 주소를 정하면 쓸 수 있습니다.',
    en: 'No AI is connected to this studio. Whoever runs it can give the key or the address of a model.',
  },
  'ai-off': {
    status: 403,
    ko: '이 작품은 AI 도움을 쓰지 않습니다. 대표 작가가 작품 설정에서 켤 수 있습니다. 글은 나가지 않았습니다.',
    en: 'Help by AI is off for this work. The owner can turn it on in its settings. No text left the server.',
  },
  'ai-never': { status: 403, ko: 'AI를 쓰지 않기로 잠근 작품입니다. 글은 나가지 않았습니다.', en: 'This work is locked against AI. No text left the server.' },
  'consent-needed': { status: 403, ko: '{people} 님이 자기 글을 보내는 데 동의하지 않았습니다({where}). 글은 나가지 않았습니다.', en: '{people} has not agreed to their text being sent ({where}). No text left the server.' },
  'forecast-off': {
    status: 403,
    ko: '이 작품은 연독률 예측을 쓰지 않습니다. 대표 작가가 AI 도움 화면에서 켤 수 있습니다. 글은 나가지 않았습니다.',
    en: 'Forecasts are off for this work. The owner can turn them on where help by AI is decided. No text left the server.',
  },
  'hidden-from-ai': {
    status: 403,
    ko: 'AI에 보내지 않기로 한 글입니다. 차례의 메뉴에서 바꿀 수 있습니다. 글은 나가지 않았습니다.',
    en: 'This is hidden from AI. The menu of the outline changes that. No text left the server.',
  },
  'text-changed': { status: 409, ko: '그 사이 글이 바뀌어 고른 곳을 찾지 못했습니다. 다시 골라 주세요.', en: 'The text has changed and the passage was not found. Please select it again.' },
  'changed-by-hand': {
    status: 409,
    ko: '손으로 고친 번역 {count}개가 새 번역으로 바뀝니다. 바꿀지 둘지 정해 주세요.',
    en: '{count} translations that were changed by hand would be replaced. Please say whether they may be.',
  },
  'packet-gone': { status: 410, ko: '보여 드린 자료가 만료되었습니다. 다시 확인해 주세요. 글은 나가지 않았습니다.', en: 'What was shown has expired. Please look at it again. No text left the server.' },
  'allowance-used': { status: 429, ko: '{limit} 한도를 다 썼습니다. {resetsAt}에 다시 열립니다. 글은 나가지 않았습니다.', en: 'The limit is used up ({limit}). It opens again at {resetsAt}. No text left the server.' },
  'model-refused': { status: 422, ko: '모델이 이 요청에 답하지 않겠다고 했습니다. 글은 {provider}에 보내졌습니다.', en: 'The model declined to answer this. The text was sent to {provider}.' },
  'model-key': { status: 502, ko: '{provider}가 이 스튜디오의 키를 받지 않았습니다. 운영자에게 알려 주세요.', en: '{provider} did not accept the key of this studio. Please tell whoever runs it.' },
  'model-busy': { status: 503, ko: '{provider}가 지금 요청을 더 받지 않습니다. 조금 뒤에 다시 해 주세요.', en: '{provider} takes no more requests at the moment. Please try again a little later.' },
  'model-failed': { status: 502, ko: '{provider}에서 문제가 생겨 답이 오지 않았습니다. 다시 해 볼 수 있습니다.', en: 'Something went wrong at {provider} and no answer came. You can try again.' },
  'model-late': { status: 504, ko: '{provider}의 답이 제때 오지 않았습니다. 다시 해 볼 수 있습니다.', en: 'The answer of {provider} did not come in time. You can try again.' },
  'cut-short': { status: 503, ko: '답이 오던 중에 끊겼습니다. 원고는 그대로이고, 온 만큼만 사용량에 어림으로 남았습니다.', en: 'The answer was cut off. The manuscript is unchanged; what came is in the ledger, estimated.' },
  'internal-error': { status: 500, ko: '서버에서 문제가 생겼습니다. 쓰던 글은 이 기기에 그대로 있습니다.', en: 'Something went wrong on the server. What you were writing is still on this device.' },
  unavailable: { status: 503, ko: '잠시 쓸 수 없습니다. 곧 다시 시도합니다.', en: 'Not available for a moment. We will try again soon.' },
} as const satisfies Record<string, { status: number; ko: string; en: string }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const ProblemCode = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

/** The body of every failed answer: `application/problem+json` (RFC 9457) with a stable `code`. */
export const ProblemBody = z.object({
  type: z.string(),
  code: ProblemCode,
  title: z.string(),
  status: z.int(),
  /** The request's id, the same as in the server's log. */
  instance: z.string().optional(),
  /** What is wrong field by field; `path` in dots, e.g. `nodeIds.0`. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ProblemBody = z.infer<typeof ProblemBody>;

export type Locale = 'ko' | 'en';

/** The sentence for `code` in `locale`, with `{places}` filled from `details`; a place that is not given is left out. */
export function sentenceOf(code: ProblemCode, locale: Locale, details: Record<string, unknown> = {}): string {
  return PROBLEMS[code][locale].replace(/\{(\w+)\}/g, (_, name: string) => (details[name] === undefined ? '' : String(details[name]))).trim();
}

/** An expected failure. Thrown by use cases, turned into a response, a close code or a stream part in one place each. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: Record<string, unknown>;
  readonly errors: { path: string; message: string }[] | undefined;

  constructor(code: ProblemCode, details: Record<string, unknown> = {}, errors?: { path: string; message: string }[]) {
    super(`${code}: ${sentenceOf(code, 'en', details)}`);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
    this.errors = errors;
  }
}

/** For the end of a `switch` over a union: a new member then fails to compile. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
