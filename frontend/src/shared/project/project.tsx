'use client';

import { type Ability, type AiSettings, type DocumentId, type Lengths, may, type Member, type Node, type NodeId, Problem, type Project, type ProjectId, routes, type UserId } from '@cowrite/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { call, isAway, studioConfig } from '../api/call.ts';
import { problemText } from '../api/problem-text.ts';
import { useLocale } from '../i18n/words.tsx';
import { type ConnectionState, type LiveProject, openProject } from '../live/index.ts';
import { useNotify } from '../ui/notices.tsx';
import { type OutlineView, outlineViewOf } from './display.ts';
import { afterOp, type OutlineOp, sendOp } from './outline-op.ts';
import { OutlineOutbox } from './outline-outbox.ts';
import { applyEvent, type ProjectCopy } from './project-copy.ts';
import { OpenScenes } from './save-together.ts';
import { studioStore } from './studio-store.ts';

const projectKey = (projectId: string) => ['project', projectId] as const;

/** What the pages of one work share. */
export interface OpenProject {
  projectId: ProjectId;
  me: UserId;
  project: Project;
  members: readonly Member[];
  /** Whether AI helps in this work, and who agreed to it; null until that is known. */
  ai: AiSettings | null;
  /** The outline as this person sees it: core's truth with what waits on this device laid over it. */
  nodes: readonly Node[];
  view: OutlineView;
  may: (ability: Ability) => boolean;
  /** Changes the outline at once; core hears of it in order. */
  act: (op: OutlineOp) => void;
  /** Takes an outline change back that core has not heard of; false when it has. */
  takeBack: (op: OutlineOp) => boolean;
  /** Whether core has not yet taken the making of this node. */
  isWaiting: (nodeId: NodeId | string) => boolean;
  outlineWaiting: number;
  live: LiveProject | null;
  connection: ConnectionState;
  /** Whether what is shown came from this device, because core could not be reached. */
  fromDevice: boolean;
  /** Reads everything of the work again. */
  reread: () => Promise<void>;
  /** Lengths of a scene that is open here, ahead of its projection. */
  lengthsNow: LengthsNow;
  /** The scenes that are open in this tab. */
  scenes: OpenScenes;
}

