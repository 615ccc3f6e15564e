'use client';

import { assists, type AssistTask, type UserId } from '@cowrite/contract';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { callAi } from '../../shared/api/call-ai.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { Skeleton } from '../../shared/ui/state.tsx';
import { costText } from './cost.ts';
import { numbered } from './numbered.ts';
import { PROVIDER_NAMES, words } from './words.ts';

/** Everything that would be sent, to the word; what is taken out is not sent, and what is sent is what stands here. */
export function PacketSheet({ task, onClose, onSend }: { task: AssistTask; onClose: () => void; onSend: (packetId: string) => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId, members, ai } = useProject();
  const [without, setWithout] = useState<readonly string[]>([]);
  const asked = useQuery({
    queryKey: ['packet', projectId, task, without],
    queryFn: ({ signal }) => callAi(assists.packet, projectId, { projectId, task, without }, { signal }),
    // Made for this look at it: another look makes another.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const namesOf = (of: readonly UserId[]) => of.map((userId) => members.find((member) => member.userId === userId)?.name ?? '?').join(', ');
  const packet = asked.data;
  return (
    <Sheet open wide onClose={onClose} title={t.packetTitle} {...(packet ? { description: t.packetText(PROVIDER_NAMES[packet.provider]) } : {})}>
      {asked.isPending && <Skeleton lines={5} />}
      {asked.isError && (
        <p role="alert" className="m-0 text-sm text-bad">
          {problemText(asked.error, locale)}
        </p>
      )}
      {packet && (
        <div className="flex flex-col gap-4">
          {ai?.byMeaning && (task.feature === 'ask' || task.feature === 'simulate') && <p className="m-0 rounded bg-warn-soft px-3 py-2 text-sm">{t.packetMeaning}</p>}
          <Told title={t.rules} text={packet.rules} isFolded />
          {packet.items.map((item) => (
            <section key={item.id} aria-label={item.title} className="rounded border border-line p-3">
              <div className="flex items-start gap-2">
                <div className="min-w-0 flex-1">
                  <h3 className="m-0 text-sm font-medium">{item.title}</h3>
                  <p className="m-0 text-xs text-ink-2">{[t.cost(countText(item.tokens, locale), ''), item.of.length > 0 ? t.by(namesOf(item.of)) : ''].filter(Boolean).join(' · ')}</p>
                </div>
                {item.id !== 'before' && item.id !== 'selection' && (
                  <IconButton label={`${t.remove}: ${item.title}`} onClick={() => setWithout([...without, item.id])}>
                    <X size={16} aria-hidden />
                  </IconButton>
                )}
              </div>
              <p className="m-0 mt-2 font-serif text-sm leading-relaxed whitespace-pre-wrap">{item.text}</p>
            </section>
          ))}
          <Told title={t.request} text={packet.request} />
          {packet.dropped.length > 0 && <LeftOut title={t.dropped} names={packet.dropped.map(({ title }) => title)} />}
          {packet.withheld.length > 0 && <LeftOut title={t.withheld} names={packet.withheld.map(({ title, of }) => [title, of.map(({ name }) => name).join(', ')].filter(Boolean).join(' — '))} />}
          <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-3">
            <p className="m-0 text-sm text-ink-2 tabular-nums">
              {(packet.tokensExact ? t.total : t.totalAbout)(countText(packet.tokens, locale))} · {packet.costMost === null ? t.noPrice : t.most(costText(packet.costMost, packet.currency, locale))}
            </p>
            <div className="flex gap-2">
              <Button look="quiet" onClick={onClose}>
                {t.cancel}
              </Button>
              <Button look="primary" onClick={() => onSend(packet.id)}>
                {t.send}
              </Button>
            </div>
          </div>
        </div>
      )}
    </Sheet>
  );
}

function Told({ title, text, isFolded = false }: { title: string; text: string; isFolded?: boolean }) {
  return (
    <details open={!isFolded} className="rounded border border-line p-3">
      <summary className="cursor-pointer text-sm font-medium">{title}</summary>
      <p className="m-0 mt-2 text-sm leading-relaxed whitespace-pre-wrap text-ink-2">{text}</p>
    </details>
  );
}

function LeftOut({ title, names }: { title: string; names: readonly string[] }) {
  return (
    <section>
      <h3 className="m-0 text-sm font-medium">{title}</h3>
      <ul className="m-0 mt-1 list-disc pl-5 text-sm text-ink-2">
        {numbered(names).map(({ number, thing: name }) => (
          <li key={number}>{name}</li>
        ))}
      </ul>
    </section>
  );
}
