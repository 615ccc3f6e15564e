import { assists as routes, Feature, Problem } from '@cowrite/contract';
import { answers, AskedOnce, askingCore, connect, figuresOf, type Logger, watchPools } from '@cowrite/service-kit';
import { Grants, keysOf } from '@cowrite/service-kit/grants';
import { type Edge, edge, serveRoute } from '@cowrite/service-kit/http';
import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Surroundings } from './answering.ts';
import { aiApi } from './api.ts';
import { AssistKeys } from './asked-once.ts';
import { serveAssists, STREAM_HEADERS } from './assists-http.ts';
import { Assists } from './assists.ts';
import { bearerOf, grantFor } from './callers.ts';
import type { AiConfig } from './config.ts';
import { coreAt } from './core.ts';
import { AiFigures } from './figures.ts';
import { embeddingOf, makersOf, speechOf, transcriptionOf } from './makers-set-up.ts';
import { Meanings } from './meanings.ts';
import { egressTo } from './models/egress.ts';
import { Node } from './node.ts';
import { Packets } from './packets.ts';
import { Running, SWEEP_EVERY_MS, WRITE_EVERY_MS } from './running.ts';
import { Sendings } from './sendings.ts';
import { serveSpeech } from './speech-http.ts';
import { Speech } from './speech.ts';
import { serveTranscriptions } from './transcriptions-http.ts';
import { Transcriptions } from './transcriptions.ts';

const FORGET_EVERY_MS = 60_000;
const MICROS = 1_000_000;

export interface Ai extends Edge {
  /** Takes over what dead processes left. Done by itself, too. */
  sweep(): Promise<void>;
  /** Forgets packets and texts that are over. Done by itself, too. */
  forget(): Promise<void>;
}

/** Puts the service together: the one place that knows every part. `pause`: between two tries of a maker. */
export async function createAi({ config, logger, now = () => new Date(), pause = (ms, signal) => wait(ms, undefined, { signal }) }: { config: AiConfig; logger: Logger; now?: () => Date; pause?: Surroundings['pause'] }): Promise<Ai> {
  const makers = await makersOf(config);
  const pool = connect(config.DATABASE_URL, { name: 'cowrite-ai' });
  const nodePool = connect(config.DATABASE_URL, { name: 'cowrite-ai-node', connectionsMax: 2 });
  const node = new Node(nodePool, randomInt(1, 2 ** 31));
  const grants = new Grants(pool, keysOf(config.CORE_URL), { audience: 'cowrite-ai', spent: 'ai.spent_ticket' });
  const registry = figuresOf('ai');
  watchPools(registry, { main: pool });
  const orNone = (limit: number): number | null => (limit === 0 ? null : limit);
  const limits = {
    personTokensDay: orNone(config.COWRITE_AI_PERSON_TOKENS_DAY),
    projectTokensDay: orNone(config.COWRITE_AI_PROJECT_TOKENS_DAY),
    projectCostMonth: orNone(Math.round(config.COWRITE_AI_PROJECT_COST_MONTH * MICROS)),
    runningPerPerson: config.COWRITE_AI_RUNNING_PER_PERSON,
  };
  const currency = config.COWRITE_AI_CURRENCY;
  const core = coreAt(config.CORE_URL, askingCore(egressTo([config.CORE_URL])));
  const embedding = embeddingOf(config);
  const meanings = embedding === null ? null : new Meanings({ pool, core, makers, node, limits, currency, now, logger }, { model: embedding, price: config.COWRITE_AI_PRICES.get(embedding.model) ?? null });
  const packets = new Packets({ pool, core, makers, meanings, now, currency });
  const figures = new AiFigures(registry, () => running.size);
  const running: Running = new Running({ pool, grants, node, packets, makers, figures, logger, now, random: Math.random, pause, assistMs: config.COWRITE_AI_ASSIST_MS });
  const writer = transcriptionOf(config);
  const sendings = new Sendings({ pool, core, makers, node, figures, limits, currency, now, logger, callMs: config.COWRITE_AI_ASSIST_MS });
  const transcriptions = new Transcriptions(sendings, { model: writer, price: (writer && config.COWRITE_AI_PRICES.get(writer.model)) ?? null });
  const assists = new Assists({ pool, core, node, packets, running, limits, currency, now });
  const askedOnce = new AskedOnce(new AssistKeys(pool), now);
  const speaker = speechOf(config);
  const speech = new Speech(sendings, assists, { model: speaker, price: (speaker && config.COWRITE_AI_PRICES.get(speaker.model)) ?? null });

  const service = edge({
    logger,
    registry,
    api: aiApi,
    origins: config.origins,
    hosts: config.HOST,
    port: config.PORT,
    trustedProxies: config.COWRITE_TRUSTED_PROXIES,
    bodyBytesMax: config.COWRITE_BODY_BYTES_MAX,
    headers: STREAM_HEADERS,
    async closing() {
      for (const each of repeated) clearInterval(each);
      node.close();
      await Promise.all([pool.end(), nodePool.end()]);
    },
  });
  const { instance } = service;
  const anyone = (): null => null;
  serveRoute(instance, routes.health, anyone, () => ({ status: 'ok' as const, service: 'ai' as const }));
  serveRoute(instance, routes.ready, anyone, async () => {
    if (!(await answers(pool))) throw new Problem('unavailable');
    return { status: 'ok' as const, database: 'ok' as const };
  });
  serveRoute(instance, routes.providers, bearerOf, async (bearer, { projectId }) => {
    await grantFor(grants, bearer, projectId);
    return {
      providers: makers.all().map(({ model, host, notice }) => ({ provider: model.provider, name: model.name, host, notice })),
      features: Feature.options.map((feature) => ({ feature, models: makers.route(feature).map((provider) => ({ provider, model: makers.model(provider).model })) })),
      meaning: meanings?.source ?? null,
      transcription: transcriptions.source,
      speech: speech.source,
    };
  });
  serveAssists(instance, { assists, askedOnce, packets, grants });
  serveTranscriptions(instance, { transcriptions, grants });
  serveSpeech(instance, { speech, assists, grants });

  /** Does something again and again, never twice at once; what failed is tried again at the next turn. */
  const repeat = (everyMs: number, what: string, work: () => Promise<unknown>): NodeJS.Timeout => {
    let isBusy = false;
    return setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      void work()
        .catch((failure: unknown) => logger.warn({ err: failure }, `${what} failed`))
        .finally(() => (isBusy = false));
    }, everyMs).unref();
  };
  const repeated = [
    repeat(WRITE_EVERY_MS, 'writing down what came', () => running.write()),
    repeat(SWEEP_EVERY_MS, 'looking for what was left behind', () => running.sweep()),
    repeat(FORGET_EVERY_MS, 'forgetting', () => Promise.all([assists.forget(), askedOnce.forget(), grants.forgetSpent()])),
  ];
  return {
    ...service,
    sweep: () => running.sweep(),
    forget: async () => {
      await Promise.all([assists.forget(), askedOnce.forget()]);
    },
    async listen() {
      // Before anyone is answered: what this process was working on when it died has ended.
      await running.sweep();
      return service.listen();
    },
    async close() {
      // First, since the door waits for the answers that are under way, and these are as long as a model likes.
      await Promise.all([running.stop(), sendings.stop()]);
      await service.close();
    },
  };
}
