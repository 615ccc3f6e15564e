'use client';

import { Menu } from '@base-ui/react/menu';
import { isRubyReading } from '@cowrite/manuscript';
import { Bold, ChevronDown, ImagePlus, Italic, Redo2, Search, Strikethrough, Underline, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../../shared/i18n/words.tsx';
import { PICTURE_TYPES } from '../../shared/media/picture-types.ts';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { menuLayer } from '../../shared/ui/layers.tsx';
import { menuItemClass, menuPopupClass } from '../../shared/ui/menu.ts';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { type BlockName, blockCommands, blockIsActive, type MarkName, markIsActive, rubyAt, setRuby, toggleNamedMark } from './commands.ts';
import type { SceneView } from './scene-view.ts';
import { type SceneWatch, useWatched } from './scene-watch.ts';
import { words } from './words.ts';

const BLOCKS: readonly BlockName[] = ['paragraph', 'heading-1', 'heading-2', 'heading-3', 'blockquote', 'sceneBreak', 'authorNote', 'statusWindow'];
const BLOCK_KEYS: Partial<Record<BlockName, string>> = {
  paragraph: 'Ctrl Alt 0',
  'heading-1': 'Ctrl Alt 1',
  'heading-2': 'Ctrl Alt 2',
  'heading-3': 'Ctrl Alt 3',
  blockquote: 'Ctrl ⇧ 9',
  sceneBreak: 'Ctrl ⇧ Enter',
  authorNote: 'Ctrl Alt N',
  statusWindow: 'Ctrl Alt W',
};
const MARKS = [
  { name: 'bold', Icon: Bold, key: 'Ctrl B' },
  { name: 'italic', Icon: Italic, key: 'Ctrl I' },
  { name: 'underline', Icon: Underline, key: 'Ctrl U' },
  { name: 'strike', Icon: Strikethrough, key: 'Ctrl ⇧ X' },
] as const satisfies readonly { name: MarkName; Icon: typeof Bold; key: string }[];

/** Everything the toolbar shows of the text, as one word: it is drawn again only when this changes. */
function shownOf({ scene }: SceneWatch): string {
  if (!scene) return '';
  const { state } = scene.view;
  const block = BLOCKS.find((name) => name !== 'paragraph' && blockIsActive(state, name)) ?? 'paragraph';
  return [block, ...MARKS.map(({ name }) => (markIsActive(state, name) ? name : '')), scene.canUndo() ? 'undo' : '', scene.canRedo() ? 'redo' : ''].join(' ');
}

/** What can be done to the text. */
export function Toolbar({ watch, canWrite, onFind, rubyAsked, onRubyClosed, askRuby }: { watch: SceneWatch; canWrite: boolean; onFind?: () => void; rubyAsked: boolean; onRubyClosed: () => void; askRuby: () => void }) {
  const t = useWords(words);
  const notify = useNotify();
  const shown = useWatched(watch, shownOf).split(' ');
  const { scene } = watch;
  const chooser = useRef<HTMLInputElement>(null);
  const off = !scene || !canWrite;
  const current = BLOCKS.find((name) => name === shown[0]) ?? 'paragraph';
  // A press must not take the focus (and with it a syllable being composed) out of the text.
  const keepFocus = (event: React.MouseEvent) => event.preventDefault();
  const openRuby = () => {
    scene?.commitComposition();
    if (scene?.view.state.selection.empty) notify({ text: t.rubySelect });
    else askRuby();
  };
  return (
    <div role="toolbar" aria-label={t.formatting} className="flex items-center gap-0.5 overflow-x-auto">
      <Menu.Root>
        <Menu.Trigger disabled={off} aria-label={t.blocks} className="inline-flex min-h-11 items-center gap-1 rounded px-2 text-sm whitespace-nowrap text-ink-2 hover:bg-accent-soft disabled:opacity-45 md:min-h-8">
          {t[current]}
          <ChevronDown size={14} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal container={menuLayer}>
          <Menu.Positioner sideOffset={6} align="start" className="z-50">
            <Menu.Popup className={menuPopupClass} finalFocus={() => scene?.view.dom ?? null}>
              {BLOCKS.map((name) => (
                <Menu.Item key={name} className={menuItemClass} onClick={() => scene?.run(blockCommands[name])}>
                  <span className={name === current ? 'flex-1 font-semibold' : 'flex-1'}>{t[name]}</span>
                  <kbd className="pl-6 font-sans text-xs text-ink-2">{BLOCK_KEYS[name]}</kbd>
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {MARKS.map(({ name, Icon, key }) => (
        <IconButton key={name} label={`${t[name]} (${key})`} disabled={off} aria-pressed={shown.includes(name)} onMouseDown={keepFocus} onClick={() => scene?.run(toggleNamedMark(name))}>
          <Icon size={16} aria-hidden />
        </IconButton>
      ))}
      <IconButton label={t.ruby} disabled={off} onMouseDown={keepFocus} onClick={openRuby}>
        <span aria-hidden className="font-serif text-[15px] leading-none">
          <ruby>
            文<rt className="text-[8px]">문</rt>
          </ruby>
        </span>
      </IconButton>
      <IconButton label={t.picture} disabled={off} onMouseDown={keepFocus} onClick={() => chooser.current?.click()}>
        <ImagePlus size={16} aria-hidden />
      </IconButton>
      <input
        ref={chooser}
        type="file"
        accept={PICTURE_TYPES}
        multiple
        // The button is what people and readers of the screen meet.
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          scene?.bringPictures(files);
        }}
      />
      <span aria-hidden className="mx-1 h-5 w-px shrink-0 bg-line" />
      <IconButton label={`${t.undo} (Ctrl Z)`} disabled={off || !shown.includes('undo')} onMouseDown={keepFocus} onClick={() => watch.scene?.run(() => watch.scene?.undo() ?? false)}>
        <Undo2 size={16} aria-hidden />
      </IconButton>
      <IconButton label={`${t.redo} (Ctrl ⇧ Z)`} disabled={off || !shown.includes('redo')} onMouseDown={keepFocus} onClick={() => watch.scene?.run(() => watch.scene?.redo() ?? false)}>
        <Redo2 size={16} aria-hidden />
      </IconButton>
      {onFind && (
        <IconButton label={`${t.find} (Ctrl F)`} disabled={!scene} onClick={onFind}>
          <Search size={16} aria-hidden />
        </IconButton>
      )}
      {scene && <RubySheet scene={scene} open={rubyAsked} onClose={onRubyClosed} />}
    </div>
  );
}

function RubySheet({ scene, open, onClose }: { scene: SceneView; open: boolean; onClose: () => void }) {
  const t = useWords(words);
  const field = useRef<HTMLInputElement>(null);
  const [reading, setReading] = useState('');
  useEffect(() => {
    if (open) setReading(rubyAt(scene.view.state));
  }, [open, scene]);
  const set = (rt: string) => {
    onClose();
    scene.run(setRuby(rt));
  };
  return (
    <Sheet open={open} onClose={onClose} title={t.rubyTitle} description={t.rubyText} initialFocus={field}>
      <TextField ref={field} label={t.rubyField} value={reading} maxLength={40} onChange={(event) => setReading(event.target.value)} onEnter={() => isRubyReading(reading.trim()) && set(reading.trim())} />
      <div className="mt-4 flex justify-end gap-2">
        <Button look="quiet" onClick={onClose}>
          {t.cancel}
        </Button>
        <Button onClick={() => set('')}>{t.rubyRemove}</Button>
        <Button look="primary" disabled={!isRubyReading(reading.trim())} onClick={() => set(reading.trim())}>
          {t.rubySet}
        </Button>
      </div>
    </Sheet>
  );
}
