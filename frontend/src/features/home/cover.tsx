'use client';

import { routes } from '@cowrite/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ImagePlus } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { PICTURE_TYPES } from '../../shared/media/picture-types.ts';
import { PictureView } from '../../shared/media/picture-view.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Section } from '../../shared/ui/plain-page.tsx';

const words = wordsOf({
  ko: {
    cover: '표지',
    of: (title: string) => `${title} 표지`,
    hint: 'JPEG, PNG, WebP, AVIF 그림 한 장, 10 MB까지. 찍은 곳 같은 정보는 지우고 담습니다.',
    choose: '표지 고르기',
    replace: '다른 그림으로',
    remove: '표지 빼기',
    cancel: '그만두기',
    sending: (percent: number) => `올리는 중 ${percent}%`,
    making: '그림을 다듬는 중',
    set: '표지를 걸었습니다.',
    removed: '표지를 뺐습니다.',
  },
  en: {
    cover: 'Cover',
    of: (title) => `Cover of ${title}`,
    hint: 'One JPEG, PNG, WebP or AVIF picture, up to 10 MB. Where it was taken and the like is removed.',
    choose: 'Choose a cover',
    replace: 'Replace',
    remove: 'Remove',
    cancel: 'Cancel',
    sending: (percent) => `Uploading ${percent}%`,
    making: 'Preparing the picture',
    set: 'The cover is set.',
    removed: 'The cover was removed.',
  },
});

/** The cover of the work: everyone sees it, and whoever may rename the work hangs another or takes it down. */
export function Cover() {
  const t = useWords(words);
  const { project, projectId, may } = useProject();
  const coverId = project.coverId ?? null;
  const cover = useQuery({ queryKey: ['picture', projectId, coverId], queryFn: () => call(routes.media.read, { projectId, blobId: coverId! }), enabled: coverId !== null });
  const mayChange = may('project.manage') && project.state !== 'trashed';
  if (coverId === null && !mayChange) return null;
  return (
    <Section title={t.cover} {...(mayChange ? { text: t.hint } : {})}>
      <div className="flex flex-wrap items-end gap-5">
        {coverId !== null && (
          <div className="w-40 overflow-hidden rounded border border-line bg-surface">
            {cover.data ? <PictureView picture={cover.data} alt={t.of(project.title)} sizes="160px" className="block h-auto w-full" onStale={() => void cover.refetch()} /> : <div className="aspect-[3/4]" />}
          </div>
        )}
        {mayChange && <ChangeCover hasOne={coverId !== null} />}
      </div>
    </Section>
  );
}

function ChangeCover({ hasOne }: { hasOne: boolean }) {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const { projectId, reread } = useProject();
  const chooser = useRef<HTMLInputElement>(null);
  const given = useRef<AbortController | null>(null);
  const [share, setShare] = useState(0);
  const label = useId();
  useEffect(() => () => given.current?.abort(), []);

  const changed = async (text: string) => {
    notify({ text });
    void queries.invalidateQueries({ queryKey: ['shelf'] });
    await reread();
  };
  const hang = useMutation({
    mutationFn: async (file: File) => {
      const abort = (given.current = new AbortController());
      setShare(0);
      const { bringPicture } = await import('../../shared/media/bring-picture.ts');
      const coverId = await bringPicture({ file, projectId, kind: 'cover', onProgress: setShare, signal: abort.signal });
      await call(routes.projects.update, { projectId, coverId });
    },
    onSuccess: () => changed(t.set),
  });
  const remove = useMutation({ mutationFn: () => call(routes.projects.update, { projectId, coverId: null }), onSuccess: () => changed(t.removed) });
  const failure = given.current?.signal.aborted ? remove.error : (hang.error ?? remove.error);

  return (
    <div className="flex min-w-52 flex-1 flex-col gap-3">
      <input
        ref={chooser}
        type="file"
        accept={PICTURE_TYPES}
        // The button is what people and readers of the screen meet.
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file may be chosen again after a failure.
          event.target.value = '';
          if (file) hang.mutate(file);
        }}
      />
      {hang.isPending ? (
        <div className="flex flex-col gap-2">
          <span id={label} className="text-sm text-ink-2 tabular-nums">
            {share < 1 ? t.sending(Math.round(share * 100)) : t.making}
          </span>
          <progress aria-labelledby={label} className="h-1.5 w-full max-w-xs accent-accent" max={1} {...(share < 1 ? { value: share } : {})} />
          <div>
            <Button look="quiet" onClick={() => given.current?.abort()}>
              {t.cancel}
            </Button>
          </div>
        </div>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => chooser.current?.click()}>
            <ImagePlus size={16} aria-hidden />
            {hasOne ? t.replace : t.choose}
          </Button>
          {hasOne && (
            <Button look="quiet" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {t.remove}
            </Button>
          )}
        </div>
      )}
      {failure && !hang.isPending && (
        <p role="alert" className="m-0 text-sm text-bad">
          {problemText(failure, locale)}
        </p>
      )}
    </div>
  );
}
