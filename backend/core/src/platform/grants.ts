import { type Ability, may, type ProjectId, type Role, type Route, type SignInId, type TokenId, type UserId } from '@cowrite/contract';

/** What a request proved itself with; sockets that come from it live no longer than it. */
type Credential = { kind: 'sign-in'; id: SignInId } | { kind: 'token'; id: TokenId };

/** Someone whom the guard did not ask who they are. */
export interface Visitor {
  readonly kind: 'visitor';
}

/** Someone signed in. */
export interface SignedIn {
  readonly userId: UserId;
  readonly credential: Credential;
}

declare const minted: unique symbol;

/** The right to do `A` in one project. Only the guard makes one, so a use case that demands it cannot be called without. */
export interface Granted<A extends Ability> extends SignedIn {
  readonly [minted]: A;
  readonly projectId: ProjectId;
  readonly role: Role;
}

/** What the guard hands to a route's handler. */
export type AccessOf<R extends Route> = R['access'] extends { kind: 'public' } ? Visitor : R['access'] extends { kind: 'account' } ? SignedIn : R['access'] extends { kind: 'project'; needs: infer A extends Ability } ? Granted<A> : never;

/** The right to do `ability`, or null when `role` is too small for it. For the guard alone. */
export function mint<A extends Ability>(ability: A, who: SignedIn, projectId: ProjectId, role: Role): Granted<A> | null {
  if (!may(role, ability)) return null;
  return { ...who, projectId, role } as Granted<A>;
}
