'use client';

import { type NodeId, routes } from '@cowrite/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { agoText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { PlainPage } from '../../shared/ui/plain-page.tsx';
import { EmptyState, FailedState, Skeleton } from '../../shared/ui/state.tsx';

const words = wordsOf({
  ko: {
    title: '휴지통',
    text: '지운 회차와 장면입니다. 되살리면 있던 자리로 돌아갑니다.',
    empty: '휴지통이 비어 있습니다',
    restore: '되살리기',
    restored: '되살렸습니다.',
    retry: '다시 시도',
    gone: (ago: string) => `${ago} 지움`,
    series: '시리즈',
    part: '부',
    chapter: '회차',
    scene: '장면',
  },
  en: {
    title: 'Trash',
    text: 'Deleted episodes and scenes. Restored ones go back to where they were.',
    empty: 'The trash is empty',
    restore: 'Restore',
    restored: 'Restored.',
    retry: 'Try again',
    gone: (ago) => `deleted ${ago}`,
    series: 'Series',
    part: 'Part',
    chapter: 'Episode',
    scene: 'Scene',
  },
});

/** What was put in the trash of this work, and the way back. */
export function TrashPage() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const { projectId, may, reread } = useProject();
  const key = ['trash', projectId];
  const trash = useQuery({ queryKey: key, queryFn: async () => (await call(routes.outline.trashed, { projectId })).nodes, staleTime: 0, networkMode: 'always' });
  const restore = useMutation({
    mutationFn: (nodeId: NodeId) => call(routes.outline.restore, { projectId, nodeIds: [nodeId] }),
    onSuccess: async () => {
      notify({ text: t.restored });
      await Promise.all([queries.invalidateQueries({ queryKey: key }), reread()]);
    },
    onError: (failure) => notify({ text: problemText(failure, locale), kind: 'bad' }),
  });
  const [now] = useState(() => new Date());
  return (
    <PlainPage title={t.title} text={t.text}>
      {trash.isError && !trash.data ? (
        <FailedState text={problemText(trash.error, locale)} retryName={t.retry} onRetry={() => void trash.refetch()} />
      ) : !trash.data ? (
        <Skeleton lines={4} />
      ) : trash.data.length === 0 ? (
        <EmptyState title={t.empty} />
      ) : (
        <ul className="m-0 list-none divide-y divide-line border-y border-line p-0">
          {trash.data.map((node) => (
            <li key={node.id} className="flex min-h-14 items-center gap-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="m-0 truncate text-sm font-medium">{node.title}</p>
                <p className="m-0 text-xs text-ink-2">
                  {t[node.kind]}
                  {node.trashedAt && (
                    <time dateTime={node.trashedAt} title={exactTime(new Date(node.trashedAt), locale)}>
                      {` · ${t.gone(agoText(new Date(node.trashedAt), now, locale))}`}
                    </time>
                  )}
                </p>
              </div>
              {may('story.write') && (
                <Button disabled={restore.isPending} onClick={() => restore.mutate(node.id)}>
                  {t.restore}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </PlainPage>
  );
}
