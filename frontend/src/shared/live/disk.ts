import type { DocumentId, ProjectId, UserId } from '@cowrite/contract';
import type { DraftLine } from './draft-lines.ts';

/**
 * What this browser keeps for one person: edits the server has not acknowledged (the outbox) and the last known state of
 * each scene, for reading and writing offline. One IndexedDB database a person, so that nobody finds another's text.
 */
export interface Disk {
  /** Edits of any tab, living or dead, that nobody has acknowledged, oldest first. */
  outbox(documentId: DocumentId): Promise<OutboxEntry[]>;
  keep(entry: Omit<OutboxEntry, 'key'>): Promise<IDBValidKey>;
  forget(keys: readonly IDBValidKey[]): Promise<void>;
  /** Documents of a project that have unacknowledged edits, with their number. */
  waiting(projectId: ProjectId): Promise<Map<DocumentId, number>>;
  /**
   * Keeps a change of someone else until the next state: an edit in the outbox may rest on it, and the server may lose
   * it before its commit (found by the simulation: an outbox without what it rests on could never be sent).
   */
  keepReceived(received: Received): Promise<IDBValidKey>;
  state(documentId: DocumentId): Promise<FoundState | null>;
  /**
   * Keeps a state in the place of what was received before it. Another tab of the same person may have kept one that knows
   * more: unless `known` says that this tab has seen it, the two become one by `merge`. Answers what names the kept one.
   */
  keepState(state: Omit<KeptState, 'name'>, before: { known: string | null; received: readonly IDBValidKey[]; merge: (theirs: Uint8Array, ours: Uint8Array) => Uint8Array }): Promise<string>;
  /**
   * Leaves the history of an epoch: what any tab had not sent is laid by as a recovery draft, and nothing else of it stays.
   * From then on this disk neither gives nor takes anything of it. All in one transaction, so that a tab that dies in
   * between has either the outbox or the draft.
   *
   * @param ours the scene as this tab knows it, with its edits that were never acknowledged.
   */
  leaveHistory(ours: LeftHistory, tools: DraftTools): Promise<void>;
  drafts(documentId: DocumentId): Promise<RecoveryDraft[]>;
  discardDraft(draft: RecoveryDraft): Promise<void>;
  /** How many drafts of all scenes are kept. */
  draftCount(): Promise<number>;
}

interface OutboxEntry {
  key: IDBValidKey;
  projectId: ProjectId;
  documentId: DocumentId;
  /** The history it was written in; 0 before the server has named one, and absent in what an older studio kept. */
  epoch?: number;
  update: Uint8Array;
}

interface Received {
  documentId: DocumentId;
  epoch?: number;
  update: Uint8Array;
}

interface LeftHistory {
  documentId: DocumentId;
  projectId: ProjectId;
  epoch: number;
  update: Uint8Array;
  unsent: readonly Uint8Array[];
  at: Date;
}

interface DraftTools {
  merge: (updates: Uint8Array[]) => Uint8Array;
  lines: (scene: Uint8Array, unsent: readonly Uint8Array[]) => DraftLine[];
}

/** What a writer had not sent when the history of the scene was replaced. One for each history. */
export interface RecoveryDraft {
  documentId: DocumentId;
  epoch: number;
  at: Date;
  /** The whole scene as it stood in this browser. */
  lines: readonly DraftLine[];
}

/** With what another tab of the same history needs to add its own. */
interface KeptDraft extends RecoveryDraft {
  projectId: ProjectId;
  update: Uint8Array;
  unsent: readonly Uint8Array[];
}

/** Histories that are over. */
interface Ended {
  documentId: DocumentId;
  epochs: readonly number[];
}

interface KeptState {
  documentId: DocumentId;
  projectId: ProjectId;
  /** A Yjs update that holds the whole scene as this browser knew it. */
  update: Uint8Array;
  epoch: number;
  canWrite: boolean;
  /** Changes with every keeping. */
  name: string;
}

/** A state with what was received after it. */
interface FoundState extends KeptState {
  received: { key: IDBValidKey; update: Uint8Array }[];
}

