'use client';

import { ContextMenu } from '@base-ui/react/context-menu';
import { Menu } from '@base-ui/react/menu';
import { type Node, type NodeId, NodeId as NodeIdSchema, NodeStatus, Numbering, type Place } from '@cowrite/contract';
import { isRefusal, mayContain, planMove } from '@cowrite/manuscript';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { getChoseong } from 'es-hangul';
import { ChevronDown, ChevronRight, EyeOff, MoreHorizontal, Plus } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { sceneOf } from '../../shared/project/display.ts';
import { jumpTo } from '../../shared/project/jump.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { menuLayer } from '../../shared/ui/layers.tsx';
import { menuItemClass, menuPopupClass } from '../../shared/ui/menu.ts';
import { TextField } from '../../shared/ui/text-field.tsx';
import { useOutlineActs } from './outline-acts.ts';
import { rangeOf, type Row, rowsOf } from './rows.ts';
import { words } from './words.ts';

const ROW_PX = 34;
const ROW_TOUCH_PX = 46;
const TYPE_AHEAD_MS = 900;
const DRAG_TYPE = 'application/x-cowrite-nodes';

const collapsedKey = (projectId: string) => `cowrite.collapsed.${projectId}`;

function readCollapsed(projectId: string): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(collapsedKey(projectId)) ?? '[]') as string[]);
  } catch {
    // Nothing kept, or nothing readable: everything is open.
    return new Set();
  }
}

