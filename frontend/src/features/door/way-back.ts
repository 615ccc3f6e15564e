import type { User } from '@cowrite/contract';
import { rememberPerson } from '../../shared/person/known-person.ts';

/** Where to go after signing in: only a path of this studio, never another address. */
export function wayBack(search: string): string {
  const next = new URLSearchParams(search).get('next');
  return next && /^\/(?![/\\])/.test(next) ? next : '/shelf';
}

/** Someone is signed in now: the studio remembers who, and goes where they wanted to. */
export function enter(user: User, search = location.search): void {
  rememberPerson(user);
  location.assign(wayBack(search));
}
