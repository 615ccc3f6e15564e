import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand, type House, passed, seconds } from '../house.ts';

/** What the page says to give in the settings, by the words that stand there. */
function fillIn(house: House): void {
  const random = () => randomBytes(32).toString('base64url');
  let left = 5;
  const settings = readFileSync(join(house.folder, '.env'), 'utf8')
    .replace(/^#(?=[A-Z_]+=)/gm, (mark) => (left-- > 0 ? '' : mark))
    .replace('#COMPOSE_PROFILES=db', 'COMPOSE_PROFILES=db')
    .replace('@host.docker.internal', '@db')
    .replaceAll('your_secure_password', random())
    .replaceAll('your_redis_password_here', random())
    .replace('your_very_long_and_secure_jwt_secret_key_here', random());
  house.write('.env', settings);
}

/** A house by the README: its lines for docker-compose in their order, as someone types them who knows nothing else. */
export async function founding(house: House): Promise<void> {
  const section = /^## With docker-compose\n(.*?)^## /ms.exec(readFileSync(join(house.folder, 'README.md'), 'utf8'))![1]!;
  const lines = /^```sh\n(.*?)^```/ms.exec(section)![1]!.trim().split('\n');
  for (const line of lines) {
    const began = performance.now();
    // Nobody is there to press Ctrl-C.
    if (line.endsWith('logs -f')) demand((await house.attempt('timeout', '-s', 'INT', '5', ...line.split(' '))).said.includes('listening'), `${line} shows what is logged`);
    else await house.run('sh', '-c', line);
    if (line.startsWith('cp ')) fillIn(house);
    if (line.includes('up -d')) {
      await house.ready();
      passed(`an empty folder is a house by the README in ${seconds(performance.now() - began)}`);
    }
  }
  passed(`each line of the README works the first time: ${lines.join('; ')}`);
  await house.compose('up', '-d');
  await house.ready();
}