const touchQuery = '(max-width: 767px)';
const useTouchRows = () =>
  useSyncExternalStore(
    (listener) => {
      const media = matchMedia(touchQuery);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(touchQuery).matches,
    () => false,
  );

/** The outline (차례): a tree that answers to keys, pointer and drag in the same frame. */
export function Outline({ current, onOpened }: { current: NodeId | null; onOpened?: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const project = useProject();
  const { view, projectId } = project;
  const acts = useOutlineActs();
  const canWrite = project.may('story.write');
  const rowPx = useTouchRows() ? ROW_TOUCH_PX : ROW_PX;

  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => readCollapsed(projectId));
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState<string | null>(current);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [anchor, setAnchor] = useState<string | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [drop, setDrop] = useState<{ id: string; place: 'before' | 'after' | 'into' } | null>(null);
  const ahead = useRef({ text: '', at: 0 });
  const scroller = useRef<HTMLDivElement>(null);
  const tree = useRef<HTMLDivElement>(null);

  const all = useMemo(() => rowsOf(view, collapsed, locale), [view, collapsed, locale]);
  const everyRow = useMemo(() => (typed === '' ? all : rowsOf(view, new Set(), locale)), [typed, all, view, locale]);
  const rows = useMemo(() => (typed === '' ? all : jumpTo(everyRow, typed).map((row) => ({ ...row, depth: 0, expanded: null }))), [typed, all, everyRow]);

  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: 12, getItemKey: (index) => rows[index]!.node.id });
  useEffect(() => virtual.measure(), [rowPx, virtual]);

  // The row of what is open is shown and becomes the place of the keyboard.
  const currentRow = useMemo(() => (current ? all.findIndex((row) => row.scene?.id === current || row.node.id === current) : -1), [all, current]);
  const shownFor = useRef<string | null>(null);
  useEffect(() => {
    if (currentRow < 0 || shownFor.current === current) return;
    shownFor.current = current;
    setActive(all[currentRow]!.node.id);
    virtual.scrollToIndex(currentRow, { align: 'auto' });
  }, [current, currentRow, all, virtual]);

  const activeIndex = rows.findIndex((row) => row.node.id === active);
  const chosen = useMemo<NodeId[]>(
    () => (selected.size > 0 && active && selected.has(active) ? rows.filter((row) => selected.has(row.node.id)).map((row) => row.node.id) : activeIndex >= 0 ? [rows[activeIndex]!.node.id] : []),
    [selected, active, rows, activeIndex],
  );

  const collapse = useCallback(
    (id: string, closed: boolean) => {
      setCollapsed((old) => {
        const next = new Set(old);
        if (closed) next.add(id);
        else next.delete(id);
        try {
          localStorage.setItem(collapsedKey(projectId), JSON.stringify([...next]));
        } catch {
          // It lasts as long as the page then.
        }
        return next;
      });
    },
    [projectId],
  );

  const open = useCallback(
    (row: Row) => {
      const scene = row.scene ?? sceneOf(view, row.node.id);
      if (row.scene === null && row.expanded !== null && row.node.kind !== 'chapter') return collapse(row.node.id, row.expanded);
      if (scene) {
        goTo(projectId, { kind: 'scene', nodeId: scene.id });
        onOpened?.();
      }
    },
    [view, projectId, collapse, onOpened],
  );

  const goToRow = (index: number, extend: boolean) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!row) return;
    const id = row.node.id;
    if (extend) {
      const from = anchor ?? active ?? id;
      setAnchor(from);
      setSelected(new Set(rangeOf(rows, from, id)));
    } else {
      setAnchor(null);
      setSelected(new Set());
    }
    setActive(id);
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };

  const moveBy = (direction: -1 | 1) => {
    const row = rows[activeIndex];
    if (!row || chosen.length === 0) return;
    const siblings = view.tree.children(row.node.parentId).filter((node) => !chosen.includes(node.id) || node.id === row.node.id);
    const at = siblings.findIndex((node) => node.id === row.node.id);
    const next = siblings[at + direction];
    if (next) acts.move(chosen, { place: direction < 0 ? 'before' : 'after', nodeId: next.id });
  };
  const moveIn = () => {
    const row = rows[activeIndex];
    if (!row) return;
    const siblings = view.tree.children(row.node.parentId);
    const before = siblings[siblings.findIndex((node) => node.id === row.node.id) - 1];
    if (before && mayContain(before.kind, row.node.kind)) {
      collapse(before.id, false);
      acts.move(chosen, { place: 'into', nodeId: before.id });
    }
  };
  const moveOut = () => {
    const parentId = rows[activeIndex]?.node.parentId;
    if (parentId) acts.move(chosen, { place: 'after', nodeId: parentId });
  };

  const trashChosen = () => {
    if (chosen.length === 0) return;
    const next = rows[activeIndex + 1] ?? rows[activeIndex - 1];
    acts.trash(chosen);
    setSelected(new Set());
    setActive(next?.node.id ?? null);
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (renaming !== null || event.target !== tree.current) return;
    const row = rows[activeIndex];
    const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
    const take = (act: () => void) => {
      event.preventDefault();
      act();
    };
    if (altKey && canWrite) {
      if (key === 'ArrowUp') return take(() => moveBy(-1));
      if (key === 'ArrowDown') return take(() => moveBy(1));
      if (key === 'ArrowRight') return take(moveIn);
      if (key === 'ArrowLeft') return take(moveOut);
    }
    if (key === 'ArrowDown') return take(() => goToRow(activeIndex + 1, shiftKey));
    if (key === 'ArrowUp') return take(() => goToRow(activeIndex < 0 ? rows.length - 1 : activeIndex - 1, shiftKey));
    if (key === 'Home') return take(() => goToRow(0, shiftKey));
    if (key === 'End') return take(() => goToRow(rows.length - 1, shiftKey));
    if (key === 'PageDown') return take(() => goToRow(activeIndex + 12, shiftKey));
    if (key === 'PageUp') return take(() => goToRow(activeIndex - 12, shiftKey));
    if (key === 'ArrowRight' && row) return take(() => (row.expanded === false ? collapse(row.node.id, false) : row.expanded ? goToRow(activeIndex + 1, false) : undefined));
    if (key === 'ArrowLeft' && row)
      return take(() =>
        row.expanded
          ? collapse(row.node.id, true)
          : goToRow(
              rows.findIndex((one) => one.node.id === row.node.parentId),
              false,
            ),
      );
    if (key === 'Enter' && row) return take(() => open(row));
    if (key === ' ' && row && ahead.current.text === '') return take(() => setSelected((old) => toggled(old, row.node.id)));
    if (key === 'F2' && row && canWrite) return take(() => setRenaming(row.node.id));
    if ((key === 'Delete' || (key === 'Backspace' && metaKey)) && canWrite) return take(trashChosen);
    if (key === 'Escape' && selected.size > 0) return take(() => setSelected(new Set()));
    if ((ctrlKey || metaKey) && key.toLowerCase() === 'a') return take(() => setSelected(new Set(rows.map((one) => one.node.id))));
    if (key.length === 1 && !ctrlKey && !metaKey && !altKey) return take(() => typeAhead(key));
  };

  const typeAhead = (key: string) => {
    const now = performance.now();
    const text = (now - ahead.current.at < TYPE_AHEAD_MS ? ahead.current.text : '') + key.toLowerCase();
    ahead.current = { text, at: now };
    setTimeout(() => {
      if (performance.now() - ahead.current.at >= TYPE_AHEAD_MS) ahead.current.text = '';
    }, TYPE_AHEAD_MS + 10);
    const order = [...rows.slice(activeIndex + (text.length === 1 ? 1 : 0)), ...rows];
    const found = order.find((row) => {
      const name = (row.number + row.title).toLowerCase();
      return name.startsWith(text) || row.title.toLowerCase().startsWith(text) || getChoseong(row.title).startsWith(text);
    });
    if (found) goToRow(rows.indexOf(found), false);
  };

  const onRowClick = (event: React.MouseEvent, row: Row) => {
    tree.current?.focus({ preventScroll: true });
    const id = row.node.id;
    if (event.shiftKey) {
      const from = anchor ?? active ?? id;
      setAnchor(from);
      setSelected(new Set(rangeOf(rows, from, id)));
      setActive(id);
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      setSelected((old) => toggled(old.size === 0 && active ? new Set([active]) : old, id));
      setAnchor(id);
      setActive(id);
      return;
    }
    setSelected(new Set());
    setAnchor(id);
    setActive(id);
    open(row);
  };

  // ---- drag
  const dragged = useRef<NodeId[]>([]);
  const placeAt = (event: React.DragEvent, row: Row): { id: string; place: 'before' | 'after' | 'into' } | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (event.clientY - box.top) / box.height;
    const wishes: ('before' | 'after' | 'into')[] = at < 0.28 ? ['before', 'into'] : at > 0.72 ? ['after', 'into'] : ['into', at < 0.5 ? 'before' : 'after'];
    for (const place of wishes) {
      // Behind an opened node means before its first child: that is what the eye sees there.
      if (!isRefusal(planMove(view.tree, dragged.current, { place, nodeId: row.node.id }))) return { id: row.node.id, place };
    }
    return null;
  };

  const renameField = (row: Row) => (
    <RenameField
      label={t.newName}
      title={row.node.title}
      onDone={(title) => {
        setRenaming(null);
        if (title !== null) acts.rename(row.node, title);
        tree.current?.focus();
      }}
    />
  );

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="px-3 pt-3 pb-2">
        <TextField
          label={t.jump}
          labelHidden
          type="search"
          placeholder={t.jump}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onEscape={() => setTyped('')}
          onEnter={() => {
            const first = rows[0];
            if (!first) return;
            setTyped('');
            open(first);
          }}
        />
      </div>
      <ContextMenu.Root>
        <ContextMenu.Trigger
          render={<div />}
          className="min-h-0 flex-1"
          onContextMenu={(event: React.MouseEvent) => {
            const id = (event.target as HTMLElement).closest<HTMLElement>('[data-node]')?.dataset['node'];
            if (id) {
              setActive(id);
              if (!selected.has(id)) setSelected(new Set());
            }
          }}
        >
          <div ref={scroller} className="h-full overflow-y-auto overscroll-contain px-1.5 pb-4">
            {rows.length === 0 && <p className="m-0 px-3 py-2 text-sm text-ink-2">{typed === '' ? t.empty : t.jumpNone}</p>}
            <div
              ref={tree}
              role="tree"
              aria-label={t.outline}
              aria-multiselectable="true"
              tabIndex={rows.length > 0 ? 0 : -1}
              aria-activedescendant={activeIndex >= 0 ? `row-${active}` : undefined}
              onKeyDown={onKeyDown}
              onFocus={() => activeIndex < 0 && rows[0] && setActive(rows[Math.max(0, currentRow)]?.node.id ?? rows[0].node.id)}
              className="group relative rounded focus-visible:outline-none"
              style={{ height: virtual.getTotalSize() }}
            >
              {virtual.getVirtualItems().map((item) => {
                const row = rows[item.index]!;
                const { node } = row;
                const isCurrent = current !== null && (row.scene?.id === current || node.id === current);
                return (
                  <div
                    key={item.key}
                    id={`row-${node.id}`}
                    data-node={node.id}
                    role="treeitem"
                    aria-level={row.depth + 1}
                    aria-posinset={row.position}
                    aria-setsize={row.siblings}
                    aria-selected={selected.has(node.id)}
                    aria-current={isCurrent ? 'page' : undefined}
                    {...(row.expanded === null ? {} : { 'aria-expanded': row.expanded })}
                    draggable={canWrite && renaming !== node.id}
                    onClick={(event) => onRowClick(event, row)}
                    onDoubleClick={() => canWrite && setRenaming(node.id)}
                    onDragStart={(event) => {
                      dragged.current = selected.has(node.id) ? rows.filter((one) => selected.has(one.node.id)).map((one) => one.node.id) : [node.id];
                      event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(dragged.current));
                      event.dataTransfer.effectAllowed = 'move';
                    }}
                    onDragOver={(event) => {
                      if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
                      const at = placeAt(event, row);
                      setDrop(at);
                      if (at) {
                        event.preventDefault();
                        event.dataTransfer.dropEffect = 'move';
                      }
                    }}
                    onDragLeave={() => setDrop((old) => (old?.id === node.id ? null : old))}
                    onDragEnd={() => setDrop(null)}
                    onDrop={(event) => {
                      const at = placeAt(event, row);
                      setDrop(null);
                      if (!at) return;
                      event.preventDefault();
                      const ids = (JSON.parse(event.dataTransfer.getData(DRAG_TYPE)) as unknown[]).map((id) => NodeIdSchema.parse(id));
                      if (at.place === 'into') collapse(at.id, false);
                      acts.move(ids, { place: at.place, nodeId: NodeIdSchema.parse(at.id) } as Place);
                    }}
                    className={clsx(
                      'absolute inset-x-0 flex cursor-default items-center gap-1.5 rounded pr-2 text-sm select-none',
                      isCurrent ? 'bg-accent-soft font-medium text-ink' : 'text-ink hover:bg-sunken',
                      selected.has(node.id) && 'bg-accent-soft',
                      active === node.id && 'group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-accent',
                      drop?.id === node.id && drop.place === 'into' && 'ring-2 ring-accent ring-inset',
                    )}
                    style={{ top: 0, height: rowPx, transform: `translateY(${item.start}px)`, paddingLeft: 6 + row.depth * 16 }}
                  >
                    {drop?.id === node.id && drop.place !== 'into' && (
                      <span aria-hidden className={clsx('absolute right-1 z-10 h-0.5 rounded bg-accent', drop.place === 'before' ? '-top-px' : '-bottom-px')} style={{ left: 6 + row.depth * 16 }} />
                    )}
                    <span
                      aria-hidden
                      className="flex w-4 shrink-0 justify-center text-ink-3"
                      onClick={(event) => {
                        if (row.expanded === null) return;
                        event.stopPropagation();
                        collapse(node.id, row.expanded);
                      }}
                    >
                      {row.expanded === null ? <StatusDot status={node.status} /> : row.expanded ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
                    </span>
                    {renaming === node.id ? (
                      renameField(row)
                    ) : (
                      <>
                        <span className="min-w-0 flex-1 truncate">
                          {row.number && <span className={row.title ? 'mr-1.5 text-ink-2' : ''}>{row.number}</span>}
                          {row.title || (row.number ? '' : t.untitled)}
                        </span>
                        {node.aiHidden && project.ai?.mode === 'on' && <EyeOff size={13} role="img" aria-label={t.aiHidden} className="shrink-0 text-ink-2" />}
                        {project.isWaiting(node.id) && <span className="text-xs text-ink-2">{t.waiting}</span>}
                        {row.scene && <RowLength scene={row.scene} strong={isCurrent || selected.has(node.id)} />}
                      </>
                    )}
                  </div>
                );
              })}
            </div>
          </div>
        </ContextMenu.Trigger>
        <ContextMenu.Portal container={menuLayer}>
          <ContextMenu.Positioner className="z-50">
            <ContextMenu.Popup className={menuPopupClass}>
              <RowMenu Item={ContextMenu.Item} row={rows[activeIndex]} chosen={chosen} canWrite={canWrite} onOpen={open} onRename={setRenaming} onTrash={trashChosen} onUp={() => moveBy(-1)} onDown={() => moveBy(1)} />
            </ContextMenu.Popup>
          </ContextMenu.Positioner>
        </ContextMenu.Portal>
      </ContextMenu.Root>
      {canWrite && (
        <div className="flex items-center gap-1 border-t border-line px-2 py-1.5">
          <Button look="quiet" className="flex-1 justify-start px-2" onClick={() => acts.addChapter(rows[activeIndex]?.node)}>
            <Plus size={16} aria-hidden />
            {t.addChapter}
          </Button>
          {chosen.length > 1 && <span className="text-xs text-ink-2">{t.selected(chosen.length)}</span>}
          <Menu.Root>
            <Menu.Trigger render={<IconButton label={t.addMore} />}>
              <ChevronDown size={16} aria-hidden />
            </Menu.Trigger>
            <Menu.Portal container={menuLayer}>
              <Menu.Positioner sideOffset={6} align="end" className="z-50">
                <Menu.Popup className={menuPopupClass}>
                  {rows[activeIndex] && rows[activeIndex].node.kind !== 'part' && rows[activeIndex].node.kind !== 'series' && (
                    <Menu.Item className={menuItemClass} onClick={() => acts.addScene(rows[activeIndex]!.node)}>
                      {t.addScene}
                    </Menu.Item>
                  )}
                  <Menu.Item className={menuItemClass} onClick={acts.addPart}>
                    {t.addPart}
                  </Menu.Item>
                  <Menu.Item className={menuItemClass} onClick={acts.addSeries}>
                    {t.addSeries}
                  </Menu.Item>
                </Menu.Popup>
              </Menu.Positioner>
            </Menu.Portal>
          </Menu.Root>
          <Menu.Root>
            <Menu.Trigger render={<IconButton label={t.more} disabled={activeIndex < 0} />}>
              <MoreHorizontal size={16} aria-hidden />
            </Menu.Trigger>
            <Menu.Portal container={menuLayer}>
              <Menu.Positioner sideOffset={6} align="end" className="z-50">
                <Menu.Popup className={menuPopupClass}>
                  <RowMenu Item={Menu.Item} row={rows[activeIndex]} chosen={chosen} canWrite={canWrite} onOpen={open} onRename={setRenaming} onTrash={trashChosen} onUp={() => moveBy(-1)} onDown={() => moveBy(1)} />
                </Menu.Popup>
              </Menu.Positioner>
            </Menu.Portal>
          </Menu.Root>
        </div>
      )}
    </div>
  );
}

