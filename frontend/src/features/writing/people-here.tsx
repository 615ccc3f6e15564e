'use client';

import { useWords } from '../../shared/i18n/words.tsx';
import type { Person } from '../../shared/live/live.ts';
import { words } from './words.ts';

/** Who else is in this scene; a click follows their caret. */
export function PeopleHere({ people, followed, onFollow }: { people: readonly Person[]; followed: number | null; onFollow: (clientId: number | null) => void }) {
  const t = useWords(words);
  if (people.length === 0) return null;
  return (
    <ul className="m-0 flex list-none items-center gap-1 p-0">
      {people.slice(0, 6).map((person) => {
        const on = followed === person.clientId;
        return (
          <li key={person.clientId}>
            <button
              type="button"
              aria-pressed={on}
              aria-label={on ? t.unfollow(person.name) : t.follow(person.name)}
              title={person.name}
              onClick={() => onFollow(on ? null : person.clientId)}
              className="inline-flex min-h-11 items-center gap-1.5 rounded-full px-1.5 text-xs text-ink-2 hover:bg-accent-soft aria-pressed:bg-accent-soft aria-pressed:text-ink md:min-h-8"
            >
              <span aria-hidden className="inline-flex size-6 items-center justify-center rounded-full text-[12px] font-semibold text-paper" style={{ background: `var(--person-${person.colour})` }}>
                {[...person.name][0]}
              </span>
              <span className="hidden max-w-24 truncate lg:inline">{person.name}</span>
            </button>
          </li>
        );
      })}
      {people.length > 6 && <li className="text-xs text-ink-2">+{people.length - 6}</li>}
    </ul>
  );
}
