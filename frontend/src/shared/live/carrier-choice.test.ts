import { expect, test } from 'vitest';
import { CarrierChoice } from './carrier-choice.ts';

/** What a tab keeps, in a variable. */
function aTab(streamSinceMs: number | null = null) {
  const tab = { streamSinceMs, choice: () => new CarrierChoice({ read: () => tab.streamSinceMs, write: (sinceMs) => (tab.streamSinceMs = sinceMs) }) };
  return tab;
}

const MINUTE = 60_000;

test('a socket that was refused twice gives way to a stream, which stays for this tab', () => {
  const tab = aTab();
  const choice = tab.choice();
  expect(choice.next(0)).toBe('socket');
  choice.failed();
  expect(choice.next(1)).toBe('socket');
  choice.failed();
  expect(choice.next(MINUTE)).toBe('stream');
  choice.welcomed(MINUTE);
  expect(tab.choice().next(2 * MINUTE)).toBe('stream');
});

test('a stream that does not work either gives way to the socket at once', () => {
  const choice = aTab().choice();
  choice.failed();
  choice.failed();
  choice.failed();
  expect(choice.next(0)).toBe('socket');
});

test('one refusal between two welcomes says nothing', () => {
  const choice = aTab().choice();
  choice.failed();
  choice.welcomed(0);
  choice.failed();
  expect(choice.next(0)).toBe('socket');
});

test('ten minutes later one look at the socket decides: a blocking network keeps the stream, an open one the socket', () => {
  const tab = aTab(MINUTE);
  const choice = tab.choice();
  expect(choice.next(10 * MINUTE)).toBe('stream');
  expect(choice.next(11 * MINUTE)).toBe('socket');
  choice.failed();
  expect(choice.next(11 * MINUTE)).toBe('stream');
  choice.welcomed(11 * MINUTE);
  expect(choice.next(20 * MINUTE)).toBe('stream');
  expect(choice.next(21 * MINUTE)).toBe('socket');
  choice.welcomed(21 * MINUTE);
  expect(choice.next(22 * MINUTE)).toBe('socket');
  expect(tab.streamSinceMs).toBeNull();
});

test('another network is a reason to look at the socket again', () => {
  const choice = aTab(MINUTE).choice();
  expect(choice.next(2 * MINUTE)).toBe('stream');
  choice.networkChanged();
  expect(choice.next(2 * MINUTE)).toBe('socket');
  choice.failed();
  expect(choice.next(2 * MINUTE)).toBe('stream');
});
