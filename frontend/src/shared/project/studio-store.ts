import type { OutlineOp } from './outline-op.ts';
import type { ProjectCopy } from './project-copy.ts';

/**
 * What one person's studio keeps on this device beside the text itself (which the sync client keeps): the last copy of
 * each work for opening without the network, and outline changes that core has not taken yet. One database a person.
 * Every function rejects when the browser keeps nothing (private mode, quota); callers then live in memory.
 */
export interface StudioStore {
  copyOf(projectId: string): Promise<ProjectCopy | null>;
  /** The works this device could open without the network. */
  copies(): Promise<ProjectCopy[]>;
  keepCopy(projectId: string, copy: ProjectCopy): Promise<void>;
  opsOf(projectId: string): Promise<OutlineOp[]>;
  addOp(projectId: string, op: OutlineOp): Promise<void>;
  removeOp(projectId: string, opId: string): Promise<void>;
  /** Outline changes of all works that core has not taken. */
  waiting(): Promise<number>;
}

const nameFor = (userId: string) => `cowrite-studio-${userId}`;

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the request failed'));
  });

const committed = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
  });

const open = new Map<string, Promise<IDBDatabase>>();

function database(userId: string): Promise<IDBDatabase> {
  const name = nameFor(userId);
  let opening = open.get(name);
  if (!opening) {
    opening = (async () => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('copies');
        request.result.createObjectStore('ops');
      };
      const opened = await settled(request);
      opened.onversionchange = () => {
        opened.close();
        open.delete(name);
      };
      return opened;
    })();
    opening.catch(() => open.delete(name));
    open.set(name, opening);
  }
  return opening;
}

/** The store of one person on this device. */
export function studioStore(userId: string): StudioStore {
  const write = async (store: 'copies' | 'ops', act: (objects: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database(userId)).transaction(store, 'readwrite', { durability: 'strict' });
    act(transaction.objectStore(store));
    await committed(transaction);
  };
  const read = async (store: 'copies' | 'ops') => (await database(userId)).transaction(store).objectStore(store);
  // Op ids are UUIDv7, so the order of the keys is the order in which they were made.
  const ofProject = (projectId: string) => IDBKeyRange.bound([projectId], [projectId, []]);
  return {
    copyOf: async (projectId) => ((await settled((await read('copies')).get(projectId))) as ProjectCopy | undefined) ?? null,
    copies: async () => (await settled((await read('copies')).getAll())) as ProjectCopy[],
    keepCopy: (projectId, copy) => write('copies', (objects) => void objects.put(copy, projectId)),
    opsOf: async (projectId) => (await settled((await read('ops')).getAll(ofProject(projectId)))) as OutlineOp[],
    addOp: (projectId, op) => write('ops', (objects) => void objects.put(op, [projectId, op.opId])),
    removeOp: (projectId, opId) => write('ops', (objects) => void objects.delete([projectId, opId])),
    waiting: async () => await settled((await read('ops')).count()),
  };
}

/** Removes everything this browser keeps of `userId`: their studio's store and every database named after them. */
export async function wipePerson(userId: string): Promise<void> {
  const names = new Set([nameFor(userId)]);
  if ('databases' in indexedDB) for (const { name } of await indexedDB.databases()) if (name?.includes(userId)) names.add(name);
  await Promise.all([...names].map((name) => settled(indexedDB.deleteDatabase(name))));
}
