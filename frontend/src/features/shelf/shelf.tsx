'use client';

import { ROLE_NAMES, routes, type ShelfItem } from '@cowrite/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import clsx from 'clsx';
import { BookOpen, Plus, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { call, isAway } from '../../shared/api/call.ts';
import { fieldProblem, problemText } from '../../shared/api/problem-text.ts';
import { agoText, countText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { PictureView } from '../../shared/media/picture-view.tsx';
import type { KnownPerson } from '../../shared/person/known-person.ts';
import { PersonMenu } from '../../shared/person/person-menu.tsx';
import { holdFiles } from '../../shared/project/held-files.ts';
import { studioStore } from '../../shared/project/studio-store.ts';
import { Button, buttonClass } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { EmptyState, FailedState, Skeleton } from '../../shared/ui/state.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';

const words = wordsOf({
  ko: {
    shelf: '서가',
    add: '새 작품',
    question: '어떤 이야기인가요?',
    title: '제목',
    genre: '장르 (선택)',
    make: '만들기',
    cancel: '그만두기',
    emptyTitle: '아직 비어 있는 서가입니다',
    emptyText: '첫 작품의 제목을 붙이면 바로 1화를 쓸 수 있습니다. 이미 써 둔 원고 파일은 이 화면에 놓으면 새 작품이 됩니다.',
    continue: '이어 쓰기',
    length: (count: string) => `${count}자`,
    people: (count: number) => `${count}명`,
    untouched: '아직 쓴 글이 없습니다',
    retry: '다시 시도',
    active: '쓰는 중',
    archived: '보관함',
    trashed: '휴지통',
    noneArchived: '보관한 작품이 없습니다',
    noneTrashed: '휴지통이 비어 있습니다',
    restore: '되살리기',
    restored: '서가로 돌아왔습니다.',
    view: '보기',
    drop: '여기에 놓으면 새 작품으로 가져옵니다',
    untitled: '가져온 원고',
    coverOf: (title: string) => `${title} 표지`,
  },
  en: {
    shelf: 'Shelf',
    add: 'New work',
    question: 'What story is it?',
    title: 'Title',
    genre: 'Genre (optional)',
    make: 'Create',
    cancel: 'Cancel',
    emptyTitle: 'The shelf is still empty',
    emptyText: 'Give the first work a title and write its first episode at once. Drop the files of what you have already written here, and they become a new work.',
    continue: 'Continue writing',
    length: (count) => `${count} characters`,
    people: (count) => (count === 1 ? '1 person' : `${count} people`),
    untouched: 'Nothing written yet',
    retry: 'Try again',
    active: 'Writing',
    archived: 'Archive',
    trashed: 'Trash',
    noneArchived: 'No archived work',
    noneTrashed: 'The trash is empty',
    restore: 'Restore',
    restored: 'Back on the shelf.',
    view: 'Show',
    drop: 'Drop here to import into a new work',
    untitled: 'Imported manuscript',
    coverOf: (title) => `Cover of ${title}`,
  },
});

type ShelfState = 'active' | 'archived' | 'trashed';

/** The shelf (서가): one's works, where one left off, and a new one. */
export function Shelf({ person }: { person: KnownPerson }) {
  const t = useWords(words);
  const locale = useLocale();
  const [state, setState] = useState<ShelfState>('active');
  const [adding, setAdding] = useState(false);
  const shelf = useQuery({ queryKey: ['shelf', state], queryFn: () => readShelf(person.id, state), networkMode: 'always' });
  const items = shelf.data;
  const tabs: readonly ShelfState[] = ['active', 'archived', 'trashed'];
  const { dragging, dropped, handlers } = useDroppedManuscript();
  return (
    <div className="mx-auto min-h-dvh max-w-[1120px] px-5 pb-24 md:px-8" {...handlers}>
      {(dragging || dropped) && <div className="pointer-events-none fixed inset-3 z-40 flex items-center justify-center rounded-lg border-2 border-dashed border-accent bg-accent-soft text-base font-medium text-accent">{t.drop}</div>}
      <header className="flex items-center justify-between py-3">
        <span className="font-serif text-lg font-semibold">Cowrite</span>
        <PersonMenu person={person} />
      </header>
      <main>
        <div className="mt-6 flex flex-wrap items-center justify-between gap-3">
          <h1 className="m-0 font-serif text-xl font-semibold">{t.shelf}</h1>
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus size={16} aria-hidden />
            {t.add}
          </Button>
        </div>
        <nav aria-label={t.view} className="mt-5 flex gap-1 border-b border-line">
          {tabs.map((tab) => (
            <button
              key={tab}
              type="button"
              aria-current={tab === state ? 'page' : undefined}
              onClick={() => setState(tab)}
              className="-mb-px min-h-11 border-b-2 border-transparent px-3 text-sm text-ink-2 aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink"
            >
              {t[tab]}
            </button>
          ))}
        </nav>
        <div className="mt-6">
          {shelf.isError && !items ? (
            <FailedState text={problemText(shelf.error, locale)} retryName={t.retry} onRetry={() => void shelf.refetch()} />
          ) : !items ? (
            <Skeleton lines={6} />
          ) : items.length === 0 ? (
            <EmptyState title={state === 'active' ? t.emptyTitle : state === 'archived' ? t.noneArchived : t.noneTrashed} {...(state === 'active' ? { text: t.emptyText } : {})} />
          ) : (
            <ul className="m-0 grid list-none grid-cols-1 gap-4 p-0 sm:grid-cols-2 lg:grid-cols-3">
              {items.map((item) => (
                <Spine key={item.id} item={item} />
              ))}
            </ul>
          )}
        </div>
      </main>
      <NewWork open={adding} onClose={() => setAdding(false)} />
    </div>
  );
}

/** Files dropped anywhere on the shelf become a new work, named after the first of them, and open its import. */
function useDroppedManuscript() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const router = useRouter();
  const queries = useQueryClient();
  const [dragging, setDragging] = useState(false);
  const make = useMutation({
    mutationFn: async (files: readonly File[]) => {
      const name = files[0]!.name
        .normalize('NFC')
        .replace(/\.[^.]+$/, '')
        .trim();
      const project = await call(routes.projects.create, { title: name.slice(0, 200) || t.untitled });
      holdFiles(project.id, files);
      return project;
    },
    onSuccess: (project) => {
      void queries.invalidateQueries({ queryKey: ['shelf'] });
      router.push(`/p/${project.id}/import`);
    },
    onError: (failure) => notify({ text: problemText(failure, locale), kind: 'bad' }),
  });
  const bringsFiles = (event: React.DragEvent) => event.dataTransfer.types.includes('Files');
  const handlers = {
    onDragOver: (event: React.DragEvent) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      setDragging(true);
    },
    onDragLeave: (event: React.DragEvent) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setDragging(false);
    },
    onDrop: (event: React.DragEvent) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      setDragging(false);
      const files = [...event.dataTransfer.files];
      if (files.length > 0 && !make.isPending) make.mutate(files);
    },
  };
  return { dragging, dropped: make.isPending || make.isSuccess, handlers };
}

