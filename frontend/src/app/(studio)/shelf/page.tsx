'use client';

import { Shelf } from '../../../features/shelf/shelf.tsx';
import { usePerson } from '../../../shared/person/person.tsx';

export default function Page() {
  const state = usePerson({ required: true });
  return state.kind === 'signed-in' ? <Shelf person={state.person} /> : null;
}
