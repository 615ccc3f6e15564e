import type {
  AiMode,
  AssistId,
  BlobId,
  DocumentId,
  IdentityId,
  ImportFileId,
  ImportId,
  ImportSection,
  InvitableRole,
  InvitationId,
  Lengths,
  NodeId,
  NodeKind,
  NodeStatus,
  Numbering,
  Project,
  ProjectChange,
  ProjectId,
  ProjectSettings,
  Provider,
  Role,
  SegmentId,
  SignInId,
  SignInProvider,
  TermId,
  TokenId,
  UserId,
} from '@cowrite/contract';
import { beginSpan, type Pool, type Span } from '@cowrite/service-kit';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ColumnType, CompiledQuery, type DatabaseConnection, type Generated, Kysely, PostgresDialect, PostgresDriver, type Transaction, type TransactionSettings } from 'kysely';

/** A jsonb column: read as a value, written as its JSON text. */
type Json<T> = ColumnType<T, string, string>;

/** The tables of core, as the migrations make them, and what sync publishes. Ids are branded here: the database is trusted. */
export interface Tables {
  'core.account': { id: UserId; email: string | null; email_verified_at: Date | null; name: string; password_hash: string | null; locale: 'ko' | 'en'; created_at: Date; suspended_at: Date | null };
  'core.sign_in': { id: SignInId; user_id: UserId; user_agent: string; created_at: Date; last_used_at: Date; expires_at: Date; ended_at: Date | null };
  'core.refresh_token': { hash: Uint8Array; sign_in_id: SignInId; created_at: Date; rotated_at: Date | null };
  'core.identity': { id: IdentityId; user_id: UserId; provider: SignInProvider; issuer: string; subject: string; email: string | null; created_at: Date; last_used_at: Date };
  'core.social_attempt': { state: Uint8Array; browser: Uint8Array; provider: SignInProvider; nonce: string; verifier: string; user_id: UserId | null; next: string | null; expires_at: Date };
  'core.social_link': { secret: Uint8Array; browser: Uint8Array; user_id: UserId; provider: SignInProvider; issuer: string; subject: string; email: string; can_claim: boolean; expires_at: Date };
  'core.personal_token': { id: TokenId; user_id: UserId; name: string; hash: Uint8Array; scopes: string[]; created_at: Date; expires_at: Date; last_used_at: Date | null; revoked_at: Date | null };
  'core.project': {
    id: ProjectId;
    title: string;
    description: string;
    genre: string;
    settings: Json<ProjectSettings>;
    cover_id: BlobId | null;
    state: Project['state'];
    rev: number;
    seq: number;
    created_at: Date;
    updated_at: Date;
    trashed_at: Date | null;
  };
  'core.member': { project_id: ProjectId; user_id: UserId; role: Role; colour: number; joined_at: Date };
  'core.invitation': { id: InvitationId; project_id: ProjectId; role: InvitableRole; code_hash: Uint8Array; created_by: UserId; created_at: Date; expires_at: Date; uses: Generated<number>; revoked_at: Date | null };
  'core.node': {
    id: NodeId;
    project_id: ProjectId;
    parent_id: NodeId | null;
    kind: NodeKind;
    title: string;
    order_key: string;
    numbering: Numbering;
    status: NodeStatus;
    label: string;
    note: string;
    ai_hidden: Generated<boolean>;
    rev: number;
    created_at: Date;
    updated_at: Date;
    trashed_at: Date | null;
    trash_root: NodeId | null;
    import_id: ImportId | null;
  };
  'core.document': { id: DocumentId; project_id: ProjectId; node_id: NodeId };
  'core.document_edit': { seq: Generated<number>; id: string; document_id: DocumentId; project_id: ProjectId; bytes: Uint8Array; actor: UserId; created_at: Date };
  'core.import': { id: ImportId; project_id: ProjectId; state: 'open' | 'applied' | 'undone'; created_by: UserId; created_at: Date };
  'core.import_file': {
    id: ImportFileId;
    import_id: ImportId;
    name: string;
    encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'euc-kr';
    composed: boolean;
    rule: 'numbered' | 'heading' | 'blank-lines' | 'whole';
    lines: number;
    lengths: Json<Lengths>;
    sections: Json<(ImportSection & { lengths: Lengths; firstLine: string })[]>;
    content: string;
  };
  'core.ai_setting': { project_id: ProjectId; mode: AiMode; cache_answers: boolean; keep_texts: boolean; by_meaning: boolean; forecast: boolean; decided_by: UserId; decided_at: Date };
  'core.ai_allowed': { project_id: ProjectId; provider: Provider; notice: string; agreed_at: Date };
  'core.ai_consent': { project_id: ProjectId; user_id: UserId; provider: Provider; notice: string; agreed_at: Date };
  'core.passage_meaning': { document_id: DocumentId; project_id: ProjectId; provider: Provider; model: string; hash: string; authors: UserId[]; vector: Uint8Array; direction: number[] | null };
  'core.passages_read': { document_id: DocumentId; project_id: ProjectId; provider: Provider; model: string; settled_at: string };
  'core.translation_segment': {
    id: SegmentId;
    project_id: ProjectId;
    document_id: DocumentId;
    language: string;
    position: number;
    source: string;
    before_hash: string | null;
    after_hash: string | null;
    target: string;
    made_by: UserId;
    made_at: Date;
    provider: Provider | null;
    model: string | null;
    assist_id: AssistId | null;
    changed_by: UserId | null;
    changed_at: Date | null;
    rev: number;
  };
  'core.term': { id: TermId; project_id: ProjectId; language: string; source: string; target: string; note: string; changed_by: UserId; changed_at: Date; rev: number };
  'core.attachment': { blob_id: BlobId; project_id: ProjectId; attached_by: UserId; attached_at: Date };
  'core.project_event': { project_id: ProjectId; seq: number; by_user: UserId | null; change: Json<ProjectChange>; created_at: Date };
  'core.last_place': { project_id: ProjectId; user_id: UserId; node_id: NodeId; at: Date };
  'core.idempotency': { user_id: UserId; key: string; request: Uint8Array; answer: ColumnType<unknown, string | null, string | null>; created_at: Date };
  /** Published by sync: what its compactor last saw of a document. */
  'sync.document_projection': { document_id: DocumentId; text: string; with_spaces: number; without_spaces: number; without_punctuation: number; sheets: number; settled_at: Date };
}

