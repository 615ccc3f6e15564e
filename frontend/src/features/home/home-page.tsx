'use client';

import { Problem, routes } from '@cowrite/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { fieldProblem, problemText } from '../../shared/api/problem-text.ts';
import { agoText, countText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { calledOf, calledText, rowOf } from '../../shared/project/display.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { PlainPage, Section } from '../../shared/ui/plain-page.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { Cover } from './cover.tsx';

const words = wordsOf({
  ko: {
    progress: '얼마나 썼나',
    length: (count: string) => `${count}자`,
    episodes: (count: string) => `${count}화`,
    scenes: (count: string) => `장면 ${count}개`,
    done: (count: string) => `완성 ${count}개`,
    latest: '최근에 고친 글',
    nothing: '아직 쓴 글이 없습니다.',
    settings: '작품 설정',
    title: '제목',
    genre: '장르',
    description: '소개',
    goal: '한 회차의 목표 글자 수 (공백 포함)',
    paragraphs: '문단 모양',
    indent: '첫 줄 들여쓰기',
    spaced: '문단 사이 띄우기',
    save: '저장',
    saved: '설정을 저장했습니다.',
    ai: 'AI 도움',
    aiText: '처음에는 꺼져 있습니다. 켜도 동의한 사람의 글만, 보여 드린 그대로 나갑니다.',
    aiOpen: '살펴보고 정하기',
    away: '보관과 삭제',
    awayText: '보관한 작품은 읽을 수만 있고, 휴지통에 넣은 작품은 서가에서 되살릴 수 있습니다.',
    archive: '보관하기',
    trash: '휴지통에 넣기',
    restore: '되살리기',
    ask: '이 작품을 휴지통에 넣을까요?',
    askText: '함께 쓰는 사람들도 더 쓸 수 없게 됩니다. 서가의 휴지통에서 되살릴 수 있습니다.',
    cancel: '그만두기',
  },
  en: {
    progress: 'How far it is',
    length: (count) => `${count} characters`,
    episodes: (count) => `${count} episodes`,
    scenes: (count) => `${count} scenes`,
    done: (count) => `${count} done`,
    latest: 'Changed lately',
    nothing: 'Nothing written yet.',
    settings: 'Settings of the work',
    title: 'Title',
    genre: 'Genre',
    description: 'Description',
    goal: 'Characters an episode aims at (with spaces)',
    paragraphs: 'Paragraphs',
    indent: 'Indent first lines',
    spaced: 'Space between paragraphs',
    save: 'Save',
    saved: 'The settings are saved.',
    ai: 'Help by AI',
    aiText: 'Off to begin with. When it is on, only text of those who agreed leaves, exactly as it was shown.',
    aiOpen: 'Look and decide',
    away: 'Archive and delete',
    awayText: 'An archived work can only be read; one in the trash can be restored from the shelf.',
    archive: 'Archive',
    trash: 'Move to trash',
    restore: 'Restore',
    ask: 'Move this work to the trash?',
    askText: 'Those who write with you can no longer write either. It can be restored from the shelf’s trash.',
    cancel: 'Cancel',
  },
});

/** The work's own page: how far it is, what was changed lately, its settings. */
export function HomePage() {
  const t = useWords(words);
  const locale = useLocale();
  const { project, projectId, nodes, view, lengthsNow, may } = useProject();
  const chapters = nodes.filter((node) => node.kind === 'chapter');
  const total = view.scenes.reduce((sum, scene) => sum + ((lengthsNow.get(scene.documentId) ?? scene.lengths)?.withSpaces ?? 0), 0);
  const latest = view.scenes.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)).slice(0, 6);
  const [now] = useState(() => new Date());
  return (
    <PlainPage title={project.title} {...(project.description ? { text: project.description } : {})}>
      <Section title={t.progress}>
        <p className="m-0 text-lg tabular-nums">{t.length(countText(total, locale))}</p>
        <p className="m-0 mt-1 text-sm text-ink-2 tabular-nums">
          {[t.episodes(countText(chapters.length, locale)), t.scenes(countText(view.scenes.length, locale)), t.done(countText(view.scenes.filter((scene) => rowOf(view, scene).status === 'done').length, locale))].join(' · ')}
        </p>
      </Section>
      <Section title={t.latest}>
        {latest.length === 0 ? (
          <p className="m-0 text-sm text-ink-2">{t.nothing}</p>
        ) : (
          <ul className="m-0 list-none divide-y divide-line border-y border-line p-0">
            {latest.map((scene) => (
              <li key={scene.id}>
                <button type="button" className="flex min-h-11 w-full items-center justify-between gap-3 py-2 text-left text-sm hover:bg-accent-soft" onClick={() => goTo(projectId, { kind: 'scene', nodeId: scene.id })}>
                  <span className="truncate">{calledText(calledOf(rowOf(view, scene), view, locale)) || scene.title}</span>
                  <time dateTime={scene.updatedAt} title={exactTime(new Date(scene.updatedAt), locale)} className="shrink-0 text-xs text-ink-2">
                    {agoText(new Date(scene.updatedAt), now, locale)}
                  </time>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Cover />
      {may('project.manage') && <Settings key={project.rev} />}
    </PlainPage>
  );
}

function Settings() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const { project, projectId, reread } = useProject();
  const [title, setTitle] = useState(project.title);
  const [genre, setGenre] = useState(project.genre);
  const [description, setDescription] = useState(project.description);
  const [goal, setGoal] = useState(String(project.settings.episodeGoal ?? 5_000));
  const [paragraphs, setParagraphs] = useState<'indent' | 'spaced'>(project.settings.paragraphs ?? 'indent');
  const [asking, setAsking] = useState(false);
  const fail = (failure: unknown) => {
    notify({ text: problemText(failure, locale), kind: 'bad' });
    if (failure instanceof Problem && failure.code === 'stale-revision') void reread();
  };
  const save = useMutation({
    mutationFn: () => call(routes.projects.update, { projectId, title, genre, description, settings: { ...project.settings, episodeGoal: Math.min(100_000, Math.max(0, Math.round(Number(goal) || 0))), paragraphs }, rev: project.rev }),
    onSuccess: async () => {
      notify({ text: t.saved });
      await reread();
    },
    onError: fail,
  });
  const turn = useMutation({
    mutationFn: (to: 'archive' | 'trash' | 'restore') => call(routes.projects[to], { projectId }),
    onSuccess: async (_, to) => {
      setAsking(false);
      if (to === 'trash') location.assign('/shelf');
      else await reread();
    },
    onError: fail,
  });
  return (
    <>
      <Section title={t.settings}>
        <form
          className="flex max-w-lg flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <TextField label={t.title} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} problem={fieldProblem(save.error, 'title', locale)} />
          <TextField label={t.genre} value={genre} maxLength={40} onChange={(event) => setGenre(event.target.value)} />
          <div className="flex flex-col gap-1.5">
            <label htmlFor="description" className="text-sm font-medium">
              {t.description}
            </label>
            <textarea id="description" rows={4} maxLength={5_000} value={description} onChange={(event) => setDescription(event.target.value)} className="rounded border border-line-2 bg-surface px-3 py-2 text-base text-ink md:text-sm" />
          </div>
          <TextField label={t.goal} inputMode="numeric" value={goal} onChange={(event) => setGoal(event.target.value.replace(/\D/g, ''))} />
          <SelectField
            label={t.paragraphs}
            value={paragraphs}
            onChoose={setParagraphs}
            options={[
              { value: 'indent', name: t.indent },
              { value: 'spaced', name: t.spaced },
            ]}
          />
          <div>
            <Button look="primary" type="submit" disabled={save.isPending || title.trim() === ''}>
              {t.save}
            </Button>
          </div>
        </form>
      </Section>
      <Section title={t.ai} text={t.aiText}>
        <Button onClick={() => goTo(projectId, { kind: 'ai' })}>{t.aiOpen}</Button>
      </Section>
      <Section title={t.away} text={t.awayText}>
        <div className="flex flex-wrap gap-2">
          {project.state === 'active' ? (
            <Button disabled={turn.isPending} onClick={() => turn.mutate('archive')}>
              {t.archive}
            </Button>
          ) : (
            <Button disabled={turn.isPending} onClick={() => turn.mutate('restore')}>
              {t.restore}
            </Button>
          )}
          {project.state !== 'trashed' && (
            <Button look="danger" disabled={turn.isPending} onClick={() => setAsking(true)}>
              {t.trash}
            </Button>
          )}
        </div>
      </Section>
      <Sheet open={asking} onClose={() => setAsking(false)} title={t.ask} description={t.askText}>
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={() => setAsking(false)}>
            {t.cancel}
          </Button>
          <Button look="danger" disabled={turn.isPending} onClick={() => turn.mutate('trash')}>
            {t.trash}
          </Button>
        </div>
      </Sheet>
    </>
  );
}
