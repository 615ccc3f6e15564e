import { Assist, type AssistEvent, type AssistId, AssistResult, type AssistState, Feature, type LedgerLine, type PacketId, type Problem, type ProblemBody, type ProjectId, type Provider } from '@cowrite/contract';
import { inTransaction, type Pool, type PoolClient } from '@cowrite/service-kit';
import type { Grant } from '@cowrite/service-kit/grants';
import type { Limit, Limits } from './limits.ts';
import type { Made } from './made.ts';

/** How many packets of one person are kept at once; older ones are gone before their time. */
const PACKETS_MAX = 20;

export async function keepPacket(pool: Pool, id: PacketId, { projectId, asker, made, expiresAt }: { projectId: ProjectId; asker: string; made: Made; expiresAt: Date }): Promise<void> {
  await pool.query('INSERT INTO ai.packet (id, project_id, asker, made, expires_at) VALUES ($1, $2, $3, $4, $5)', [id, projectId, asker, JSON.stringify(made), expiresAt]);
  await pool.query('DELETE FROM ai.packet WHERE id IN (SELECT id FROM ai.packet WHERE asker = $1 ORDER BY id DESC OFFSET $2)', [asker, PACKETS_MAX]);
}

/** What was shown to this person in this work, while it is good. */
export async function packetOf(pool: Pool, id: PacketId, { projectId, asker, at }: { projectId: ProjectId; asker: string; at: Date }): Promise<Made | null> {
  const { rows } = await pool.query<{ made: Made }>('SELECT made FROM ai.packet WHERE id = $1 AND project_id = $2 AND asker = $3 AND expires_at > $4', [id, projectId, asker, at]);
  return rows[0]?.made ?? null;
}

/** What a new assist holds of the limits until it is settled. */
interface Holding {
  day: string;
  month: string;
  tokens: number;
  cost: number;
}

interface Beginning {
  id: AssistId;
  /** What long work may ask core with. */
  mandate: string | null;
  grant: Grant;
  made: Made;
  node: number;
  currency: string;
  at: Date;
  holding: Holding;
  forgetAt: Date | null;
}

/** A limit has no room; what others had is given back with the transaction. */
export class NoRoom extends Error {
  readonly limit: Limit;

  constructor(limit: Limit) {
    super(`no room: ${limit}`);
    this.limit = limit;
  }
}

/** Holds back from the limits what something may use. @throws NoRoom */
async function hold(client: PoolClient, { userId, projectId, holding, limits }: { userId: string; projectId: string; holding: Holding; limits: Limits }): Promise<void> {
  // In the order in which they are locked: two that begin at once never wait for each other in a circle.
  const rows = [
    { kind: 'person-day', limit: 'personTokensToday', whose: userId, begins: holding.day, amount: holding.tokens, most: limits.personTokensDay },
    { kind: 'project-day', limit: 'projectTokensToday', whose: projectId, begins: holding.day, amount: holding.tokens, most: limits.projectTokensDay },
    { kind: 'project-month', limit: 'projectCostThisMonth', whose: projectId, begins: holding.month, amount: holding.cost, most: limits.projectCostMonth },
  ] as const;
  for (const { kind, limit, whose, begins, amount, most } of rows) {
    const { rowCount } = await client.query(
      `INSERT INTO ai.usage AS u (kind, whose, begins, reserved) SELECT $1, $2, $3, $4 WHERE $5::bigint IS NULL OR $4::bigint <= $5
       ON CONFLICT (kind, whose, begins) DO UPDATE SET reserved = u.reserved + $4 WHERE $5::bigint IS NULL OR u.used + u.reserved + $4 <= $5`,
      [kind, whose, begins, amount, most],
    );
    if (rowCount === 0) throw new NoRoom(limit);
  }
}

/** Counts what of a person's is under way, behind the row of their own limit, which is locked by now. @throws NoRoom */
async function demandTurn(client: PoolClient, userId: string, limits: Limits): Promise<void> {
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM ai.assist WHERE asker = $1 AND ended_at IS NULL', [userId]);
  if (rows[0]!.count >= limits.runningPerPerson) throw new NoRoom('running');
}

/**
 * Writes an assist down and reserves what it may use, both or neither. However many begin at once, what is used and what is held
 * never exceeds a limit: each waits for the row of the one before it.
 * @throws NoRoom
 */
