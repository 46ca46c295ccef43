// What the writer of the kill test writes and its judge expects: each value follows from its id.

import { createHash } from 'node:crypto';

/** Between 64 bytes and 8 KiB, so that writes end at every place within pages and packets. */
export function valueOf(id: string): string {
  const digest = createHash('sha256').update(id).digest();
  const repeats = digest.readUInt8(0) < 16 ? 128 : 1 + (digest.readUInt8(1) % 8);
  return digest.toString('hex').repeat(repeats);
}
