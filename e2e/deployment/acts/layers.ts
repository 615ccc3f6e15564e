import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { demand, type House, passed } from '../house.ts';

const IMAGES = ['cowrite-core', 'cowrite-ai', 'cowrite-sync', 'cowrite-media', 'cowrite-frontend'];
const CANARY = 'a-secret-that-was-planted-before-building';
/** Stands in a file of a layer; where it is not found, the layers are written in a way in which nothing would be. */
const IN_A_LAYER = 'tickets are verified with core';

/** Lays secrets where an operator or a habit may have them, before anything is built. */
export function plantSecrets(house: House): void {
  for (const path of ['.env.local', 'backend/core/.env', 'frontend/.env.production', '.git/secret', 'nginx/ssl/privkey.pem']) house.write(path, `SECRET=${CANARY}\n`);
}

/** What was planted, and the settings of the house, are in no layer of any image. */
export async function layers(house: House): Promise<void> {
  const words = [CANARY, house.setting('JWT_SECRET'), house.setting('REDIS_PASSWORD'), IN_A_LAYER];
  const found = await wordsIn(IMAGES, words);
  demand(found.has(IN_A_LAYER), 'the layers can be read');
  for (const word of words.slice(0, -1)) demand(!found.has(word), 'no secret is in a layer of an image');
  passed('planted secrets and the settings are in no layer of any image');
}

/** Which of `words` stand anywhere in what `docker save` writes. */
async function wordsIn(images: readonly string[], words: readonly string[]): Promise<Set<string>> {
  const saving = spawn('docker', ['save', ...images], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(saving, 'exit');
  const longest = Math.max(...words.map((word) => word.length));
  const found = new Set<string>();
  let tail = Buffer.alloc(0);
  for await (const piece of saving.stdout as AsyncIterable<Buffer>) {
    // A word may lie across two pieces.
    const text = Buffer.concat([tail, piece]);
    for (const word of words) if (!found.has(word) && text.includes(word)) found.add(word);
    tail = text.subarray(-longest);
  }
  demand((await ended)[0] === 0, 'docker save ends well');
  return found;
}