/** The works as core tells them; without the network, those that this device could open. */
async function readShelf(userId: string, state: ShelfState): Promise<ShelfItem[]> {
  try {
    return (await call(routes.projects.list, { state })).items;
  } catch (failure) {
    const copies = isAway(failure)
      ? await studioStore(userId)
          .copies()
          .catch(() => [])
      : [];
    if (copies.length === 0) throw failure;
    return copies
      .filter(({ project }) => project.state === state)
      .map(({ project, members, nodes }) => ({ ...project, memberCount: members.length, charactersWithSpaces: nodes.reduce((sum, node) => sum + (node.lengths?.withSpaces ?? 0), 0), lastPlace: null, cover: null }));
  }
}

/** One work: its title as a typographic cover, its picture beside it when it has one. */
function Spine({ item }: { item: ShelfItem }) {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => call(routes.projects.restore, { projectId: item.id }),
    onSuccess: () => {
      notify({ text: t.restored });
      void queries.invalidateQueries({ queryKey: ['shelf'] });
    },
    onError: (failure) => notify({ text: problemText(failure, locale), kind: 'bad' }),
  });
  const last = item.lastPlace;
  const [now] = useState(() => new Date());
  return (
    <li className="relative flex min-h-52 flex-col rounded-lg border border-line bg-surface p-5 transition-shadow duration-150 focus-within:border-line-2 hover:shadow-sheet">
      {item.cover && (
        <PictureView picture={item.cover} alt={t.coverOf(item.title)} sizes="72px" className="absolute top-5 right-5 h-24 w-[72px] rounded-sm object-cover" onStale={() => void queries.invalidateQueries({ queryKey: ['shelf'] })} />
      )}
      <p className={clsx('m-0 text-xs text-ink-3', item.cover && 'pr-20')}>{[item.genre, ROLE_NAMES[item.role][locale]].filter(Boolean).join(' · ')}</p>
      <h2 className={clsx('mt-1 mb-2 font-serif text-lg leading-snug font-semibold', item.cover && 'min-h-16 pr-20')}>
        {item.state === 'trashed' ? (
          item.title
        ) : (
          <a href={`/p/${item.id}`} className="text-ink no-underline after:absolute after:inset-0 after:content-['']">
            {item.title}
          </a>
        )}
      </h2>
      <p className="m-0 text-sm text-ink-2">
        {item.charactersWithSpaces > 0 ? t.length(countText(item.charactersWithSpaces, locale)) : t.untouched}
        {item.memberCount > 1 && ` · ${t.people(item.memberCount)}`}
      </p>
      <div className="mt-auto flex items-end justify-between gap-2 pt-4">
        <time dateTime={item.updatedAt} title={exactTime(new Date(item.updatedAt), locale)} className="text-xs text-ink-3">
          {agoText(new Date(last?.at ?? item.updatedAt), now, locale)}
        </time>
        {item.state !== 'active' ? (
          <Button className="relative z-10" disabled={restore.isPending} onClick={() => restore.mutate()}>
            <Trash2 size={15} aria-hidden />
            {t.restore}
          </Button>
        ) : (
          last && (
            <a href={`/p/${item.id}/s/${last.nodeId}`} className={buttonClass('outline', 'relative z-10')} title={last.title}>
              <BookOpen size={15} aria-hidden />
              {t.continue}
            </a>
          )
        )}
      </div>
    </li>
  );
}

