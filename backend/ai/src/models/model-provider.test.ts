import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { allOf } from '../testing/all-of.ts';
import { aVendor } from '../testing/vendor.ts';
import { anthropicModel } from './anthropic.ts';
import { EgressRefused, egressTo } from './egress.ts';
import { endpointModel } from './endpoint.ts';
import { ModelFailure, type ModelPart, type ModelProvider } from './model-provider.ts';
import { modelProviderSuite } from './model-provider.suite.ts';
import { openAiModel } from './openai.ts';
import { retrying } from './retrying.ts';

const key = 'key-of-this-test';
modelProviderSuite('openai', (options) => openAiModel({ ...options, key, model: 'gpt-5.6' }));
modelProviderSuite('anthropic', (options) => anthropicModel({ ...options, key, model: 'claude-sonnet-5-5' }));
modelProviderSuite('endpoint', (options) => endpointModel({ ...options, key, name: '우리 집 모델', model: 'qwen3' }));

const patience = { firstTokenMs: 10_000, silenceMs: 10_000 };
const CALL = { system: '규칙', user: { stable: '작품', rest: '글' }, tokensMax: 100 };

test('OpenAI is told to keep nothing', async () => {
  await using vendor = await aVendor();
  vendor.next({ pieces: ['예'] });
  await allOf((await openAiModel({ url: vendor.url, key, model: 'gpt-5.6', patience, fetch })).stream(CALL, new AbortController().signal));
  expect(JSON.parse(vendor.requests[0]!.body)).toMatchObject({ store: false });
});

test('what stays the same is marked for Anthropic’s cache, and what changes is not', async () => {
  await using vendor = await aVendor();
  vendor.next({ pieces: ['예'] });
  await allOf(anthropicModel({ url: vendor.url, key, model: 'claude-sonnet-5-5', patience, fetch }).stream(CALL, new AbortController().signal));
  const kept = { cache_control: { type: 'ephemeral' } };
  expect(JSON.parse(vendor.requests[0]!.body)).toMatchObject({
    system: [{ text: '규칙', ...kept }],
    messages: [
      {
        content: [
          { text: '작품', ...kept },
          { type: 'text', text: '글' },
        ],
      },
    ],
  });
  expect(vendor.requests[0]!.body.match(/cache_control/g)).toHaveLength(2);
});

test('an endpoint without a key is asked without one', async () => {
  await using vendor = await aVendor();
  vendor.next({ pieces: ['예'] });
  await allOf(endpointModel({ url: vendor.url, key: undefined, name: '집', model: 'qwen3', patience, fetch }).stream(CALL, new AbortController().signal));
  expect(vendor.requests[0]!.headers['authorization']).toBeUndefined();
});

test('nothing leaves but to the addresses of the configuration', async () => {
  await using allowed = await aVendor();
  await using other = await aVendor();
  const send = egressTo([allowed.url]);
  expect((await send(`${allowed.url}/nothing`)).status).toBe(404);
  for (const address of [other.url, 'http://169.254.169.254/latest/meta-data', 'https://api.openai.com.evil.example/v1', 'file:///etc/passwd', allowed.url.replace('127.0.0.1', 'localhost')])
    await expect(send(address)).rejects.toBeInstanceOf(EgressRefused);
  await expect(send(new Request(other.url))).rejects.toBeInstanceOf(EgressRefused);
  expect(other.requests).toEqual([]);
});

test('an estimate is above what a tokenizer makes of Korean, and what OpenAI counts is exact', async () => {
  const [openai, anthropic] = [await openAiModel({ url: 'http://127.0.0.1', key, model: 'gpt-5.6', patience, fetch }), anthropicModel({ url: 'http://127.0.0.1', key, model: 'claude-sonnet-5-5', patience, fetch })];
  for (const text of [
    '오늘도 또 우리 수탉이 막 쪼키었다. 내가 점심을 먹고 나무를 하러 갈 양으로 나올 때이었다.',
    '넋을 잃고 읊조리던 할머니가 훑어보더니 혀를 찼다.',
    '1936년 5월, 42명; 3.14%',
    'The quick brown fox.',
    '각'.normalize('NFD'),
    '👩‍👩‍👧',
  ])
    expect([text, anthropic.countTokens(text).tokens >= countTokens(text)]).toEqual([text, true]);
  expect(openai.countTokens('동백꽃 <|endoftext|>')).toEqual({ tokens: expect.any(Number), exact: true });
  expect(anthropic.countTokens('동백꽃')).toEqual({ tokens: 6, exact: false });
});

