import type { DocumentId, LiveHint, ProjectEvent, ProjectId, UserId } from '@cowrite/contract';
import type * as Y from 'yjs';
import type { RecoveryDraft } from './disk.ts';

export type { RecoveryDraft } from './disk.ts';

/**
 * What the studio sees of the sync engine: one socket a tab, one `LiveDocument` for each open scene.
 * Implemented in `project.ts` and `document.ts`; pages and the writing surface know only these shapes.
 */

/** What may honestly be said about the writer's own text (J1, J3). Only `saved` says that nothing is waiting. */
export type SaveState =
  /** Neither this device nor the server has answered yet; the surface shows a skeleton and takes no input. */
  | { kind: 'opening' }
  /** Everything written here is committed on the server; `at` is when that became true in this tab. */
  | { kind: 'saved'; at: Date | null }
  /** `waiting` changes are on this device and on their way. */
  | { kind: 'saving'; waiting: number }
  /** No connection; `waiting` changes are on this device and will be sent. */
  | { kind: 'offline'; waiting: number }
  /** The person may read and not write. `unsent` changes could not be sent any more and are offered as a copy. */
  | { kind: 'read-only'; reason: 'role' | 'trashed'; unsent: number }
  /** The server will not have this tab back; `unsent` changes are offered as a copy. */
  | { kind: 'closed'; reason: 'signed-out' | 'not-allowed' | 'gone' | 'old-epoch' | 'malformed'; unsent: number };

/** Text that a model proposes to somebody, at a place of the scene and not in it. */
export interface Proposal {
  at: Y.RelativePosition;
  text: string;
}

/** Someone else in the same scene. Name and colour come from the server. */
export interface Person {
  clientId: number;
  userId: UserId;
  name: string;
  colour: number;
  /** Where the caret is, as Yjs relative positions in the scene; null while the surface has no focus. */
  caret: { anchor: Y.RelativePosition; head: Y.RelativePosition } | null;
  /** What is proposed to them at this moment; what they take of it comes as their own edit. */
  proposal: Proposal | null;
}

/** Whether one may write here, and if not, why. The two that shut somebody out say how much of theirs was never confirmed. */
export type Access = { kind: 'writing' } | Extract<SaveState, { kind: 'opening' | 'read-only' | 'closed' }>;

/** What the page around a text shows of it. Nothing in it changes with a keystroke, so that no key draws the page anew. */
export interface DocumentState {
  access: Access;
  people: readonly Person[];
  /** False when this browser keeps nothing (private mode, quota): text would not outlive the tab while offline. */
  storageWorks: boolean;
  /** What this writer had not sent when a history of the scene was replaced, oldest first. Kept on this device until discarded. */
  drafts: readonly RecoveryDraft[];
  /** Another history has taken the place of this one, and nothing of it can be lost any more: open the document again. */
  isOver: boolean;
}

export interface LiveDocument {
  readonly documentId: DocumentId;
  readonly doc: Y.Doc;
  /** The scene: the Y.XmlFragment named `default`. */
  readonly fragment: Y.XmlFragment;
  /** Both are stable objects until something in them changes: made for useSyncExternalStore. */
  getState(): DocumentState;
  getSave(): SaveState;
  subscribe(listener: () => void): () => void;
  /** While true, changes of others are held back (at most 1.5 s) so that nothing redraws under a Hangul composition. */
  setComposing(composing: boolean): void;
  setCaret(caret: { anchor: Y.RelativePosition; head: Y.RelativePosition } | null): void;
  /** Shows the others what is being proposed here, or that nothing is any more. */
  setProposal(proposal: Proposal | null): void;
  /** The writer's text that was never confirmed, as plain lines, to be offered as a file. Null when there is none. */
  unsentText(): string | null;
  /** For good, in all tabs. */
  discardDraft(draft: RecoveryDraft): Promise<void>;
  /** Everyone who opened must release; the last one closes the channel. */
  release(): void;
}

export type ConnectionState = 'connecting' | 'online' | 'offline' | 'closed';

export interface LiveProject {
  readonly projectId: ProjectId;
  getConnection(): ConnectionState;
  subscribe(listener: () => void): () => void;
  /** Numbered project events in order without a gap; `reread` is called instead when too many were missed. */
  onEvent(listener: (event: ProjectEvent) => void, reread: () => void): () => void;
  onHint(listener: (hint: LiveHint) => void): () => void;
  /** Opens a scene. `isFresh`: it was made on this device just now, and may be written in before the server knows it. */
  open(documentId: DocumentId, options?: { isFresh?: boolean }): LiveDocument;
  /** How many changes of all scenes of this project wait on this device. */
  waiting(): number;
  close(): void;
}

export interface LiveOptions {
  projectId: ProjectId;
  userId: UserId;
  /** ws: or wss: address of sync, without a slash at the end. */
  wsUrl: string;
  /** The `seq` of the outline that was read; events after it are delivered. */
  seq: number;
  /** A fresh one-use ticket; rejects with a Problem when core refuses and with a TypeError when there is no network. */
  ticket: () => Promise<string>;
}
