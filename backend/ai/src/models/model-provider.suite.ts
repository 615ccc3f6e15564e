import { expect, test } from 'vitest';
import { allOf } from '../testing/all-of.ts';
import { type Script, type Vendor, aVendor } from '../testing/vendor.ts';
import { egressTo } from './egress.ts';
import { type ModelCall, ModelFailure, type ModelPart, type ModelProvider } from './model-provider.ts';
import type { Patience } from './streaming.ts';

const CALL: ModelCall = { system: '규칙', user: { stable: '작품: 동백꽃\n\n', rest: '점순이가 말했다. 👩‍👩‍👧\n' }, tokensMax: 400 };
const PATIENT: Patience = { firstTokenMs: 10_000, silenceMs: 10_000 };

/** A model over the stand-in, as the service makes it. */
type Making = (options: { url: string; patience: Patience; fetch: typeof fetch }) => ModelProvider | Promise<ModelProvider>;

/** What every adapter promises, whichever wire it speaks. */
export function modelProviderSuite(name: string, make: Making): void {
  const over = async (vendor: Vendor, patience = PATIENT) => make({ url: vendor.url, patience, fetch: egressTo([vendor.url]) });
  const heard = async (model: ModelProvider, signal = new AbortController().signal): Promise<{ text: string; parts: ModelPart[] }> => {
    const parts = await allOf(model.stream(CALL, signal));
    return { parts, text: parts.map((part) => (part.type === 'text' ? part.text : '')).join('') };
  };
  /** The code of the failure that a script makes, and whether it may pass. */
  const failure = async (script: Script, patience = PATIENT) => {
    await using vendor = await aVendor();
    vendor.next(script);
    return await heard(await over(vendor, patience)).then(
      () => 'went well',
      (reason: unknown) => (reason instanceof ModelFailure ? { code: reason.code, mayPass: reason.mayPass, left: reason.left, retryAfterMs: reason.retryAfterMs } : reason),
    );
  };

  test(`${name}: says what the model says, piece by piece, then how it ended and what it counted`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['동백꽃이 ', '피었다.', { gate: 'the end' }, ' 끝'], usage: { in: 321, out: 12 } });
    const parts: ModelPart[] = [];
    for await (const part of (await over(vendor)).stream(CALL, new AbortController().signal)) {
      parts.push(part);
      // The rest comes only when the first words were heard: nothing was kept back.
      if (part.type === 'text' && part.text === '피었다.') vendor.open('the end');
    }
    expect(parts).toEqual([
      { type: 'text', text: '동백꽃이 ' },
      { type: 'text', text: '피었다.' },
      { type: 'text', text: ' 끝' },
      { type: 'finish', reason: 'stop', usage: { tokensIn: 321, tokensOut: 12 } },
    ]);
  });

  test(`${name}: sends the messages as they are, and asks for no more than was said`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['예'] });
    await heard(await over(vendor));
    expect(vendor.requests.map(({ messages }) => messages)).toEqual([{ system: CALL.system, user: CALL.user.stable + CALL.user.rest }]);
    expect(vendor.requests[0]!.body).toMatch(/"max_(output_)?tokens":400\b/);
    expect(vendor.requests[0]!.body).toContain('"stream":true');
  });

  test(`${name}: letters that were cut in the middle of their bytes are whole`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['꽃👩‍👩‍👧이', '각'], bytesAtOnce: 1 });
    expect((await heard(await over(vendor))).text).toBe('꽃👩‍👩‍👧이각');
  });

  test(`${name}: an answer that reached its length says so`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['길다'], end: 'length' });
    expect((await heard(await over(vendor))).parts.at(-1)).toMatchObject({ type: 'finish', reason: 'length' });
  });

  test(`${name}: each failure is told by its code, and whether it may pass`, async () => {
    const failed = (code: string, mayPass: boolean, more: object = {}) => ({ code, mayPass, left: true, retryAfterMs: 0, ...more });
    expect(await failure({ status: 401 })).toEqual(failed('model-key', false));
    expect(await failure({ status: 403 })).toEqual(failed('model-key', false));
    expect(await failure({ status: 429, headers: { 'retry-after': '7' } })).toEqual(failed('model-busy', true, { retryAfterMs: 7_000 }));
    expect(await failure({ status: 529 })).toEqual(failed('model-busy', true));
    expect(await failure({ status: 500 })).toEqual(failed('model-failed', true));
    expect(await failure({ status: 400 })).toEqual(failed('model-failed', false));
    expect(await failure({ pieces: ['싫'], end: 'refusal' })).toEqual(failed('model-refused', false));
    expect(await failure({ pieces: ['반만'], end: 'cut' })).toEqual(failed('model-failed', true));
    expect(await failure({ pieces: ['반만'], end: 'malformed' })).toEqual(failed('model-failed', true));
  });

  test(`${name}: waits for the first word and for the next no longer than it is told to`, async () => {
    expect(await failure({ end: 'hang' }, { firstTokenMs: 50, silenceMs: 10_000 })).toMatchObject({ code: 'model-late' });
    expect(await failure({ pieces: ['한마디'], end: 'hang' }, { firstTokenMs: 10_000, silenceMs: 50 })).toMatchObject({ code: 'model-late' });
  });

  test(`${name}: a maker that is not there was sent nothing`, async () => {
    const vendor = await aVendor();
    const model = await over(vendor);
    await vendor[Symbol.asyncDispose]();
    await expect(heard(model)).rejects.toMatchObject({ code: 'model-failed', left: false });
  });

  test(`${name}: cancelled, it stops, and the maker’s stream is closed within 300 ms`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['그는', { gate: 'never' }] });
    const cancelling = new AbortController();
    const reason = new Error('cancelled by the test');
    let cancelledAt = 0;
    const reading = (async () => {
      for await (const part of (await over(vendor)).stream(CALL, cancelling.signal)) {
        expect(part).toEqual({ type: 'text', text: '그는' });
        cancelledAt = performance.now();
        cancelling.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    await vendor.untilStreams(0);
    expect(performance.now() - cancelledAt).toBeLessThan(300);
  });

  test(`${name}: who stops listening ends the maker’s stream as well`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['그는', { gate: 'never' }] });
    for await (const part of (await over(vendor)).stream(CALL, new AbortController().signal)) {
      expect(part.type).toBe('text');
      break;
    }
    await vendor.untilStreams(0);
  });

  test(`${name}: is not sent on to another address`, async () => {
    await using elsewhere = await aVendor();
    expect(await failure({ status: 307, headers: { location: elsewhere.url } })).toMatchObject({ code: 'model-failed' });
    expect(elsewhere.requests).toEqual([]);
  });

  test(`${name}: says nothing to the terminal, and its key goes to its own maker alone`, async () => {
    await using vendor = await aVendor();
    vendor.next({ pieces: ['예'] });
    const said: unknown[] = [];
    const { log, warn, error, info } = console;
    Object.assign(console, { log: said.push.bind(said), warn: said.push.bind(said), error: said.push.bind(said), info: said.push.bind(said) });
    try {
      await heard(await over(vendor));
    } finally {
      Object.assign(console, { log, warn, error, info });
    }
    expect(said).toEqual([]);
    expect(JSON.stringify(vendor.requests[0]!.headers)).toContain('key-of-this-test');
  });
}