test('a word of any length is counted in a moment, and prose is counted as if nothing were ever cut', async () => {
  const model = await openAiModel({ url: 'http://127.0.0.1', key, model: 'gpt-5.6', patience, fetch });
  const began = performance.now();
  for (const letter of ['ㅋ', 'a', '가', ' ', '=', '👩‍👩‍👧']) expect(model.countTokens(letter.repeat(64_000)).tokens).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(5_000);
  const prose = '“느 집엔 이거 없지?” ㅋㅋㅋㅋㅋㅋ 점순이가 말했다…\n\n====================\n1936년 5월에는 닭이 42마리였다. 👩‍👩‍👧 '.repeat(50);
  expect(model.countTokens(prose).tokens).toBe(o200k(prose));
});

/** A model that fails as it is told, and then answers. */
function failing(...failures: ModelFailure[]): ModelProvider & { asked: number } {
  const model = {
    provider: 'endpoint' as const,
    name: '집',
    model: 'm',
    asked: 0,
    countTokens: () => ({ tokens: 0, exact: true }),
    async *stream(): AsyncGenerator<ModelPart> {
      model.asked++;
      const failure = failures.shift();
      if (failure) throw failure;
      yield { type: 'text', text: '예' };
      yield { type: 'finish', reason: 'stop', usage: null };
    },
  };
  return model;
}

/** A clock that moves by what is waited. */
function time({ until = 60_000 } = {}) {
  const waited: number[] = [];
  return { waited, options: { until, now: () => waited.reduce((sum, ms) => sum + ms, 0), random: () => 0.5, wait: async (ms: number) => void waited.push(ms) } };
}

const busy = (retryAfterMs = 0) => new ModelFailure('model-busy', { name: '집', mayPass: true, retryAfterMs });
const { signal } = new AbortController();

test('is asked again where that may help, with doubled pauses, or after the one that the maker asks for', async () => {
  const { waited, options } = time();
  const model = failing(busy(), busy(7_000), busy());
  expect(await allOf(retrying(model, CALL, signal, options))).toHaveLength(2);
  expect([model.asked, waited]).toEqual([4, [500, 7_000, 2_000]]);
});

test('gives up after four times, at once where it cannot help, and when the pause would outlast the assist', async () => {
  const { waited, options } = time({ until: 10_000 });
  const stubborn = failing(busy(), busy(), busy(), busy(), busy());
  await expect(allOf(retrying(stubborn, CALL, signal, options))).rejects.toMatchObject({ code: 'model-busy' });
  expect([stubborn.asked, waited.length]).toEqual([4, 3]);
  const refused = failing(new ModelFailure('model-key', { name: '집' }));
  await expect(allOf(retrying(refused, CALL, signal, options))).rejects.toMatchObject({ code: 'model-key' });
  const patient = failing(busy(30_000));
  await expect(allOf(retrying(patient, CALL, signal, options))).rejects.toMatchObject({ code: 'model-busy' });
  expect([refused.asked, patient.asked, waited.length]).toEqual([1, 1, 3]);
});

test('is not asked again once a word came', async () => {
  const model: ModelProvider & { asked: number } = Object.assign(failing(), {
    async *stream(): AsyncGenerator<ModelPart> {
      model.asked++;
      yield { type: 'text', text: '반' };
      throw busy();
    },
  });
  const heard: ModelPart[] = [];
  await expect(
    (async () => {
      for await (const part of retrying(model, CALL, signal, time().options)) heard.push(part);
    })(),
  ).rejects.toMatchObject({ code: 'model-busy' });
  expect([model.asked, heard]).toEqual([1, [{ type: 'text', text: '반' }]]);
});
