import type { AssistEvent } from '@cowrite/contract';
import { Person } from '../../../bench/people.ts';
import { StudioClient } from '../../../bench/studio-client.ts';
import { aVendor } from '../../../backend/ai/src/testing/vendor.ts';
import { API, lineOf, SYNC } from '../crowd.ts';
import { bridgeAddress } from '../engine.ts';
import { budget, demand, type House, passed, seconds } from '../house.ts';

const AI = 'http://127.0.0.1/ai';
const AI_ITSELF = 'http://127.0.0.1:8101';
const TEXT = '나는 문을 열었다.';
/** What nginx may add to the way of a first word. */
const LATER_AT_MOST_MS = 50;
const TRIES = 15;

/**
 * Help by AI through nginx, from a stand-in for a model on this machine that says the second half of its answer only once the
 * first was read: what comes is not kept back on the way.
 */
export async function helped(house: House): Promise<void> {
  await using vendor = await aVendor({ host: bridgeAddress() });
  vendor.next({ pieces: ['마당에는', ' 눈이', { gate: 'read' }, ' 쌓여 있었다.\n=====\n아무도 없었다.\n=====\n개가 짖었다.\n'] });
  const takeBack = house.set({ COWRITE_AI_ENDPOINT_URL: vendor.url, COWRITE_AI_ENDPOINT_MODEL: 'a-model' });
  await house.compose('up', '-d', 'ai-service');
  await house.ready();

  const person = await Person.register(API, '타래');
  const projectId = await person.project('도움');
  const { documentId } = await person.scene(projectId, '1화');
  const client = new StudioClient({ syncUrl: SYNC, documentId, ticket: () => person.projectTicket(projectId) });
  await client.saved();
  client.doc.getXmlFragment('default').push([lineOf(TEXT)]);
  await client.saved();
  client.stop();

  const headers = { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' };
  const told = await (await fetch(`${AI}/providers?projectId=${projectId}`, { headers: { authorization: headers.authorization } })).text();
  const { providers: [endpoint] = [] } = JSON.parse(told) as { providers?: { provider: string; notice: { version: string } }[] };
  demand(endpoint !== undefined, `the stand-in is told of: ${told}`);
  const agreed = [{ provider: endpoint!.provider, notice: endpoint!.notice.version }];
  await person.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: agreed });

  const task = { feature: 'continue', span: { documentId, from: 0, to: TEXT.length, quote: TEXT } };
  /** Asks for help at `at`. @returns what had come with the first word, and how long that took. */
  const assist = async (at: string, heard: () => void = () => undefined): Promise<{ first: string; ms: number }> => {
    const began = performance.now();
    const stream = await fetch(`${at}/assists`, { method: 'POST', headers: { ...headers, accept: 'text/event-stream' }, body: JSON.stringify({ projectId, task }) });
    demand(stream.ok, `an assist is begun: ${stream.status} ${stream.ok ? '' : await stream.text()}`);
    let come = '';
    let first: { first: string; ms: number } | null = null;
    const said = (): AssistEvent[] => [...come.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as AssistEvent);
    for await (const piece of stream.body!.pipeThrough(new TextDecoderStream())) {
      come += piece;
      if (first !== null || !said().some(({ type }) => type === 'text')) continue;
      first = { first: come, ms: performance.now() - began };
      heard();
    }
    const last = said().at(-1);
    demand(first !== null && last?.type === 'ended' && last.assist.state === 'done', `the answer ends well: ${come}`);
    return first!;
  };
  demand(!(await assist(AI, () => vendor.open('read'))).first.includes('쌓여'), 'its first half was there before the second was said');
  passed('a stream through /ai/ arrives piece by piece');

  vendor.always(() => ({ pieces: ['마당에는 눈이 쌓여 있었다.\n=====\n아무도 없었다.\n=====\n개가 짖었다.\n'] }));
  const took = { through: [] as number[], direct: [] as number[] };
  for (let time = 0; time < TRIES; time += 1) {
    // In turns, so that whatever else the machine does meets both alike.
    took.direct.push((await assist(AI_ITSELF)).ms);
    took.through.push((await assist(AI)).ms);
  }
  const [through, direct] = [median(took.through), median(took.direct)];
  budget('nginx makes a first word later by', through - direct, LATER_AT_MOST_MS);
  passed(`the first word of an assist, median of ${TRIES}: ${seconds(direct)} from the AI service itself, ${seconds(through)} through nginx`);
  takeBack();
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
