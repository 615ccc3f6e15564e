import { expect, test } from 'vitest';
import { anthropicModel } from './anthropic.ts';
import { egressTo } from './egress.ts';
import { endpointModel } from './endpoint.ts';
import type { ModelProvider } from './model-provider.ts';
import { openAiModel } from './openai.ts';

// The makers themselves, for whoever has a key or an endpoint: COWRITE_TEST_OPENAI_KEY, COWRITE_TEST_ANTHROPIC_KEY, or
// COWRITE_TEST_ENDPOINT_URL with COWRITE_TEST_ENDPOINT_MODEL; …_MODEL asks another model. It costs a few hundred tokens.
const { env } = process;
const patience = { firstTokenMs: 120_000, silenceMs: 60_000 };
const at = (url: string) => ({ url, patience, fetch: egressTo([url]) });
const makers: (() => Promise<ModelProvider> | ModelProvider)[] = [];
if (env['COWRITE_TEST_OPENAI_KEY']) makers.push(() => openAiModel({ ...at('https://api.openai.com/v1'), key: env['COWRITE_TEST_OPENAI_KEY']!, model: env['COWRITE_TEST_OPENAI_MODEL'] ?? 'gpt-5.6' }));
if (env['COWRITE_TEST_ANTHROPIC_KEY']) makers.push(() => anthropicModel({ ...at('https://api.anthropic.com/v1'), key: env['COWRITE_TEST_ANTHROPIC_KEY']!, model: env['COWRITE_TEST_ANTHROPIC_MODEL'] ?? 'claude-sonnet-5-5' }));
if (env['COWRITE_TEST_ENDPOINT_URL']) makers.push(() => endpointModel({ ...at(env['COWRITE_TEST_ENDPOINT_URL']!), key: env['COWRITE_TEST_ENDPOINT_KEY'], name: 'endpoint', model: env['COWRITE_TEST_ENDPOINT_MODEL'] ?? '' }));

test.runIf(makers.length > 0)('a maker itself says something, ends, and counts no more than we said it would', { timeout: 300_000 }, async () => {
  for (const make of makers) {
    const model = await make();
    const call = { system: '한국어로 한 문장만 답한다.', user: { stable: '작품: 동백꽃\n\n', rest: '점순이가 내민 것은 무엇인가? 답: 감자. 이 답을 한 문장으로 써 줘.' }, tokensMax: 2_000 };
    let said = '';
    for await (const part of model.stream(call, new AbortController().signal)) {
      if (part.type === 'text') said += part.text;
      else expect([model.provider, (part.usage?.tokensIn ?? 0) <= model.countTokens(call.system + call.user.stable + call.user.rest).tokens + 60]).toEqual([model.provider, true]);
    }
    expect([model.provider, said.includes('감자')]).toEqual([model.provider, true]);
  }
});