/** Lengths of the scenes that are being written here, pushed by the writing surface, read by rows and footers. */
class LengthsNow {
  #lengths = new Map<string, Lengths>();
  #listeners = new Set<() => void>();
  #version = 0;
  readonly version = () => this.#version;
  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  get(documentId: DocumentId | string | null): Lengths | undefined {
    return documentId === null ? undefined : this.#lengths.get(documentId);
  }
  set(documentId: DocumentId | string, lengths: Lengths): void {
    if (this.#lengths.get(documentId)?.withSpaces === lengths.withSpaces && this.#lengths.get(documentId)?.withoutSpaces === lengths.withoutSpaces) return;
    this.#lengths.set(documentId, lengths);
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

const ProjectContext = createContext<OpenProject | null>(null);

/** The work this page stands in. */
export function useProject(): OpenProject {
  const open = useContext(ProjectContext);
  if (!open) throw new Error('useProject outside a project');
  return open;
}

// The project's own number is read first: whatever is read after it can only be newer, and events are applied from there.
async function readCopy(projectId: ProjectId): Promise<ProjectCopy> {
  const project = await call(routes.projects.read, { projectId });
  const [outline, members, ai] = await Promise.all([call(routes.outline.list, { projectId }), call(routes.members.list, { projectId }), call(routes.assistGrants.settings, { projectId })]);
  return { seq: Math.min(project.seq, outline.seq), project, nodes: outline.nodes, members: members.items, ai };
}

const NO_OPS: readonly OutlineOp[] = [];
const RETRY_MS = 3_000;
const KEEP_COPY_AFTER_MS = 1_500;
const LENGTHS_AFTER_MS = 3_000;

/** Resolves when the browser says it is online again, or after `waitMs`. */
function later(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    addEventListener('online', done);
  });
}

export type ProjectState = { kind: 'loading' } | { kind: 'failed'; failure: unknown; retry: () => void } | { kind: 'open'; open: OpenProject };

/**
 * Opens a work: its copy (from core, else from this device), its socket, its outbox. Events and hints of the socket are
 * applied to the one copy in the query cache; everything on the page reads from there.
 */
export function useOpenProject(projectId: ProjectId, me: UserId): ProjectState {
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const store = useMemo(() => studioStore(me), [me]);
  const lengthsNow = useMemo(() => new LengthsNow(), [projectId]); // oxlint-disable-line react-hooks/exhaustive-deps
  const scenes = useMemo(() => new OpenScenes(), [projectId]); // oxlint-disable-line react-hooks/exhaustive-deps
  const [fromDevice, setFromDevice] = useState(false);
  const key = useMemo(() => projectKey(projectId), [projectId]);

  const query = useQuery({
    queryKey: key,
    networkMode: 'always',
    staleTime: Number.POSITIVE_INFINITY,
    retry: (count, failure) => isAway(failure) && count < 1 && navigator.onLine,
    queryFn: async () => {
      try {
        const copy = await readCopy(projectId);
        setFromDevice(false);
        return copy;
      } catch (failure) {
        if (!isAway(failure)) throw failure;
        const kept = await store.copyOf(projectId).catch(() => null);
        if (!kept) throw failure;
        setFromDevice(true);
        return kept;
      }
    },
  });
  const copy = query.data;

  const setCopy = useCallback((change: (copy: ProjectCopy) => ProjectCopy) => queries.setQueryData<ProjectCopy>(key, (old) => (old ? change(old) : old)), [queries, key]);
  const reread = useCallback(async () => {
    await queries.invalidateQueries({ queryKey: key });
  }, [queries, key]);

  // The copy on this device follows, with a pause: it is for the next cold start, not for this page.
  useEffect(() => {
    if (!copy) return;
    const timer = setTimeout(() => {
      store.keepCopy(projectId, copy).catch(() => {
        // A browser that keeps nothing cannot open without the network; the surface warns of it.
      });
    }, KEEP_COPY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [copy, store, projectId]);

  const outbox = useMemo(() => {
    const notifyRefused = (problem: Problem) => notify({ text: problemText(problem, locale), kind: 'bad' });
    return new OutlineOutbox({
      projectId,
      store,
      send: (op) => sendOp(projectId, op),
      took: (_op, merge) => setCopy((old) => ({ ...old, nodes: merge(old.nodes) })),
      refused: (_op, problem) => {
        notifyRefused(problem);
        void reread();
      },
      alone: (drain) => ('locks' in navigator ? navigator.locks.request(`cowrite-outline-${projectId}`, drain) : drain()),
      later: () => later(RETRY_MS),
    });
    // A change of language must not lose what waits: the sentence is chosen when the outbox is made.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [projectId, store, setCopy, reread, notify]);
  const opened = useRef<OutlineOutbox | null>(null);
  useEffect(() => {
    if (opened.current !== outbox) {
      opened.current?.close();
      opened.current = outbox;
      void outbox.open();
    }
  }, [outbox]);
  const ops = useSyncExternalStore(outbox.subscribe, outbox.waiting, () => NO_OPS);

  // ---- the socket
  const [live, setLive] = useState<LiveProject | null>(null);
  const ready = copy !== undefined;
  useEffect(() => {
    if (!ready) return;
    let closed = false;
    let opening: LiveProject | null = null;
    void studioConfig()
      .catch(() => ({ wsUrl: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.hostname}:8102` }))
      .then(({ wsUrl }) => {
        if (closed) return;
        opening = openProject({
          projectId,
          userId: me,
          wsUrl,
          seq: queries.getQueryData<ProjectCopy>(key)?.seq ?? 0,
          ticket: async () => (await call(routes.tickets.project, { projectId })).ticket,
        });
        opening.onEvent(
          (event) => {
            const old = queries.getQueryData<ProjectCopy>(key);
            if (!old) return;
            const applied = applyEvent(old, event, me);
            if (applied.kind === 'copy') queries.setQueryData<ProjectCopy>(key, applied.copy);
            else void reread();
          },
          () => void reread(),
        );
        // What is written in this tab is counted here, ahead of the projection; lengths are kept beside the outline,
        // because a scene that grew by a word must not draw the whole tree again.
        opening.onHint((hint) => {
          if (!scenes.has(hint.documentId)) lengthsNow.set(hint.documentId, hint.lengths);
        });
        setLive(opening);
      });
    return () => {
      closed = true;
      opening?.close();
      setLive(null);
    };
  }, [ready, projectId, me, queries, key, reread, scenes, lengthsNow]);
  const subscribeLive = useCallback((listener: () => void) => live?.subscribe(listener) ?? (() => undefined), [live]);
  const connection = useSyncExternalStore<ConnectionState>(
    subscribeLive,
    () => live?.getConnection() ?? 'connecting',
    () => 'connecting',
  );
  // What was shown from this device is read anew once core can be reached.
  useEffect(() => {
    if (connection === 'online' && fromDevice) void reread();
  }, [connection, fromDevice, reread]);

  // After an import some scenes are counted only moments later, and a hint may have been missed: asked once then.
  const uncounted = copy?.nodes.some((node) => node.documentId !== null && node.lengths === null && !lengthsNow.get(node.documentId)) ?? false;
  useEffect(() => {
    if (!uncounted || connection !== 'online') return;
    const timer = setTimeout(() => {
      call(routes.outline.lengths, { projectId })
        .then(({ documents }) => {
          for (const [documentId, lengths] of Object.entries(documents)) if (!scenes.has(documentId)) lengthsNow.set(documentId, lengths);
        })
        .catch(() => {
          // The rows stay without a count until the next hint or reading.
        });
    }, LENGTHS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [uncounted, copy?.nodes, connection, projectId, scenes, lengthsNow]);

  const nodes = useMemo(() => (copy ? ops.reduce<readonly Node[]>((soFar, op) => afterOp(soFar, op, projectId), copy.nodes) : []), [copy, ops, projectId]);
  const view = useMemo(() => outlineViewOf(nodes), [nodes]);

  const open = useMemo<OpenProject | null>(() => {
    if (!copy) return null;
    const made = new Set<string>(ops.flatMap((op) => (op.kind === 'create' ? [op.id, op.sceneId ?? ''] : [])));
    const active = copy.project.state === 'active';
    return {
      projectId,
      me,
      project: copy.project,
      members: copy.members,
      ai: copy.ai ?? null,
      nodes,
      view,
      may: (ability) => may(copy.project.role, ability) && (active || !ability.endsWith('.write')),
      act: (op) => outbox.add(op),
      takeBack: (op) => outbox.takeBack(op.opId),
      isWaiting: (nodeId) => made.has(nodeId),
      outlineWaiting: ops.length,
      live,
      connection,
      fromDevice,
      reread,
      lengthsNow,
      scenes,
    };
  }, [copy, ops, projectId, me, nodes, view, outbox, live, connection, fromDevice, reread, lengthsNow, scenes]);

  if (open) return { kind: 'open', open };
  if (query.isError) return { kind: 'failed', failure: query.error, retry: () => void query.refetch() };
  return { kind: 'loading' };
}

/** Gives the opened work to the pages under it. */
export function ProjectProvider({ open, children }: { open: OpenProject; children: React.ReactNode }) {
  return <ProjectContext value={open}>{children}</ProjectContext>;
}
