import type { AiMode, DocumentId, ProjectId, Provider, UserId } from '@cowrite/contract';
import type { Reader, Tx } from '../platform/database.ts';

interface Agreement {
  provider: Provider;
  notice: string;
}
export interface Agreed extends Agreement {
  agreed_at: Date;
}

/** What was decided for the work; undefined while nothing was. */
export const setting = (db: Reader, projectId: ProjectId) => db.selectFrom('core.ai_setting').select(['mode', 'cache_answers', 'keep_texts', 'by_meaning', 'forecast']).where('project_id', '=', projectId).executeTakeFirst();

export const allowed = (db: Reader, projectId: ProjectId): Promise<Agreed[]> => db.selectFrom('core.ai_allowed').select(['provider', 'notice', 'agreed_at']).where('project_id', '=', projectId).orderBy('provider').execute();

/** Everyone's word, also of those who left. */
export const consents = (db: Reader, projectId: ProjectId): Promise<(Agreed & { user_id: UserId })[]> =>
  db.selectFrom('core.ai_consent').select(['user_id', 'provider', 'notice', 'agreed_at']).where('project_id', '=', projectId).orderBy('provider').execute();

export async function decide(tx: Tx, row: { projectId: ProjectId; mode: AiMode; cacheAnswers: boolean; keepTexts: boolean; byMeaning: boolean; forecast: boolean; by: UserId; at: Date }): Promise<void> {
  const values = { mode: row.mode, cache_answers: row.cacheAnswers, keep_texts: row.keepTexts, by_meaning: row.byMeaning, forecast: row.forecast, decided_by: row.by, decided_at: row.at };
  await tx
    .insertInto('core.ai_setting')
    .values({ project_id: row.projectId, ...values })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(values))
    .execute();
}

export async function allow(tx: Tx, projectId: ProjectId, agreements: readonly Agreement[], at: Date): Promise<void> {
  await tx.deleteFrom('core.ai_allowed').where('project_id', '=', projectId).execute();
  if (agreements.length > 0)
    await tx
      .insertInto('core.ai_allowed')
      .values(agreements.map(({ provider, notice }) => ({ project_id: projectId, provider, notice, agreed_at: at })))
      .execute();
}

export async function agree(tx: Tx, projectId: ProjectId, userId: UserId, agreements: readonly Agreement[], at: Date): Promise<void> {
  await tx.deleteFrom('core.ai_consent').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
  if (agreements.length > 0)
    await tx
      .insertInto('core.ai_consent')
      .values(agreements.map(({ provider, notice }) => ({ project_id: projectId, user_id: userId, provider, notice, agreed_at: at })))
      .execute();
}

/** Texts of those documents as sync's projection last saw them; a document nobody wrote in has none. */
export const projected = async (db: Reader, documentIds: readonly DocumentId[]): Promise<{ documentId: DocumentId; text: string }[]> =>
  documentIds.length === 0 ? [] : (await db.selectFrom('sync.document_projection').select(['document_id', 'text']).where('document_id', 'in', documentIds).execute()).map(({ document_id: documentId, text }) => ({ documentId, text }));

/** What people are called, also those who left. */
export async function names(db: Reader, userIds: readonly UserId[]): Promise<Map<UserId, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await db.selectFrom('core.account').select(['id', 'name']).where('id', 'in', userIds).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
