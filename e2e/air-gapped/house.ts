import type { AssistEvent } from '@cowrite/contract';
import { XmlElement, XmlText } from 'yjs';
import { aVendor } from '../../backend/ai/src/testing/vendor.ts';
import { Person } from '../../bench/people.ts';
import { startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

// A whole house and the server of a model of its own, on a machine from which nothing leads out: what `air-gapped.test.ts`
// starts in a network of its own. It tells what it saw as one line of JSON.
const TEXT = '나는 문을 열었다.';

await using model = await aVendor();
model.always(() => ({ pieces: ['마당에는 눈이 쌓여 있었다.'], usage: { in: 40, out: 12 } }));
await using stack = await startStack({ studio: true, envOf: { ai: { COWRITE_AI_ENDPOINT_URL: model.url, COWRITE_AI_ENDPOINT_MODEL: 'a-model' } } });

// Addresses that are nobody's (RFC 5737): where a way out exists, asking them is slow and not refused.
const out = await fetch('http://192.0.2.1/', { signal: AbortSignal.timeout(5_000) }).then(
  () => 'answered',
  (failure: Error) => (failure.cause as { code?: string } | undefined)?.code ?? failure.name,
);

const person = await Person.register(stack.core.url, '외딴집');
const projectId = await person.project('눈 속에서');
const { documentId } = await person.scene(projectId, '1화');
const client = new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => person.projectTicket(projectId) });
await client.saved();
const line = new XmlElement('paragraph');
line.insert(0, [new XmlText(TEXT)]);
client.doc.getXmlFragment('default').push([line]);
await client.saved();
client.stop();

const headers = { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' };
const { providers } = (await (await fetch(`${stack.ai!.url}/providers?projectId=${projectId}`, { headers })).json()) as { providers: { provider: string; notice: { version: string } }[] };
await person.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: providers.map(({ provider, notice }) => ({ provider, notice: notice.version })) });
const task = { feature: 'continue', span: { documentId, from: 0, to: TEXT.length, quote: TEXT } };
const answer = await (await fetch(`${stack.ai!.url}/assists`, { method: 'POST', headers: { ...headers, accept: 'text/event-stream' }, body: JSON.stringify({ projectId, task }) })).text();
const last = [...answer.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as AssistEvent).at(-1);

process.stdout.write(
  `${JSON.stringify({
    out,
    saved: await person.text(projectId, documentId),
    page: (await fetch(`${stack.studio!.url}/login`)).status,
    assist: last?.type === 'ended' ? { state: last.assist.state, provider: last.assist.provider, result: last.assist.result } : answer,
    asked: model.requests.length,
  })}\n`,
);