function toggled(old: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(old);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** How long a line's scene is; follows the writing without the tree being drawn again. */
function RowLength({ scene, strong }: { scene: Node; strong: boolean }) {
  const t = useWords(words);
  const locale = useLocale();
  const { lengthsNow } = useProject();
  const count = useSyncExternalStore(
    lengthsNow.subscribe,
    () => (lengthsNow.get(scene.documentId) ?? scene.lengths)?.withSpaces ?? 0,
    () => scene.lengths?.withSpaces ?? 0,
  );
  if (count === 0) return null;
  const text = countText(count, locale);
  return (
    <span className={clsx('text-xs tabular-nums', strong ? 'text-ink-2' : 'text-ink-3')} title={t.length(text)}>
      {text}
    </span>
  );
}

function StatusDot({ status }: { status: Node['status'] }) {
  return <span className={clsx('size-1.5 rounded-full', status === 'done' ? 'bg-good' : status === 'writing' ? 'bg-accent' : 'bg-line-2')} />;
}

/** What can be done with the chosen nodes; the same in the context menu and in the menu under the tree. */
function RowMenu({
  Item,
  row,
  chosen,
  canWrite,
  onOpen,
  onRename,
  onTrash,
  onUp,
  onDown,
}: {
  Item: typeof Menu.Item;
  row: Row | undefined;
  chosen: readonly NodeId[];
  canWrite: boolean;
  onOpen: (row: Row) => void;
  onRename: (id: string) => void;
  onTrash: () => void;
  onUp: () => void;
  onDown: () => void;
}) {
  const t = useWords(words);
  const { projectId, ai } = useProject();
  const acts = useOutlineActs();
  if (!row) return <p className="m-0 px-3 py-2 text-sm text-ink-2">{t.empty}</p>;
  const { node } = row;
  const group = (name: string) => <p className="m-0 px-3 pt-2 pb-1 text-xs text-ink-3">{name}</p>;
  return (
    <>
      <Item className={menuItemClass} onClick={() => onOpen(row)}>
        {t.open}
      </Item>
      {node.kind !== 'scene' && (
        <Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'continuous', nodeId: node.id })}>
          {t.continuous}
        </Item>
      )}
      {canWrite && (
        <>
          <Item className={menuItemClass} onClick={() => onRename(node.id)}>
            <span className="flex-1">{t.rename}</span>
            <kbd className="font-sans text-xs text-ink-2">F2</kbd>
          </Item>
          {(node.kind === 'chapter' || node.kind === 'scene') && (
            <Item className={menuItemClass} onClick={() => acts.addScene(node)}>
              {t.addScene}
            </Item>
          )}
          <Item className={menuItemClass} onClick={onUp}>
            <span className="flex-1">{t.up}</span>
            <kbd className="font-sans text-xs text-ink-2">Alt ↑</kbd>
          </Item>
          <Item className={menuItemClass} onClick={onDown}>
            <span className="flex-1">{t.down}</span>
            <kbd className="font-sans text-xs text-ink-2">Alt ↓</kbd>
          </Item>
          {group(t.status)}
          {NodeStatus.options.map((status) => (
            <Item key={status} className={menuItemClass} onClick={() => acts.patch(chosen, { status })}>
              <StatusDot status={status} />
              <span className={node.status === status ? 'font-semibold' : ''}>{t[status]}</span>
            </Item>
          ))}
          {node.kind === 'chapter' && (
            <>
              {group(t.numbering)}
              {Numbering.options.map((numbering) => (
                <Item key={numbering} className={menuItemClass} onClick={() => acts.patch(chosen, { numbering })}>
                  <span className={node.numbering === numbering ? 'font-semibold' : ''}>{t[numbering]}</span>
                </Item>
              ))}
            </>
          )}
          {ai?.mode === 'on' && (
            <>
              {group(t.ai)}
              {[false, true].map((aiHidden) => (
                <Item key={String(aiHidden)} className={menuItemClass} onClick={() => acts.patch(chosen, { aiHidden })}>
                  <span className={node.aiHidden === aiHidden ? 'font-semibold' : ''}>{aiHidden ? t.aiHidden : t.aiShown}</span>
                </Item>
              ))}
            </>
          )}
          <hr className="my-1 h-px border-0 bg-line" />
          <Item className={clsx(menuItemClass, 'text-bad')} onClick={onTrash}>
            <span className="flex-1">{t.toTrash}</span>
            <kbd className="font-sans text-xs text-ink-2">Del</kbd>
          </Item>
        </>
      )}
    </>
  );
}

/** The name of a row being changed: Enter keeps, Esc leaves, going away keeps. */
function RenameField({ label, title, onDone }: { label: string; title: string; onDone: (title: string | null) => void }) {
  const [text, setText] = useState(title);
  const left = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const done = (next: string | null) => {
    if (left.current) return;
    left.current = true;
    onDone(next);
  };
  return (
    <div role="presentation" className="min-w-0 flex-1" onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
      <TextField
        ref={field}
        label={label}
        labelHidden
        autoFocus
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        onEnter={() => done(text)}
        onEscape={() => done(null)}
        onBlur={() => done(text)}
        className="[&_input]:min-h-7 [&_input]:px-1.5 [&_input]:py-0"
      />
    </div>
  );
}
