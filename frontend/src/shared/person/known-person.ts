import { User } from '@cowrite/contract';
import { PERSON_STORAGE_KEY } from './someone-known.ts';

/**
 * Who signed in on this browser last, kept so that the studio opens without the network (the cookies themselves are
 * out of a page's reach). It grants nothing: every call is answered by core's own judgement of the cookies.
 */

const KnownPersonShape = User.pick({ id: true, name: true, email: true, locale: true });
export type KnownPerson = Pick<User, 'id' | 'name' | 'email' | 'locale'>;

/** What is kept, as text (the same until it changes), or null. */
export function knownPersonText(): string | null {
  try {
    return localStorage.getItem(PERSON_STORAGE_KEY);
  } catch {
    // Storage that refuses is the same as a browser that knows nobody.
    return null;
  }
}

/** The person in a kept text; null when there is none or it holds something foreign. */
export function personFrom(text: string | null): KnownPerson | null {
  if (text === null) return null;
  const parsed = KnownPersonShape.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Something foreign under our name: nobody is known.
    return null;
  }
}

export function rememberPerson(person: KnownPerson): void {
  try {
    localStorage.setItem(PERSON_STORAGE_KEY, JSON.stringify({ id: person.id, name: person.name, email: person.email, locale: person.locale }));
  } catch {
    // A browser that keeps nothing still works online; the writing surface warns about its storage by itself.
  }
}

export function forgetPerson(): void {
  try {
    localStorage.removeItem(PERSON_STORAGE_KEY);
  } catch {
    // Nothing was kept, so nothing is left behind.
  }
}
