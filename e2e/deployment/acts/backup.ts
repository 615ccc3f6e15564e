import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { API, type Crowd } from '../crowd.ts';
import { demand, type House, passed } from '../house.ts';

/** Backed up, destroyed to the last folder, restored: every document is equal and its people sign in. */
export async function backup(house: House, crowd: Crowd): Promise<void> {
  const revoked = await crowd.person.call<{ id: string; token: string }>('POST', '/auth/tokens', { name: '거둘 것', scopes: ['*'], expiresInDays: 2 });
  await crowd.person.call('DELETE', `/auth/tokens/${revoked.id}`);
  passed((await house.cowrite('backup')).trim());
  const figures = await (await fetch('http://localhost:8100/metrics')).text();
  const age = Number(/^cowrite_backup_age_seconds\S* (\S+)$/m.exec(figures)?.[1]);
  demand(age < 60, `core tells how old the last backup is: ${age}`);
  await house.destroy();
  const [file] = readdirSync(join(house.folder, 'backups'));
  demand((await house.cowrite('restore', '--verify', join('backups', file!))).includes('are equal'), 'every document is as it was backed up');
  await house.cowrite('up');
  await crowd.find();
  const { email, password } = crowd.person;
  const signIn = await fetch(`${API}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) });
  demand(signIn.status === 200, `one signs in as before: ${signIn.status}`);
  const withRevoked = await fetch(`${API}/auth/me`, { headers: { authorization: `Bearer ${revoked.token}` } });
  demand(withRevoked.status === 401, `what was revoked stays revoked: ${withRevoked.status}`);
  passed('destroyed and restored: every document equal, its text whole, its people sign in, what was revoked stays revoked');
  demand((await house.cowrite('doctor')).includes('All is well.'), 'the doctor is content');
  passed('the doctor is content');
}
