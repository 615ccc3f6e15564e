import { expect, test } from 'vitest';
import { OneAFrame } from './one-a-frame.ts';

function aPage() {
  const frames: (() => void)[] = [];
  return { turns: new OneAFrame((then) => frames.push(then)), showFrame: () => frames.splice(0).forEach((then) => then()) };
}

test('the first runs at once, the others a frame each and in order', () => {
  const { turns, showFrame } = aPage();
  const done: string[] = [];
  for (const name of ['one', 'two', 'three']) turns.run(() => done.push(name));
  expect(done).toEqual(['one']);
  showFrame();
  expect(done).toEqual(['one', 'two']);
  showFrame();
  expect(done).toEqual(['one', 'two', 'three']);
  showFrame();
  turns.run(() => done.push('later'));
  expect(done.at(-1)).toBe('later');
});

test('a scene that was scrolled past meanwhile is not made', () => {
  const { turns, showFrame } = aPage();
  const done: string[] = [];
  turns.run(() => done.push('seen'));
  const takeBack = turns.run(() => done.push('passed'));
  turns.run(() => done.push('next'));
  takeBack();
  showFrame();
  expect(done).toEqual(['seen', 'next']);
});
