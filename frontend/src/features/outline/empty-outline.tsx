'use client';

import { PenLine } from 'lucide-react';
import { useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { EmptyState } from '../../shared/ui/state.tsx';
import { useOutlineActs } from './outline-acts.ts';

const words = wordsOf({
  ko: { title: '첫 문장을 기다리는 작품입니다', text: '바로 쓰기 시작해도 되고, 써 둔 원고를 가져와도 됩니다.', write: '1화 쓰기', import: '원고 가져오기', reader: '아직 올라온 글이 없습니다.' },
  en: { title: 'A work waiting for its first sentence', text: 'Begin to write, or import what you have.', write: 'Write episode 1', import: 'Import a manuscript', reader: 'Nothing has been written yet.' },
});

/** A work without a scene: one button to the first sentence. */
export function EmptyOutline() {
  const t = useWords(words);
  const { projectId, may } = useProject();
  const acts = useOutlineActs();
  if (!may('story.write')) return <EmptyState title={t.reader} />;
  return (
    <EmptyState title={t.title} text={t.text}>
      <Button look="primary" onClick={() => acts.addChapter()}>
        <PenLine size={16} aria-hidden />
        {t.write}
      </Button>
      <Button onClick={() => goTo(projectId, { kind: 'import' })}>{t.import}</Button>
    </EmptyState>
  );
}