const NAME = 'cowrite-scenes';
const VERSION = 2;

/** The name of a person's database; sign-out deletes it. */
const diskName = (userId: UserId): string => `${NAME}-${userId}`;

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
  });

const committed = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB'));
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB'));
  });

/**
 * Opens a person's database.
 *
 * @throws when the browser keeps nothing (private mode, storage refused): the caller then says so before anyone types.
 */
export async function openDisk(userId: UserId): Promise<Disk> {
  const request = indexedDB.open(diskName(userId), VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    request.result.createObjectStore('drafts', { keyPath: ['documentId', 'epoch'] });
    request.result.createObjectStore('ended', { keyPath: 'documentId' });
    if (oldVersion === 1) return;
    const outbox = request.result.createObjectStore('outbox', { autoIncrement: true });
    outbox.createIndex('document', 'documentId');
    outbox.createIndex('project', 'projectId');
    request.result.createObjectStore('received', { autoIncrement: true }).createIndex('document', 'documentId');
    request.result.createObjectStore('states', { keyPath: 'documentId' });
  };
  const database = await answer(request);
  // Signing out in another tab deletes the database; an open connection would hold that up.
  database.onversionchange = () => database.close();
  // Asked once, answered by the browser: kept text should not be thrown out when space is short.
  void navigator.storage?.persist?.().catch(() => false);

  /** Everything of a document in one of the stores that are numbered. */
  async function allOf<T>(store: IDBObjectStore, documentId: DocumentId): Promise<(T & { key: IDBValidKey })[]> {
    const index = store.index('document');
    const [entries, keys] = await Promise.all([answer(index.getAll(documentId)) as Promise<T[]>, answer(index.getAllKeys(documentId))]);
    return entries.map((entry, at) => ({ ...entry, key: keys[at]! }));
  }
  const endedOf = async (store: IDBObjectStore, documentId: DocumentId): Promise<readonly number[]> => ((await answer(store.get(documentId))) as Ended | undefined)?.epochs ?? [];
  const isOf = (epochs: readonly number[], { epoch }: { epoch?: number }): boolean => epoch !== undefined && epochs.includes(epoch);

  return {
    async outbox(documentId) {
      const transaction = database.transaction(['outbox', 'ended']);
      const [entries, ended] = await Promise.all([allOf<Omit<OutboxEntry, 'key'>>(transaction.objectStore('outbox'), documentId), endedOf(transaction.objectStore('ended'), documentId)]);
      return entries.filter((entry) => !isOf(ended, entry));
    },
    async keep(entry) {
      // Over both stores, so that it is written after everything received before it.
      const transaction = database.transaction(['outbox', 'received'], 'readwrite', { durability: 'relaxed' });
      const key = answer(transaction.objectStore('outbox').add(entry));
      await committed(transaction);
      return key;
    },
    async forget(keys) {
      const transaction = database.transaction('outbox', 'readwrite', { durability: 'relaxed' });
      for (const key of keys) transaction.objectStore('outbox').delete(key);
      await committed(transaction);
    },
    async waiting(projectId) {
      const transaction = database.transaction(['outbox', 'ended']);
      const [entries, ended] = await Promise.all([answer(transaction.objectStore('outbox').index('project').getAll(projectId)) as Promise<OutboxEntry[]>, answer(transaction.objectStore('ended').getAll()) as Promise<Ended[]>]);
      const over = new Map(ended.map(({ documentId, epochs }) => [documentId, epochs]));
      const counts = new Map<DocumentId, number>();
      for (const { documentId, epoch } of entries) if (!isOf(over.get(documentId) ?? [], { epoch })) counts.set(documentId, (counts.get(documentId) ?? 0) + 1);
      return counts;
    },
    async keepReceived(received) {
      const transaction = database.transaction('received', 'readwrite', { durability: 'relaxed' });
      const key = answer(transaction.objectStore('received').add(received));
      await committed(transaction);
      return key;
    },
    async state(documentId) {
      const transaction = database.transaction(['states', 'received']);
      const [state, received] = await Promise.all([answer(transaction.objectStore('states').get(documentId)) as Promise<KeptState | undefined>, allOf<Received>(transaction.objectStore('received'), documentId)]);
      return state ? { ...state, received: received.filter(({ epoch }) => epoch === undefined || epoch === state.epoch) } : null;
    },
    async keepState(state, { known, received, merge }) {
      const transaction = database.transaction(['states', 'received', 'ended'], 'readwrite', { durability: 'relaxed' });
      const states = transaction.objectStore('states');
      const name = crypto.randomUUID();
      // Another tab has left this history already: nothing of it comes back.
      if (isOf(await endedOf(transaction.objectStore('ended'), state.documentId), state)) return name;
      const theirs = (await answer(states.get(state.documentId))) as KeptState | undefined;
      const isNews = theirs !== undefined && theirs.name !== known && theirs.epoch === state.epoch;
      states.put({ ...state, name, update: isNews ? merge(theirs.update, state.update) : state.update });
      // Only what this tab has: another one's edit may rest on what only that one received.
      for (const key of received) transaction.objectStore('received').delete(key);
      await committed(transaction);
      return name;
    },
    async leaveHistory({ documentId, projectId, epoch, update, unsent, at }, { merge, lines }) {
      const transaction = database.transaction(['outbox', 'received', 'states', 'drafts', 'ended'], 'readwrite', { durability: 'strict' });
      const [outbox, received, states, drafts, ended] = (['outbox', 'received', 'states', 'drafts', 'ended'] as const).map((name) => transaction.objectStore(name)) as [
        IDBObjectStore,
        IDBObjectStore,
        IDBObjectStore,
        IDBObjectStore,
        IDBObjectStore,
      ];
      const isOver = (entry: { epoch?: number }) => !entry.epoch || entry.epoch === epoch;
      const [entries, heard, state, before, epochs] = await Promise.all([
        allOf<Omit<OutboxEntry, 'key'>>(outbox, documentId),
        allOf<Received>(received, documentId),
        answer(states.get(documentId)) as Promise<KeptState | undefined>,
        answer(drafts.get([documentId, epoch])) as Promise<KeptDraft | undefined>,
        endedOf(ended, documentId),
      ]);
      // Tabs that died, and others that still live, may have written what this one never saw.
      const [waiting, known] = [entries.filter(isOver), heard.filter(isOver)];
      const allUnsent = [...(before?.unsent ?? []), ...waiting.map((entry) => entry.update), ...unsent];
      if (allUnsent.length > 0) {
        const whole = merge([...(before ? [before.update] : []), ...(state?.epoch === epoch ? [state.update] : []), ...known.map((entry) => entry.update), ...allUnsent, update]);
        const draft: KeptDraft = { documentId, projectId, epoch, at: before?.at ?? at, lines: lines(whole, allUnsent), update: whole, unsent: allUnsent };
        drafts.put(draft);
      }
      for (const { key } of waiting) outbox.delete(key);
      for (const { key } of known) received.delete(key);
      if (state?.epoch === epoch) states.delete(documentId);
      ended.put({ documentId, epochs: [...new Set([...epochs, epoch])] } satisfies Ended);
      await committed(transaction);
    },
    async drafts(documentId) {
      const kept = (await answer(
        database
          .transaction('drafts')
          .objectStore('drafts')
          .getAll(IDBKeyRange.bound([documentId], [documentId, []])),
      )) as KeptDraft[];
      return kept.map(({ epoch, at, lines }) => ({ documentId, epoch, at, lines }));
    },
    draftCount: () => answer(database.transaction('drafts').objectStore('drafts').count()),
    async discardDraft({ documentId, epoch }) {
      const transaction = database.transaction('drafts', 'readwrite');
      transaction.objectStore('drafts').delete([documentId, epoch]);
      await committed(transaction);
    },
  };
}

/** How many recovery drafts this browser keeps for a person; none where it keeps nothing. */
export const countDrafts = (userId: UserId): Promise<number> =>
  openDisk(userId)
    .then((disk) => disk.draftCount())
    .catch(() => 0);
