import type { LedgerLine } from '@cowrite/contract';

/** A cell that no table program takes for a formula, whatever a person is called. */
const cell = (value: string | number | boolean): string =>
  `"${String(value)
    .replace(/^[=+\-@\t\r]/, "'$&")
    .replaceAll('"', '""')}"`;

/** The ledger as a table (RFC 4180), a line an assist. */
export function ledgerCsv(lines: readonly LedgerLine[], nameOf: (userId: string) => string): string {
  const rows = lines.map(({ at, by, feature, provider, model, state, left, usage, items, decision, packetHash, assistId, cached }) => [
    at,
    nameOf(by),
    feature,
    provider,
    model,
    state,
    decision ?? '',
    left,
    usage.tokensIn,
    usage.tokensOut,
    usage.estimated,
    usage.cost === null ? '' : usage.cost / 1_000_000,
    usage.currency,
    items.map(({ id }) => id).join(' '),
    [...new Set(items.flatMap(({ of }) => of))].map(nameOf).join(' '),
    packetHash,
    assistId,
    cached,
  ]);
  const head = ['at', 'by', 'feature', 'provider', 'model', 'state', 'decision', 'left', 'tokens_in', 'tokens_out', 'estimated', 'cost', 'currency', 'items', 'of', 'packet_hash', 'assist_id', 'cached'];
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
}
