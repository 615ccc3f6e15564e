import { expect, test } from 'vitest';
import { pathOf, placeOf } from './place.ts';

const project = '01936f6e-0000-7000-8000-000000000001';
const node = '01936f6e-0000-7000-8000-000000000002';

test('reads the place out of an address, and writes it back the same', () => {
  for (const path of [`/p/${project}`, `/p/${project}/s/${node}`, `/p/${project}/c/${node}`, `/p/${project}/t/${node}`, `/p/${project}/people`, `/p/${project}/import`, `/p/${project}/trash`, `/p/${project}/home`]) {
    const found = placeOf(path);
    expect(found?.place.kind).not.toBe('unknown');
    if (found && found.place.kind !== 'unknown') expect(pathOf(found.projectId, found.place)).toBe(path);
  }
});

test('says so when an address inside a work means nothing', () => {
  expect(placeOf(`/p/${project}/s/nonsense`)?.place).toEqual({ kind: 'unknown' });
  expect(placeOf(`/p/${project}/people/2`)?.place).toEqual({ kind: 'unknown' });
  expect(placeOf('/shelf')).toBeNull();
  expect(placeOf('/p/nonsense')).toBeNull();
});
