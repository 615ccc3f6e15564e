import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostDatabase } from '../host-database.ts';
import { demand, type House, passed, seconds } from '../house.ts';

/** Another network than the one it comes with: what reads it from .env and what does not would not meet. */
const ELSEWHERE = { COWRITE_SUBNET: '172.29.86.0/24', COWRITE_SUBNET_DYNAMIC: '172.29.86.128/25', COWRITE_NGINX_ADDRESS: '172.29.86.10' };

/** What the page says to give in the settings, by the words that stand there. `bringsDatabase`: there is none on the machine. */
function fillIn(house: House, bringsDatabase: boolean): void {
  const random = () => randomBytes(32).toString('base64url');
  let left = 5;
  let settings = readFileSync(join(house.folder, '.env'), 'utf8')
    .replace(/^#(?=[A-Z_]+=)/gm, (mark) => (left-- > 0 ? '' : mark))
    .replaceAll('your_secure_password', random())
    .replaceAll('your_redis_password_here', random())
    .replace('your_very_long_and_secure_jwt_secret_key_here', random());
  if (bringsDatabase) settings = settings.replace('#COMPOSE_PROFILES=db', 'COMPOSE_PROFILES=db').replace('@host.docker.internal', '@db');
  house.write('.env', settings);
  if (!bringsDatabase) house.set(ELSEWHERE);
}

/**
 * A house by the README: its lines for docker-compose in their order, as someone types them who knows nothing else. With a
 * database of the machine also those that prepare it, where the page says that they come.
 */
export async function founding(house: House, database?: HostDatabase): Promise<void> {
  const section = /^## With docker-compose\n(.*?)^## /ms.exec(readFileSync(join(house.folder, 'README.md'), 'utf8'))![1]!;
  const [lines, ofTheDatabase] = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map((block) => block[1]!.trim().split('\n')) as [string[], string[]];
  for (const line of lines) {
    const began = performance.now();
    // Nobody is there to press Ctrl-C.
    if (line.endsWith('logs -f')) demand((await house.attempt('timeout', '-s', 'INT', '5', ...line.split(' '))).said.includes('listening'), `${line} shows what is logged`);
    else await house.run('sh', '-c', line);
    if (line.startsWith('cp ')) fillIn(house, database === undefined);
    if (line.startsWith('chmod ')) await database?.prepare(house, ofTheDatabase);
    if (line.includes('up -d')) {
      await house.ready();
      passed(`an empty folder is a house by the README${database ? `, with ${database.what}` : ''}, in ${seconds(performance.now() - began)}`);
    }
  }
  passed(`each line of the README works the first time: ${[...lines, ...(database ? ofTheDatabase : [])].join('; ')}`);
  await house.compose('up', '-d');
  await house.ready();
}