export async function begin(pool: Pool, beginning: Beginning, limits: Limits): Promise<void> {
  const { id, mandate, grant, made, node, currency, at, holding, forgetAt } = beginning;
  const { projectId, who, credential } = grant;
  await inTransaction(pool, async (client) => {
    await hold(client, { userId: who.userId, projectId, holding, limits });
    await demandTurn(client, who.userId, limits);
    await client.query(
      `INSERT INTO ai.assist (id, project_id, asker, credential_kind, credential, feature, state, provider, model, packet_hash, items, people, node, day, month, tokens_reserved, cost_reserved, currency, has_left, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, true, $18)`,
      [id, projectId, who.userId, credential.kind, credential.id, made.task.feature, made.provider, made.model, made.hash, itemsOf(made), peopleOf(made), node, holding.day, holding.month, holding.tokens, holding.cost, currency, at],
    );
    await client.query('INSERT INTO ai.assist_text (assist_id, made, mandate, cache_answers, keep_texts, forget_at) VALUES ($1, $2, $3, $4, $5, $6)', [id, JSON.stringify(made), mandate, made.cacheAnswers, made.keepTexts, forgetAt]);
  });
}

/** What is asked of models of sound. */
export type SoundFeature = 'transcribe' | 'speak';

/** Something that is sent in one piece and no proposal comes of: a line of the ledger and what it may use, both or neither. @throws NoRoom */
export async function beginSending(
  pool: Pool,
  {
    id,
    grant,
    feature,
    provider,
    model,
    hash,
    items,
    node,
    currency,
    at,
    holding,
  }: Pick<Beginning, 'id' | 'grant' | 'node' | 'currency' | 'at' | 'holding'> & { feature: 'meaning' | SoundFeature; provider: Provider; model: string; hash: string; items: readonly { id: string; of: readonly string[] }[] },
  limits: Limits,
): Promise<void> {
  const { projectId, who, credential } = grant;
  await inTransaction(pool, async (client) => {
    await hold(client, { userId: who.userId, projectId, holding, limits });
    // Nobody asks for passages to be sent; they go with a question that is counted itself.
    if (feature !== 'meaning') await demandTurn(client, who.userId, limits);
    await client.query(
      `INSERT INTO ai.assist (id, project_id, asker, credential_kind, credential, feature, state, provider, model, packet_hash, items, people, node, day, month, tokens_reserved, cost_reserved, currency, has_left, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, true, $18)`,
      [
        id,
        projectId,
        who.userId,
        credential.kind,
        credential.id,
        feature,
        provider,
        model,
        hash,
        JSON.stringify(items),
        [...new Set(items.flatMap(({ of }) => of))],
        node,
        holding.day,
        holding.month,
        holding.tokens,
        holding.cost,
        currency,
        at,
      ],
    );
  });
}

/** Neither an answer nor what was told again of it was dismissed. */
const NOT_DISMISSED = "NOT EXISTS (SELECT FROM ai.assist d WHERE d.project_id = a.project_id AND d.packet_hash = a.packet_hash AND d.decision = 'dismissed' AND d.id >= a.id)";

/**
 * The answer that was given lately to the same task with the same messages, by the same model and in the same work, if the work keeps
 * answers for that. What is asked was made for this asker and by what is agreed to now, so that nobody is told by an answer what they
 * may not read. The hour is the first answer's; whoever dismisses it, or what was told again of it, ends it for everybody.
 */
export async function sameAnswer(pool: Pool, projectId: ProjectId, { hash, provider, model, task }: Pick<Made, 'hash' | 'provider' | 'model' | 'task'>, since: Date): Promise<AssistResult | null> {
  const { rows } = await pool.query<{ result: unknown }>(
    `SELECT t.result FROM ai.assist a JOIN ai.assist_text t ON t.assist_id = a.id
      WHERE a.project_id = $1 AND a.packet_hash = $2 AND a.provider = $3 AND a.model = $4 AND t.made -> 'task' = $5::jsonb
        AND a.state = 'done' AND NOT a.cached AND a.created_at > $6 AND t.cache_answers AND t.result IS NOT NULL AND ${NOT_DISMISSED}
      ORDER BY a.id DESC LIMIT 1`,
    [projectId, hash, provider, model, JSON.stringify(task), since],
  );
  return rows[0] === undefined ? null : AssistResult.parse(rows[0].result);
}

