'use client';

import { AssistResult, Citation, GlossaryTerm } from '@cowrite/contract';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { countText } from '../../shared/i18n/numbers.ts';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import type { Row, Run } from './assist-run.ts';
import { termsText } from './glossary.ts';
import { Listening, ListenTo, useListening } from './listening.tsx';
import { numbered } from './numbered.ts';
import { CitationLink } from './run-view.tsx';
import { words } from './words.ts';

export type RowsOf = 'translate' | 'storyboard' | 'script' | 'react' | 'research';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const isRow = (part: unknown): part is Row => typeof part === 'object' && part !== null && !('citations' in part);

/** The rows of a run: whole when it is over, else those that came. */
export function rowsOf(run: Run): readonly Row[] {
  const result = AssistResult.safeParse(run.assist?.result);
  return result.success && result.data.kind === 'rows' ? result.data.rows : run.parts.filter(isRow);
}

/** A table that a model made of the text, a card a row; what stands in the manuscript leads there. */
export function Rows({ feature, run, onDismiss }: { feature: RowsOf; run: Run; onDismiss: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const rows = rowsOf(run);
  const listening = useListening(run.assist?.id ?? null, rows);
  const copy = async () => {
    await navigator.clipboard.writeText(rows.map((row) => plain(feature, row).join('\t')).join('\n'));
    notify({ text: t.copied });
  };
  if (rows.length === 0) return null;
  return (
    <section aria-label={t[feature]} className="flex flex-col gap-3">
      {feature === 'react' && <p className="m-0 rounded bg-warn-soft px-3 py-2 text-sm">{t.simulated(countText(rows.length, locale))}</p>}
      <ol className="m-0 flex list-none flex-col gap-2 p-0">
        {numbered(rows).map(({ number, thing: row }) => (
          <li key={number} className="rounded-lg border border-line bg-surface p-3">
            <RowCard feature={feature} row={row} number={number} />
            {feature === 'script' && <ListenTo listening={listening} number={number} />}
          </li>
        ))}
      </ol>
      {feature === 'script' && <Listening listening={listening} />}
      {run.state !== 'running' && (
        <div className="flex gap-2">
          <Button onClick={() => void copy()}>{t.copy}</Button>
          <Button look="quiet" onClick={onDismiss}>
            {t.dismiss}
          </Button>
        </div>
      )}
    </section>
  );
}

function RowCard({ feature, row, number }: { feature: RowsOf; row: Row; number: number }) {
  const t = useWords(words);
  const locale = useLocale();
  const place = Citation.safeParse(row['place']);
  const missed = GlossaryTerm.array().safeParse(row['missed']);
  const [head, body, more] = parts(feature, row, { pause: (ms) => t.pause(countText(ms / 1_000, locale)), missing: t.segmentMissing, unverified: t.unverified });
  return (
    <>
      {head !== '' && <p className="m-0 text-xs text-ink-2">{head}</p>}
      <p className="m-0 font-serif text-base leading-relaxed whitespace-pre-wrap">
        {body}
        {place.success && <CitationLink number={number} span={place.data.span} />}
      </p>
      {more !== '' && <p className="m-0 mt-1 text-sm text-ink-2">{more}</p>}
      {missed.success && <p className="m-0 mt-2 rounded bg-warn-soft px-3 py-2 text-sm">{t.segmentMisses(termsText(missed.data))}</p>}
    </>
  );
}

/** What stands above, in and below a card. */
function parts(feature: RowsOf, row: Row, say: { pause: (ms: number) => string; missing: string; unverified: string }): [string, string, string] {
  const of = (key: string): string => textOf(row[key]);
  switch (feature) {
    case 'translate':
      return [of('source'), row['text'] === null ? say.missing : of('text'), ''];
    case 'storyboard':
      return [[`#${String(row['shot'] ?? '')}`, of('size')].filter(Boolean).join(' · '), of('picture'), of('sound')];
    case 'script':
      return [[of('speaker'), of('emotion')].filter(Boolean).join(' · '), of('line'), typeof row['pauseMs'] === 'number' && row['pauseMs'] > 0 ? say.pause(row['pauseMs']) : ''];
    case 'react':
      return [[of('reader'), of('feeling')].filter(Boolean).join(' · '), of('text'), ''];
    case 'research':
      return ['', of('claim'), row['verified'] === true ? `“${of('quote')}”` : say.unverified];
  }
}

const plain = (feature: RowsOf, row: Row): string[] => parts(feature, row, { pause: (ms) => `${ms} ms`, missing: '', unverified: '?' }).map((cell) => cell.replace(/\s+/g, ' '));
