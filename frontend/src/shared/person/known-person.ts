import type { User } from '@cowrite/contract';

/**
 * Who signed in on this browser last, kept so that the studio opens without the network (the cookies themselves are
 * out of a page's reach). It grants nothing: every call is answered by core's own judgement of the cookies.
 */
const KEY = 'cowrite.person';

export type KnownPerson = Pick<User, 'id' | 'name' | 'email' | 'locale'>;

/** The person this browser knows, or null. */
export function knownPerson(): KnownPerson | null {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === null ? null : (JSON.parse(stored) as KnownPerson);
  } catch {
    // Storage that refuses or holds something foreign is the same as a browser that knows nobody.
    return null;
  }
}

export function rememberPerson(person: KnownPerson): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ id: person.id, name: person.name, email: person.email, locale: person.locale }));
  } catch {
    // A browser that keeps nothing still works online; the writing surface warns about its storage by itself.
  }
}

export function forgetPerson(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept, so nothing is left behind.
  }
}