/** An assist that was answered before it began. It holds and costs nothing. */
export async function beginCached(pool: Pool, { id, grant, made, node, currency, at, holding, forgetAt }: Beginning, result: AssistResult): Promise<void> {
  await pool.query(
    `WITH assist AS (
       INSERT INTO ai.assist (id, project_id, asker, credential_kind, credential, feature, state, provider, model, packet_hash, items, people, node, day, month, tokens_reserved, cost_reserved, cost, currency, cached, created_at, ended_at)
       VALUES ($1, $2, $3, $4, $5, $6, 'done', $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, 0, $15, true, $16, $16)
     )
     INSERT INTO ai.assist_text (assist_id, made, result, cache_answers, keep_texts, forget_at) VALUES ($1, $17, $18, $19, $20, $21)`,
    [
      ...[id, grant.projectId, grant.who.userId, grant.credential.kind, grant.credential.id, made.task.feature, made.provider, made.model, made.hash, itemsOf(made), peopleOf(made), node, holding.day, holding.month, currency, at],
      ...[JSON.stringify(made), JSON.stringify(result), made.cacheAnswers, made.keepTexts, forgetAt],
    ],
  );
}

const itemsOf = ({ items }: Made): string => JSON.stringify(items.map(({ id, of }) => ({ id, of })));
const peopleOf = ({ items }: Made): string[] => [...new Set(items.flatMap(({ of }) => of))];

/** Writes what came since the last time; `null` when this process works on it no longer. */
export async function write(
  pool: Pool,
  id: AssistId,
  node: number,
  first: number,
  events: readonly AssistEvent[],
  { provider, model, hasLeft }: { provider: Provider; model: string; hasLeft: boolean },
): Promise<{ cancelling: boolean } | null> {
  const { rows } = await pool.query<{ cancelling: boolean }>(
    `WITH mine AS (
       UPDATE ai.assist SET state = 'running', events = greatest(events, $3::int + $4::int - 1), provider = $6, model = $7, has_left = $8 WHERE id = $1 AND node = $2 AND ended_at IS NULL RETURNING cancelling
     ), kept AS (
       INSERT INTO ai.assist_events (assist_id, first, events) SELECT $1, $3, $5::jsonb FROM mine WHERE $4::int > 0 AND EXISTS (SELECT FROM ai.assist_text WHERE assist_id = $1) ON CONFLICT DO NOTHING
     )
     SELECT cancelling FROM mine`,
    [id, node, first, events.length, JSON.stringify(events), provider, model, hasLeft],
  );
  return rows[0] ?? null;
}

/** How an assist ended, and what it used. */
export interface Ending {
  state: Exclude<AssistState, 'waiting' | 'running'>;
  tokensIn: number;
  tokensOut: number;
  estimated: boolean;
  cost: number | null;
  result: AssistResult | null;
  problem: Problem | null;
  /** Of an answer that was cut, what was said, so that it can be gone on with. */
  said?: string;
  hasLeft: boolean;
  at: Date;
}

/** Ends an assist, once, and settles what it held: what it used counts, the rest is free again. @returns whether it ended now. */
export async function settle(pool: Pool, id: AssistId, ending: Ending): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ asker: string; project_id: string; day: string; month: string; tokens_reserved: number; cost_reserved: number }>(
      `UPDATE ai.assist SET state = $2, tokens_in = $3, tokens_out = $4, estimated = $5, cost = $6, problem = $7, has_left = $8, ended_at = $9
        WHERE id = $1 AND ended_at IS NULL RETURNING asker, project_id, day::text, month::text, tokens_reserved, cost_reserved`,
      [id, ending.state, ending.tokensIn, ending.tokensOut, ending.estimated, ending.cost, ending.problem === null ? null : JSON.stringify({ code: ending.problem.code, details: ending.problem.details }), ending.hasLeft, ending.at],
    );
    const assist = rows[0];
    if (assist === undefined) return false;
    const tokens = ending.tokensIn + ending.tokensOut;
    for (const [kind, whose, begins, held, used] of [
      ['person-day', assist.asker, assist.day, assist.tokens_reserved, tokens],
      ['project-day', assist.project_id, assist.day, assist.tokens_reserved, tokens],
      ['project-month', assist.project_id, assist.month, assist.cost_reserved, ending.cost ?? 0],
    ])
      await client.query('UPDATE ai.usage SET reserved = reserved - $4, used = used + $5 WHERE kind = $1 AND whose = $2 AND begins = $3', [kind, whose, begins, held, used]);
    await client.query('UPDATE ai.assist_text SET result = $2, said = $3, mandate = NULL WHERE assist_id = $1', [id, ending.result === null ? null : JSON.stringify(ending.result), ending.said ?? null]);
    return true;
  });
}

