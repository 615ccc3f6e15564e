import { routes } from '@cowrite/contract';
import { call } from '../api/call.ts';
import { wipePerson } from '../project/studio-store.ts';
import { forgetPerson } from './known-person.ts';

/**
 * Signs out of this browser: core ends the sign-in, then everything this device keeps of the person goes.
 * @throws TypeError without the network: a sign-in that cannot be ended must not look ended.
 */
export async function signOut(userId: string): Promise<void> {
  await call(routes.accounts.logout, {});
  forgetPerson();
  await wipePerson(userId).catch(() => {
    // A database that another tab still holds is deleted by the browser when that tab lets go.
  });
  const worker = navigator.serviceWorker?.controller;
  worker?.postMessage({ type: 'signed-out' });
}
