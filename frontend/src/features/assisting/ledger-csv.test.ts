import { LedgerLine } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { ledgerCsv } from './ledger-csv.ts';

const id = '01939c5e-0000-7000-8000-000000000001';
const line = LedgerLine.parse({
  assistId: id,
  at: '2026-11-25T05:00:00.000Z',
  by: id,
  feature: 'continue',
  provider: 'openai',
  model: 'a model',
  state: 'done',
  left: true,
  packetHash: 'abc',
  items: [{ id: 'before', of: [id] }],
  usage: { tokensIn: 10, tokensOut: 5, estimated: false, cost: 1_500_000, currency: 'USD' },
  decision: 'accepted',
  cached: false,
});

test('a line of the ledger is a line of the table, with money in whole units', () => {
  const [head, row] = ledgerCsv([line], () => '가람').split('\r\n');
  expect(head!.split(',')).toHaveLength(row!.split(',').length);
  expect(row).toContain('"가람","continue","openai","a model","done","accepted","true","10","5","false","1.5","USD","before","가람"');
});

test('a name that looks like a formula is only a name', () => {
  expect(ledgerCsv([line], () => '=HYPERLINK("x")')).toContain('"\'=HYPERLINK(""x"")"');
});
