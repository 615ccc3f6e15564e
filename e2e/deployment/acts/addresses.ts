import { demand, type House, passed } from '../house.ts';

const PROMISED = [
  ['http://localhost:3100/', 200],
  ['http://localhost/', 200],
  ['http://localhost:8100/api-docs', 200],
  ['http://localhost:8101/docs', 200],
  ['http://localhost/health', 200],
  ['http://localhost:3100/health', 200],
  ['http://localhost:8100/health', 200],
  ['http://localhost:8101/health', 200],
  ['http://localhost:8102/health', 200],
  ['http://localhost:8103/health', 200],
  ['http://localhost/api-docs', 200],
  ['http://localhost/ai/docs', 200],
  ['http://localhost/api/metrics', 404],
  ['http://localhost/.env', 404],
] as const;
const NOT_ROOT = ['cowrite-core', 'cowrite-sync', 'cowrite-compactor', 'cowrite-ai', 'cowrite-media', 'cowrite-frontend', 'cowrite-redis', 'cowrite-nginx'];

/** What the deployment promises to answer and to whom. */
export async function addresses(house: House): Promise<void> {
  for (const [address, status] of PROMISED) demand((await fetch(address)).status === status, `${address} answers ${status}`);
  passed('every address that the deployment promises answers, and no other');

  const others = (await house.run('docker', 'ps', '--format', '{{.Names}} {{.Ports}}')).split('\n').filter((line) => !line.startsWith('cowrite-nginx') && line.includes('0.0.0.0:'));
  demand(others.length === 0, `only nginx is reached from elsewhere: ${others.join(', ')}`);
  for (const name of NOT_ROOT) demand((await house.run('docker', 'exec', name, 'id', '-u')).trim() !== '0', `${name} is not root`);
  demand((await house.compose('exec', '-T', 'redis', 'redis-cli', 'ping')).includes('NOAUTH'), 'Redis asks for a password');
  passed('nothing but nginx listens beyond this machine, nobody is root, Redis asks for a password');
}
