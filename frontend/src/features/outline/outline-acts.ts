'use client';

import type { Node, NodeId, Place } from '@cowrite/contract';
import { isRefusal, mayContain, planMove } from '@cowrite/manuscript';
import { useMemo } from 'react';
import { useWords } from '../../shared/i18n/words.tsx';
import { createOp, moveOp, restoreOp, trashOp, updateOp, type NodePatch } from '../../shared/project/outline-op.ts';
import { goTo, placeOf } from '../../shared/project/place.ts';
import { type OpenProject, useProject } from '../../shared/project/project.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { words } from './words.ts';

/** What can be done to the outline from anywhere: the tree, its menus, the empty page, the palette. */
export interface OutlineActs {
  /** A new 회차 where `near` is (else last of all), opened with the caret in its text. */
  addChapter: (near?: Node) => void;
  addScene: (near: Node) => void;
  addPart: () => void;
  addSeries: () => void;
  rename: (node: Node, title: string) => void;
  patch: (nodeIds: readonly NodeId[], patch: NodePatch) => void;
  /** Moves, or says why not. */
  move: (nodeIds: readonly NodeId[], to: Place) => void;
  trash: (nodeIds: readonly NodeId[]) => void;
}

/** The nearest node at or above `node` that may hold a `kind`; null is the root. */
function holderOf(project: OpenProject, node: Node | undefined, kind: Node['kind']): NodeId | null {
  if (!node) return null;
  const line = [...project.view.tree.ancestors(node.id), node].toReversed();
  return line.find((one) => mayContain(one.kind, kind))?.id ?? null;
}

export function useOutlineActs(): OutlineActs {
  const project = useProject();
  const t = useWords(words);
  const notify = useNotify();
  return useMemo<OutlineActs>(() => {
    const { act, view, projectId } = project;
    const count = (kind: Node['kind']) => project.nodes.filter((node) => node.kind === kind).length;
    const add = (kind: Node['kind'], title: string, into: NodeId | null) => {
      const op = createOp(kind, title, { place: 'into', nodeId: into });
      act(op);
      return op;
    };
    return {
      addChapter: (near) => {
        const counted = project.nodes.filter((node) => node.kind === 'chapter' && node.numbering === 'counted').length;
        const op = add('chapter', t.defaultChapter(counted + 1), holderOf(project, near, 'chapter'));
        goTo(projectId, { kind: 'scene', nodeId: op.sceneId! });
      },
      addScene: (near) => {
        const into = holderOf(project, near, 'scene');
        const op = add('scene', t.defaultScene((into === null ? 0 : view.tree.children(into).length) + 1), into);
        goTo(projectId, { kind: 'scene', nodeId: op.id });
      },
      addPart: () => void add('part', t.defaultPart(count('part') + 1), null),
      addSeries: () => void add('series', t.defaultSeries, null),
      rename: (node, title) => {
        const clean = title.normalize('NFC').trim();
        if (clean !== '' && clean !== node.title) act(updateOp(node.id, { title: clean }));
      },
      patch: (nodeIds, patch) => {
        for (const nodeId of nodeIds) act(updateOp(nodeId, patch));
      },
      move: (nodeIds, to) => {
        if (isRefusal(planMove(view.tree, nodeIds, to))) notify({ text: t.cannotMove, kind: 'bad' });
        else act(moveOp([...nodeIds], to));
      },
      trash: (nodeIds) => {
        const top = view.tree.topmost(nodeIds);
        if (top.length === 0) return;
        const ids = top.map((node) => node.id);
        const gone = top.flatMap((node) => [node, ...view.tree.descendants(node.id)]);
        const op = trashOp(ids);
        act(op);
        // What one is looking at just went: the front of the work shows what is left.
        const here = placeOf(location.pathname)?.place;
        if (here && (here.kind === 'scene' || here.kind === 'continuous') && gone.some((node) => node.id === here.nodeId)) goTo(projectId, { kind: 'front' });
        notify({ text: t.trashed(top.length), action: { name: t.undo, run: () => void (project.takeBack(op) || act(restoreOp(ids, gone))) } });
      },
    };
  }, [project, t, notify]);
}
