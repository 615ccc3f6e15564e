import type { DocumentId, ProjectId, UserId } from '@cowrite/contract';

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
  keepReceived(documentId: DocumentId, update: Uint8Array): Promise<IDBValidKey>;
  state(documentId: DocumentId): Promise<FoundState | null>;
  /**
   * Keeps a state in the place of what was received before it. Another tab of the same person may have kept one that knows
   * more: unless `known` says that this tab has seen it, the two become one by `merge`. Answers what names the kept one.
   */
  keepState(state: Omit<KeptState, 'name'>, before: { known: string | null; received: readonly IDBValidKey[]; merge: (theirs: Uint8Array, ours: Uint8Array) => Uint8Array }): Promise<string>;
}

interface OutboxEntry {
  key: IDBValidKey;
  projectId: ProjectId;
  documentId: DocumentId;
  update: Uint8Array;
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
const VERSION = 1;

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
  request.onupgradeneeded = () => {
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

  return {
    async outbox(documentId) {
      const store = database.transaction('outbox').objectStore('outbox').index('document');
      const [entries, keys] = await Promise.all([answer(store.getAll(documentId)), answer(store.getAllKeys(documentId))]);
      return (entries as Omit<OutboxEntry, 'key'>[]).map((entry, at) => ({ ...entry, key: keys[at]! }));
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
      const entries = (await answer(database.transaction('outbox').objectStore('outbox').index('project').getAll(projectId))) as OutboxEntry[];
      const counts = new Map<DocumentId, number>();
      for (const { documentId } of entries) counts.set(documentId, (counts.get(documentId) ?? 0) + 1);
      return counts;
    },
    async keepReceived(documentId, update) {
      const transaction = database.transaction('received', 'readwrite', { durability: 'relaxed' });
      const key = answer(transaction.objectStore('received').add({ documentId, update }));
      await committed(transaction);
      return key;
    },
    async state(documentId) {
      const transaction = database.transaction(['states', 'received']);
      const index = transaction.objectStore('received').index('document');
      const [state, received, keys] = await Promise.all([
        answer(transaction.objectStore('states').get(documentId)) as Promise<KeptState | undefined>,
        answer(index.getAll(documentId)) as Promise<{ update: Uint8Array }[]>,
        answer(index.getAllKeys(documentId)),
      ]);
      return state ? { ...state, received: received.map(({ update }, at) => ({ key: keys[at]!, update })) } : null;
    },
    async keepState(state, { known, received, merge }) {
      const transaction = database.transaction(['states', 'received'], 'readwrite', { durability: 'relaxed' });
      const states = transaction.objectStore('states');
      const theirs = (await answer(states.get(state.documentId))) as KeptState | undefined;
      const isNews = theirs !== undefined && theirs.name !== known && theirs.epoch === state.epoch;
      const name = crypto.randomUUID();
      states.put({ ...state, name, update: isNews ? merge(theirs.update, state.update) : state.update });
      // Only what this tab has: another one's edit may rest on what only that one received.
      for (const key of received) transaction.objectStore('received').delete(key);
      await committed(transaction);
      return name;
    },
  };
}