export interface Kept {
  projectId: ProjectId;
  asker: string;
  node: number;
  events: number;
  /** What was sent, and whose text it is. */
  items: readonly { id: string; of: readonly string[] }[];
  problem: { code: ProblemBody['code']; details: Record<string, unknown> } | null;
  /** As its asker sees it, but for the problem, which is told in their language. */
  assist: Omit<Assist, 'problem'>;
}

export async function assistOf(pool: Pool, id: AssistId): Promise<Kept | null> {
  const { rows } = await pool.query<AssistRow>('SELECT a.*, t.result, t.keep_texts FROM ai.assist a LEFT JOIN ai.assist_text t ON t.assist_id = a.id WHERE a.id = $1 AND a.feature = ANY($2)', [id, Feature.options]);
  const row = rows[0];
  if (row === undefined) return null;
  const hasUsage = row.ended_at !== null;
  return {
    projectId: row.project_id,
    asker: row.asker,
    node: row.node,
    events: row.events,
    items: row.items,
    problem: row.problem,
    assist: Assist.omit({ problem: true }).parse({
      id: row.id,
      projectId: row.project_id,
      feature: row.feature,
      state: row.state,
      provider: row.provider,
      model: row.model,
      packetHash: row.packet_hash,
      itemIds: row.items.map((item) => item.id),
      // Kept for others who ask the same, and no longer for who has decided.
      result: row.decision !== null && row.keep_texts !== true ? null : (row.result ?? null),
      usage: hasUsage ? usageOf(row) : null,
      left: row.has_left,
      cached: row.cached,
      decision: row.decision,
      createdAt: row.created_at.toISOString(),
    }),
  };
}

/** What was sent and what was said of an answer of this person's that was cut, while it is kept and not decided about. */
export async function cutOf(pool: Pool, id: AssistId, { projectId, asker }: { projectId: ProjectId; asker: string }): Promise<{ made: Made; said: string } | null> {
  const { rows } = await pool.query<{ made: Made; said: string }>(
    "SELECT t.made, t.said FROM ai.assist a JOIN ai.assist_text t ON t.assist_id = a.id WHERE a.id = $1 AND a.project_id = $2 AND a.asker = $3 AND a.state = 'cut' AND a.decision IS NULL AND t.said IS NOT NULL",
    [id, projectId, asker],
  );
  return rows[0] ?? null;
}

interface LedgerRow {
  id: AssistId;
  asker: string;
  feature: string;
  state: string;
  provider: Provider;
  model: string;
  packet_hash: string;
  items: { id: string; of: string[] }[];
  tokens_in: number;
  tokens_out: number;
  estimated: boolean;
  cost: number | null;
  currency: string;
  has_left: boolean;
  cached: boolean;
  decision: 'accepted' | 'dismissed' | null;
  created_at: Date;
}

interface AssistRow extends LedgerRow {
  project_id: ProjectId;
  node: number;
  events: number;
  problem: Kept['problem'];
  ended_at: Date | null;
  result: unknown;
  keep_texts: boolean | null;
}

const usageOf = (row: LedgerRow) => ({ tokensIn: row.tokens_in, tokensOut: row.tokens_out, estimated: row.estimated, cost: row.cost, currency: row.currency });

/** What was written of a stream after event number `after`. */
export async function eventsAfter(pool: Pool, id: AssistId, after: number): Promise<{ id: number; event: AssistEvent }[]> {
  const { rows } = await pool.query<{ first: number; events: AssistEvent[] }>('SELECT first, events FROM ai.assist_events WHERE assist_id = $1 AND first + jsonb_array_length(events) > $2 ORDER BY first', [id, after + 1]);
  return rows.flatMap(({ first, events }) => events.map((event, at) => ({ id: first + at, event }))).filter((each) => each.id > after);
}

