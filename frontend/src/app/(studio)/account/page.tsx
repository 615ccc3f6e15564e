'use client';

import { AccountPage } from '../../../features/account/account-page.tsx';
import { usePerson } from '../../../shared/person/person.tsx';

export default function Page() {
  const state = usePerson({ required: true });
  return state.kind === 'signed-in' ? <AccountPage person={state.person} /> : null;
}
