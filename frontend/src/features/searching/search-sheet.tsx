'use client';

import { routes, type SearchHit } from '@cowrite/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { agoText, countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { pathTextOf, rowOf } from '../../shared/project/display.ts';
import { useProject } from '../../shared/project/project.tsx';
import { goToPassage } from '../../shared/project/wanted-passage.ts';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';

const words = wordsOf({
  ko: {
    title: '본문에서 찾기',
    field: '찾을 말',
    hint: '두 글자 이상, 또는 초성(ㅇㅅㅎ)으로 찾습니다.',
    none: '찾지 못했습니다.',
    summary: (hits: string, scenes: string, more: boolean) => `${scenes}개 장면에서 ${hits}곳${more ? ' 이상' : ''}`,
    asOf: (ago: string) => `${ago} 기준`,
  },
  en: {
    title: 'Find in the text',
    field: 'What to find',
    hint: 'Two syllables or more, or initial consonants (ㅇㅅㅎ).',
    none: 'Not found.',
    summary: (hits, scenes, more) => `${hits}${more ? ' or more' : ''} places in ${scenes} scenes`,
    asOf: (ago) => `as of ${ago}`,
  },
});

const REST_MS = 180;

/** Full-text search over the work: passages with the place they stand in. */
export function SearchSheet({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId, view } = useProject();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWanted(typed.normalize('NFC').trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery({
    queryKey: ['search', projectId, wanted],
    enabled: wanted.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    networkMode: 'always',
    queryFn: ({ signal }) => call(routes.search.find, { projectId, q: wanted, limit: 100 }, { signal }),
  });
  const placeOfHit = (hit: SearchHit) => {
    const scene = view.tree.get(hit.nodeId);
    return scene ? pathTextOf(rowOf(view, scene), view, locale) : hit.path.join(' › ');
  };
  const [now] = useState(() => new Date());
  return (
    <Sheet open wide onClose={onClose} title={t.title} initialFocus={field}>
      <TextField ref={field} label={t.field} type="search" value={typed} maxLength={200} onChange={(event) => setTyped(event.target.value)} hint={t.hint} autoComplete="off" />
      <div className="mt-4 min-h-24" aria-busy={found.isFetching}>
        {found.isError && (
          <p role="alert" className="m-0 text-sm text-bad">
            {problemText(found.error, locale)}
          </p>
        )}
        {wanted !== '' && found.data && (
          <>
            <p role="status" className="m-0 mb-2 text-xs text-ink-2">
              {found.data.items.length === 0 ? t.none : t.summary(countText(found.data.items.length, locale), countText(found.data.scenes, locale), found.data.more)} · {t.asOf(agoText(new Date(found.data.asOf), now, locale))}
            </p>
            <ul className="m-0 list-none p-0">
              {found.data.items.map((hit) => (
                <li key={`${hit.nodeId}:${hit.block}:${hit.offset}`}>
                  <button
                    type="button"
                    onClick={() => {
                      onClose();
                      goToPassage(projectId, { nodeId: hit.nodeId, block: hit.block, offset: hit.offset, text: hit.match });
                    }}
                    className="block min-h-11 w-full rounded px-3 py-2 text-left hover:bg-accent-soft"
                  >
                    <span className="block text-xs text-ink-2">{placeOfHit(hit)}</span>
                    <span className="block font-serif text-sm leading-relaxed">
                      {leadIn(hit)}
                      <mark className="rounded-sm bg-[var(--find)] text-ink">{hit.match}</mark>
                      {hit.after}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Sheet>
  );
}

/** What stands before a hit; where the line began earlier, from a whole word on. */
function leadIn({ before, offset }: SearchHit): string {
  return offset > before.length ? `…${before.replace(/^\S*\s+/, '')}` : before;
}
