// What a network said of a command that went out in pieces, as one receipt.

import type { Receipt } from '../model/network.ts';

export function mergedReceipt(receipts: readonly (Receipt | undefined)[]): Receipt {
  const [first] = receipts;
  if (first !== undefined && receipts.length === 1) return first;
  const all = receipts.filter((receipt) => receipt !== undefined);
  const outcome = all.every((receipt) => receipt.outcome === 'accepted') ? 'accepted' : 'unknown';
  const at = first?.at;
  return { ids: all.flatMap(({ ids }) => ids), outcome, ...(at === undefined ? {} : { at }) };
}
