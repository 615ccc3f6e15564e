import { Assist, assists, type AssistTask, type DocumentId, type NodeId, Packet, type Provider, routes, type StoryBrief } from '@cowrite/contract';
import { OutlineTree } from '@cowrite/manuscript';
import { Person } from '../people.ts';
import { type Stack, startStack } from '../stack.ts';
import { type Episode, fileOf } from './work.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

const { assistGrants, outline } = routes;
/** Which variables of the AI service are handed on from whoever runs the evaluation. */
const HANDED_ON = /^(OPENAI_|ANTHROPIC_|COWRITE_AI_)/;
/** A brief is asked for in the name of one provider, also where none is set up: core only asks whether the work allows it. */
const NOBODY = { provider: 'endpoint' as Provider, notice: 'evaluation' };

interface Scene {
  nodeId: NodeId;
  documentId: DocumentId;
  text: string;
}

/** A house with one author, and the model that its environment names, if any. */
export interface House extends AsyncDisposable {
  readonly stack: Stack;
  /** Who is asked, or null when no model is set up. */
  readonly model: string | null;
  /** Whose numbers find passages by what they mean, or null when no such model is set up. */
  readonly meaning: string | null;
  /** A work of these episodes, imported, settled, and open to the provider. */
  work(title: string, episodes: readonly Episode[]): Promise<Work>;
  /** How many sentences and rows of answers did not stand so far. */
  dropped(): Promise<number>;
}

export interface Work {
  readonly projectId: string;
  readonly scenes: readonly Scene[];
  brief(task: AssistTask): Promise<StoryBrief>;
  /** What would be sent for a task, with passages found by meaning where that is set up. */
  packet(task: AssistTask): Promise<Packet>;
  /** Has every passage sent that has no numbers yet. @returns how many questions that took */
  understood(): Promise<number>;
  /** Asks and waits for the end. @throws Error when the assist could not begin */
  ask(task: AssistTask): Promise<Assist>;
}

export async function aHouse(env: Record<string, string | undefined>): Promise<House> {
  const handed = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (HANDED_ON.test(name) && value !== undefined && value !== '' ? [[name, value]] : [])));
  const ai = { COWRITE_AI_PERSON_TOKENS_DAY: '0', COWRITE_AI_PROJECT_TOKENS_DAY: '0', COWRITE_AI_RUNNING_PER_PERSON: '64', ...handed };
  const stack = await startStack({ ai: true, env: { COWRITE_COMPACT_AFTER: '200ms' }, envOf: { ai } });
  const author = await Person.register(stack.core.url, '평가');
  const send = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(stack.ai!.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${author.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json', accept: 'text/event-stream, application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  };
  const providersIn = async (projectId: string) => assists.providers.output.parse(await send(`/providers?projectId=${projectId}`));
  const known = await providersIn(await author.project('빈 작품'));
  const answers = known.features.find(({ feature }) => feature === 'ask')?.models[0];
  const noticeOf = (provider: Provider): string => known.providers.find((each) => each.provider === provider)!.notice.version;
  const agreed = answers === undefined ? NOBODY : { provider: answers.provider, notice: noticeOf(answers.provider) };
  const agreements = known.meaning === null || known.meaning.provider === agreed.provider ? [agreed] : [agreed, { provider: known.meaning.provider, notice: noticeOf(known.meaning.provider) }];

  return {
    stack,
    meaning: known.meaning === null ? null : `${known.meaning.provider} ${known.meaning.model}`,
    model: answers === undefined ? null : `${answers.provider} ${answers.model}`,
    async work(title, episodes) {
      const projectId = await author.project(title);
      const { id: importId } = await author.call<{ id: string }>('POST', `/projects/${projectId}/imports`);
      const file = await fetch(`${stack.core.url}/projects/${projectId}/imports/${importId}/files?name=work.txt`, {
        method: 'POST',
        headers: { authorization: `Bearer ${author.token}`, 'content-type': 'application/octet-stream' },
        body: new TextEncoder().encode(fileOf(episodes)),
      });
      if (!file.ok) throw new Error(await file.text());
      await author.call('POST', `/projects/${projectId}/imports/${importId}/apply`, {});
      await author.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: agreements, byMeaning: known.meaning !== null });
      const { nodes } = outline.list.output.parse(await author.call('GET', `/projects/${projectId}/outline`));
      const scenes = new OutlineTree(nodes).readingOrder().flatMap(({ id, documentId }) => (documentId === null ? [] : [{ nodeId: id, documentId }]));
      if (scenes.length !== episodes.length) throw new Error(`${scenes.length} of ${episodes.length} episodes were imported`);
      await settled(
        stack.databaseUrl,
        scenes.map(({ documentId }) => documentId),
      );
      const read: Scene[] = [];
      for (const scene of scenes) read.push({ ...scene, text: await author.text(projectId, scene.documentId) });
      const packet = async (task: AssistTask): Promise<Packet> => Packet.parse(await send('/packets', { projectId, task }));
      return {
        projectId,
        scenes: read,
        brief: async (task) => assistGrants.brief.output.parse(await author.call('POST', `/projects/${projectId}/briefs`, { task, providers: [agreed] })),
        packet,
        async understood() {
          for (let questions = 1; ; questions++) {
            await packet({ feature: 'ask', question: '누가 있나?' });
            const { passages, more } = routes.assistGrants.unread.output.parse(await author.call('POST', `/projects/${projectId}/meanings/unread`, { ...known.meaning, notice: noticeOf(known.meaning!.provider) }));
            if (passages.length === 0 && !more) return questions;
          }
        },
        async ask(task) {
          const stream = (await send('/assists', { projectId, task })) as string;
          const last = stream
            .trimEnd()
            .split('\n\n')
            .at(-1)!
            .split('\n')
            .find((line) => line.startsWith('data:'));
          return Assist.parse((JSON.parse(last!.slice('data:'.length)) as { assist: unknown }).assist);
        },
      };
    },
    async dropped() {
      const figures = await (await fetch(`${stack.ai!.url}/metrics`)).text();
      return [...figures.matchAll(/^cowrite_ai_dropped_total\{[^}]*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

/** Waits until the compactor has settled every document: that is where a question is looked for first. */
async function settled(databaseUrl: string, documentIds: readonly string[]): Promise<void> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    for (let count = 0; count < documentIds.length; await wait(100))
      count = (await database.query<{ count: number }>("SELECT count(*)::int AS count FROM sync.document_projection WHERE document_id = ANY ($1) AND text <> ''", [documentIds])).rows[0]!.count;
  } finally {
    await database.end();
  }
}
