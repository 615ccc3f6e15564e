import { expect, test } from 'vitest';
import { wayBack } from './way-back.ts';

test('goes back to a page of the studio and to no other address', () => {
  expect(wayBack('?next=%2Fp%2F1%2Fpeople')).toBe('/p/1/people');
  expect(wayBack('?next=https%3A%2F%2Fevil.example')).toBe('/shelf');
  expect(wayBack('?next=%2F%2Fevil.example')).toBe('/shelf');
  expect(wayBack('?next=%2F%5Cevil.example')).toBe('/shelf');
  expect(wayBack('')).toBe('/shelf');
});