/** The database, outside a transaction. */
export type Database = Kysely<Tables>;
/** Inside one. */
export type Tx = Transaction<Tables>;
/** Either: for reading. */
export type Reader = Database | Tx;

/** The id of the request that is being answered, wherever its work goes. */
export const requestInHand = new AsyncLocalStorage<string>();

/** Tells PostgreSQL which request a transaction belongs to, in the statement that begins it: it costs no way of its own. Each is a span. */
class NamingDriver extends PostgresDriver {
  readonly #spans = new WeakMap<DatabaseConnection, Span>();

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const span = beginSpan('transaction', { 'db.system.name': 'postgresql' });
    try {
      await this.#begin(connection, settings);
    } catch (failure) {
      span?.end(failure);
      throw failure;
    }
    if (span !== null) this.#spans.set(connection, span);
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    // One that fails is undone next.
    await super.commitTransaction(connection);
    this.#end(connection, 'committed');
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.#end(connection, 'undone');
    await super.rollbackTransaction(connection);
  }

  #end(connection: DatabaseConnection, outcome: 'committed' | 'undone'): void {
    const span = this.#spans.get(connection);
    this.#spans.delete(connection);
    span?.tell({ 'cowrite.outcome': outcome });
    span?.end();
  }

  async #begin(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const requestId = requestInHand.getStore();
    if (requestId === undefined || settings.isolationLevel !== undefined || settings.accessMode !== undefined) return super.beginTransaction(connection, settings);
    // `requestId()` lets nothing through that would have to be quoted.
    await connection.executeQuery(CompiledQuery.raw(`begin; set local application_name = 'cowrite-core ${requestId}'`));
  }
}

class NamingDialect extends PostgresDialect {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super({ pool });
    this.#pool = pool;
  }

  override createDriver(): PostgresDriver {
    return new NamingDriver({ pool: this.#pool });
  }
}

/** The database over a pool that someone else ends. */
export const databaseOver = (pool: Pool): Database => new Kysely<Tables>({ dialect: new NamingDialect(pool) });
