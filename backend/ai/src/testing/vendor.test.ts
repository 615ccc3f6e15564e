import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '@cowrite/service-kit';
import { expect, test } from 'vitest';
import { anthropicModel } from '../models/anthropic.ts';
import { allOf } from './all-of.ts';

test('the stand-in runs as a process of its own, is told what to say, and tells what it heard', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'vendor-main.ts'), String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    await once(child.stderr, 'data');
    const url = `http://127.0.0.1:${port}`;
    await fetch(`${url}/script`, { method: 'PUT', body: JSON.stringify([{ pieces: ['하나', { gate: 'open' }, ' 둘'] }]) });
    const model = anthropicModel({ url: `${url}/v1`, key: 'k', model: 'claude-sonnet-5-5', patience: { firstTokenMs: 10_000, silenceMs: 10_000 }, fetch });
    const said: string[] = [];
    for await (const part of model.stream({ system: '규칙', user: { stable: '', rest: '글' }, tokensMax: 10 }, new AbortController().signal)) {
      if (part.type !== 'text') continue;
      said.push(part.text);
      expect(await (await fetch(`${url}/requests`)).json()).toMatchObject({ streams: expect.any(Number), requests: [{ wire: 'messages', messages: { system: '규칙', user: '글' } }] });
      await fetch(`${url}/gates/open`, { method: 'POST' });
    }
    expect(said).toEqual(['하나', ' 둘']);
    await expect(allOf(model.stream({ system: '', user: { stable: '', rest: '글' }, tokensMax: 10 }, new AbortController().signal))).rejects.toMatchObject({ code: 'model-failed' });
  } finally {
    const exited = once(child, 'exit');
    child.kill();
    await exited;
  }
});
