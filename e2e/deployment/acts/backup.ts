import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { API, Crowd } from '../crowd.ts';
import { demand, type House, passed, seconds, until } from '../house.ts';
import { Painter } from '../painter.ts';

/**
 * Backed up while twenty people write and one brings pictures, destroyed to the last folder, restored: as it was at one moment of
 * the backup, with all that was acknowledged before it. Then they come back, and with them what they wrote since.
 */
export async function backup(house: House): Promise<void> {
  const crowd = await Crowd.gather();
  const { person } = crowd;
  const painter = await Painter.begin(person);
  const revoked = await person.call<{ id: string; token: string }>('POST', '/auth/tokens', { name: '거둘 것', scopes: ['*'], expiresInDays: 2 });
  await person.call('DELETE', `/auth/tokens/${revoked.id}`);

  const before = { lines: crowd.acknowledged(), pictures: painter.shown.length };
  const began = performance.now();
  passed((await house.cowrite('backup')).trim());
  const tookMs = performance.now() - began;
  const during = crowd.acknowledged().length - before.lines.length;
  demand(during > 0 && painter.shown.length > before.pictures, 'people wrote and brought pictures during the backup');
  await crowd.write();
  await painter.rest();
  const figures = await (await fetch('http://localhost:8100/metrics')).text();
  const age = Number(/^cowrite_backup_age_seconds\S* (\S+)$/m.exec(figures)?.[1]);
  demand(age < 60, `core tells how old the last backup is: ${age}`);

  crowd.keepOut();
  await house.destroy();
  const [file] = readdirSync(join(house.folder, 'backups'));
  const said = await house.cowrite('restore', '--verify', join('backups', file!));
  demand(/documents are equal/.test(said) && /files of pictures are equal/.test(said), `every document and picture is as the backup's moment had it: ${said}`);
  await house.cowrite('up');
  const lines = await crowd.linesOfMoment(before.lines);
  await painter.findAll(before.pictures);
  passed(
    `${during} lines and ${painter.shown.length - before.pictures} pictures came during the ${seconds(tookMs)} of it and after; restored: every document and picture equal, ${lines} lines of one moment, none of the ${before.lines.length} that were acknowledged before it missing, none twice`,
  );

  const { email, password } = person;
  const signIn = await fetch(`${API}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) });
  demand(signIn.status === 200, `one signs in as before: ${signIn.status}`);
  const withRevoked = await fetch(`${API}/auth/me`, { headers: { authorization: `Bearer ${revoked.token}` } });
  demand(withRevoked.status === 401, `what was revoked stays revoked: ${withRevoked.status}`);
  passed('its people sign in, what was revoked stays revoked');

  crowd.letIn();
  await until('everyone is back', () => crowd.writers.every(({ client }) => client.isUp));
  passed(`those who still had a page open brought back what the backup does not have: ${await crowd.rest()} lines, LOST 0 DUP 0`);
  demand((await house.cowrite('doctor')).includes('All is well.'), 'the doctor is content');
  passed('the doctor is content');
}