export const askToCancel = (pool: Pool, id: AssistId) => pool.query('UPDATE ai.assist SET cancelling = true WHERE id = $1 AND ended_at IS NULL', [id]);

/** Writes down what became of a proposal, once; its texts go, now or, where answers are kept for those who ask the same, when the hour is over. */
export async function decide(pool: Pool, id: AssistId, decision: 'accepted' | 'dismissed', { cachedUntil }: { cachedUntil: Date }): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query('UPDATE ai.assist SET decision = $2 WHERE id = $1 AND decision IS NULL AND ended_at IS NOT NULL', [id, decision]);
    if (rowCount === 0) return;
    await client.query("DELETE FROM ai.assist_text WHERE assist_id = $1 AND NOT keep_texts AND ($2 = 'dismissed' OR NOT cache_answers)", [id, decision]);
    await client.query('UPDATE ai.assist_text SET forget_at = least(forget_at, $2) WHERE assist_id = $1 AND NOT keep_texts', [id, cachedUntil]);
  });
}

/** What people of a work are called, as core says, for a sentence about them. */
export async function namesOf(pool: Pool, people: readonly string[], projectId: ProjectId): Promise<string> {
  const { rows } = await pool.query<{ name: string | null }>('SELECT p.name FROM unnest($1::uuid[]) AS asked (id) LEFT JOIN LATERAL core.person(asked.id, $2) p ON true', [people, projectId]);
  return rows.map(({ name }) => name ?? '?').join(', ');
}

/** Packets that were not sent and texts that nobody decided about. */
export async function forget(pool: Pool, at: Date): Promise<void> {
  await pool.query('DELETE FROM ai.packet WHERE expires_at <= $1', [at]);
  await pool.query('DELETE FROM ai.assist_text t USING ai.assist a WHERE t.assist_id = a.id AND a.ended_at IS NOT NULL AND t.forget_at <= $1', [at]);
}

/** The assists that are under way, by the process that works on them. */
export const openAssists = async (pool: Pool): Promise<{ id: AssistId; node: number }[]> => (await pool.query<{ id: AssistId; node: number }>('SELECT id, node FROM ai.assist WHERE ended_at IS NULL')).rows;

/** What a process left behind that works on it no longer. */
export interface LeftBehind {
  made: Made;
  mandate: string | null;
  provider: Provider;
  hasLeft: boolean;
  cancelling: boolean;
  /** The number of the last event that was written. */
  events: number;
  who: Pick<Grant, 'who' | 'credential' | 'projectId'>;
  /** What had come. */
  text: string;
}

export async function leftBehind(pool: Pool, id: AssistId): Promise<LeftBehind | null> {
  const { rows } = await pool.query<{
    made: Made;
    mandate: string | null;
    provider: Provider;
    has_left: boolean;
    cancelling: boolean;
    events: number;
    asker: string;
    credential_kind: 'sign-in' | 'token';
    credential: string;
    project_id: string;
  }>('SELECT t.made, t.mandate, a.provider, a.has_left, a.cancelling, a.events, a.asker, a.credential_kind, a.credential, a.project_id FROM ai.assist a JOIN ai.assist_text t ON t.assist_id = a.id WHERE a.id = $1', [id]);
  const row = rows[0];
  if (row === undefined) return null;
  const text = (await eventsAfter(pool, id, 0)).map(({ event }) => (event.type === 'text' ? event.text : event.type === 'part' ? JSON.stringify(event.part) : '')).join('');
  return {
    made: row.made,
    mandate: row.mandate,
    provider: row.provider,
    hasLeft: row.has_left,
    cancelling: row.cancelling,
    events: row.events,
    who: { who: { userId: row.asker, name: '', colour: 0 }, credential: { kind: row.credential_kind, id: row.credential }, projectId: row.project_id },
    text,
  };
}

/** Takes over what `from` left behind, unless another was first. */
export async function takeOver(pool: Pool, id: AssistId, { from, to }: { from: number; to: number }): Promise<boolean> {
  const { rowCount } = await pool.query('UPDATE ai.assist SET node = $3 WHERE id = $1 AND node = $2 AND ended_at IS NULL', [id, from, to]);
  return rowCount === 1;
}

/** What one step of long work came to. */
export interface Step {
  answer: string;
  /** Whether it ended at the longest that it may be. */
  isCut: boolean;
  tokensIn: number;
  tokensOut: number;
  estimated: boolean;
}