function NewWork({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const router = useRouter();
  const queries = useQueryClient();
  const titleField = useRef<HTMLInputElement>(null);
  const [title, setTitle] = useState('');
  const [genre, setGenre] = useState('');
  const make = useMutation({
    mutationFn: () => call(routes.projects.create, { title, ...(genre.trim() ? { genre } : {}) }),
    onSuccess: (project) => {
      void queries.invalidateQueries({ queryKey: ['shelf'] });
      router.push(`/p/${project.id}`);
    },
  });
  const titleProblem = fieldProblem(make.error, 'title', locale);
  return (
    <Sheet open={open} onClose={onClose} title={t.question} initialFocus={titleField}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== '' && !make.isPending) make.mutate();
        }}
      >
        <TextField ref={titleField} label={t.title} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} problem={titleProblem} autoComplete="off" />
        <TextField label={t.genre} value={genre} maxLength={40} onChange={(event) => setGenre(event.target.value)} problem={fieldProblem(make.error, 'genre', locale)} autoComplete="off" />
        {make.isError && !titleProblem && (
          <p role="alert" className="m-0 text-sm text-bad">
            {problemText(make.error, locale)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button look="primary" type="submit" disabled={title.trim() === '' || make.isPending || make.isSuccess}>
            {t.make}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
