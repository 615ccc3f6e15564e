'use client';

import { useCallback, useEffect, useId, useRef, useState } from 'react';
import { problemText } from '../../shared/api/problem-text.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { bringImage } from './pictures.ts';
import type { HeldStretch, SceneView } from './scene-view.ts';
import { words } from './words.ts';

/** Pictures on their way into a scene, one after the other; the text can be written meanwhile. */
export function useBringing(projectId: string, scene: React.RefObject<SceneView | null>): { bring: (files: readonly File[], place: HeldStretch) => void; progress: React.ReactNode } {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const [on, setOn] = useState<{ share: number; abort: AbortController } | null>(null);
  const chain = useRef<Promise<void>>(Promise.resolve());
  const given = useRef<AbortController | null>(null);
  useEffect(() => () => given.current?.abort(), []);
  const label = useId();

  const bring = useCallback(
    (files: readonly File[], place: HeldStretch) => {
      const one = async (file: File) => {
        const abort = (given.current = new AbortController());
        setOn({ share: 0, abort });
        try {
          const picture = await bringImage({ file, projectId, onProgress: (share) => setOn({ share, abort }), signal: abort.signal });
          if (!scene.current?.insertPicture(place, picture)) notify({ text: t.pictureNoPlace, kind: 'bad' });
        } catch (failure) {
          if (!abort.signal.aborted) notify({ text: problemText(failure, locale), kind: 'bad' });
        } finally {
          setOn(null);
        }
      };
      for (const file of files) chain.current = chain.current.then(() => one(file));
    },
    [projectId, scene, notify, t, locale],
  );
  const progress = on && (
    <section aria-label={t.pictureComing} className="no-print fixed inset-x-4 bottom-24 z-40 flex items-center gap-3 rounded-lg border border-line-2 bg-surface p-3 shadow-sheet md:inset-x-auto md:right-6 md:bottom-14 md:w-80">
      <div className="min-w-0 flex-1">
        <span id={label} className="block text-sm">
          {t.pictureComing}
        </span>
        <progress aria-labelledby={label} className="mt-1.5 h-1.5 w-full accent-accent" max={1} {...(on.share < 1 ? { value: on.share } : {})} />
      </div>
      <Button look="quiet" onClick={() => on.abort.abort()}>
        {t.cancel}
      </Button>
    </section>
  );
  return { bring, progress };
}