export async function keepStep(pool: Pool, id: AssistId, hash: string, { provider, model, answer, isCut, tokensIn, tokensOut, estimated }: Step & { provider: Provider; model: string }): Promise<void> {
  await pool.query('INSERT INTO ai.assist_step (assist_id, hash, provider, model, answer, cut, tokens_in, tokens_out, estimated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING', [
    id,
    hash,
    provider,
    model,
    answer,
    isCut,
    tokensIn,
    tokensOut,
    estimated,
  ]);
}

/** What this assist's steps have used so far. */
export async function stepsUsed(pool: Pool, id: AssistId): Promise<{ tokensIn: number; tokensOut: number; estimated: boolean }> {
  const { rows } = await pool.query<{ tokensIn: number; tokensOut: number; estimated: boolean }>(
    'SELECT coalesce(sum(tokens_in), 0)::int AS "tokensIn", coalesce(sum(tokens_out), 0)::int AS "tokensOut", coalesce(bool_or(estimated), false) AS estimated FROM ai.assist_step WHERE assist_id = $1',
    [id],
  );
  return rows[0]!;
}

/**
 * The answer to a step: this assist's own from before it was interrupted, or that of the same model in the same work within the hour,
 * where answers are kept. `isOwn`: it was asked for by this assist.
 */
export async function stepOf(
  pool: Pool,
  id: AssistId,
  hash: string,
  { projectId, provider, model, since }: { projectId: string; provider: Provider; model: string; since: Date | null },
): Promise<{ answer: string; isOwn: boolean; isCut: boolean } | null> {
  const { rows } = await pool.query<{ answer: string; isOwn: boolean; isCut: boolean }>(
    `SELECT s.answer, s.assist_id = $1 AS "isOwn", s.cut AS "isCut" FROM ai.assist_step s JOIN ai.assist a ON a.id = s.assist_id JOIN ai.assist_text t ON t.assist_id = a.id
      WHERE s.hash = $2 AND (s.assist_id = $1 OR (a.project_id = $3 AND s.provider = $4 AND s.model = $5 AND NOT s.cut AND a.created_at > $6 AND t.cache_answers AND ${NOT_DISMISSED}))
      ORDER BY "isOwn" DESC, a.id DESC LIMIT 1`,
    [id, hash, projectId, provider, model, since],
  );
  return rows[0] ?? null;
}

/** Lines of a work's ledger, the newest first: all of them, or those that `only` sent or whose text was among what was sent. */
export async function ledger(pool: Pool, projectId: ProjectId, { only, before, limit }: { only: string | null; before: AssistId | undefined; limit: number }): Promise<LedgerLine[]> {
  const { rows } = await pool.query<LedgerRow>(
    `SELECT id, asker, feature, state, provider, model, packet_hash, items, tokens_in, tokens_out, estimated, cost, currency, has_left, cached, decision, created_at FROM ai.assist
      WHERE project_id = $1 AND ($2::uuid IS NULL OR asker = $2 OR people @> ARRAY[$2::uuid]) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [projectId, only, before ?? null, limit],
  );
  return rows.map(
    (row) =>
      ({
        assistId: row.id,
        at: row.created_at.toISOString(),
        by: row.asker,
        feature: row.feature,
        provider: row.provider,
        model: row.model,
        state: row.state,
        left: row.has_left,
        packetHash: row.packet_hash,
        items: row.items,
        usage: usageOf(row),
        decision: row.decision,
        cached: row.cached,
      }) as LedgerLine,
  );
}

/** How much of each limit is used or held. */
export async function usage(pool: Pool, { userId, projectId, day, month }: { userId: string; projectId: string; day: string; month: string }): Promise<Record<'person-day' | 'project-day' | 'project-month', number>> {
  const { rows } = await pool.query<{ kind: 'person-day' | 'project-day' | 'project-month'; taken: number }>(
    "SELECT kind, used + reserved AS taken FROM ai.usage WHERE (kind, whose, begins) IN (('person-day', $1::uuid, $3::date), ('project-day', $2::uuid, $3::date), ('project-month', $2::uuid, $4::date))",
    [userId, projectId, day, month],
  );
  return { 'person-day': 0, 'project-day': 0, 'project-month': 0, ...Object.fromEntries(rows.map(({ kind, taken }) => [kind, taken])) };
}
