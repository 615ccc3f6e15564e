import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Person } from '../../../bench/people.ts';
import { StudioClient } from '../../../bench/studio-client.ts';
import { demand, type House, passed } from '../house.ts';

/** TLS with a certificate of one's own, by the words of docs/ops/install.md. */
export async function tls(house: House): Promise<void> {
  await house.run(
    'openssl',
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    'nginx/ssl/privkey.pem',
    '-out',
    'nginx/ssl/fullchain.pem',
  );
  await house.run('chmod', '644', 'nginx/ssl/privkey.pem');
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(join(house.folder, 'nginx/ssl/fullchain.pem'), 'utf8')]);
  const takeBack = house.set({ FRONTEND_URL: 'https://localhost', COWRITE_SERVER_NAMES: 'localhost', COMPOSE_FILE: 'docker-compose.yml:docker-compose.override.yml:docker-compose.tls.yml' });
  demand((await house.cowrite('up')).includes('https://localhost'), 'it says its address');

  demand((await fetch('https://localhost/')).status === 200, 'https answers');
  const page = await fetch('http://localhost/shelf', { redirect: 'manual' });
  demand(page.status === 308 && page.headers.get('location') === 'https://localhost/shelf', `http sends pages on: ${page.status} ${page.headers.get('location')}`);
  demand((await fetch('http://localhost/api/auth/me')).status === 403, 'a program in the clear is refused');
  const registered = await fetch('https://localhost/api/auth/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `tls-${Date.now()}@example.com`, password: '달빛 골목의 열쇠 7', name: '마루' }),
  });
  const cookies = registered.headers.getSetCookie();
  demand(cookies.length > 0 && cookies.every((cookie) => cookie.startsWith('__Host-') && cookie.includes('; Secure')), `the cookies are for TLS alone: ${cookies.join()}`);

  const person = await Person.register('https://localhost/api', '바다');
  const projectId = await person.project('자물쇠');
  const { documentId } = await person.scene(projectId, '1화');
  const client = new StudioClient({ syncUrl: 'https://localhost/ws', documentId, ticket: () => person.projectTicket(projectId) });
  await client.saved();
  client.stop();
  passed('TLS with files of one’s own: https and wss answer, http is sent on, cookies are Secure');
  takeBack();
  await house.compose('-f', 'docker-compose.yml', '-f', 'docker-compose.override.yml', 'up', '-d');
}
