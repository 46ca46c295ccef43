// What was sent through this session, so that its copy in the sync is known: by the transaction id, and by the event id of the answer.

import { randomUUID } from 'node:crypto';
import type { Attempt } from '../../src/model/network.ts';
import type { RoomEvent } from './fields.ts';

const MOST = 1_000;
/** Other programs may use the same token. */
const PREFIX = 'viaduct.';

export class OwnSends {
  readonly #ids = new Set<string>();
  readonly #userId: string;

  constructor(userId: string) {
    this.#userId = userId;
  }

  /** The same for every try of a command: the homeserver performs it once. */
  transaction(attempt: Attempt | undefined, part = ''): string {
    return `${PREFIX}${attempt?.id ?? randomUUID()}${part}`;
  }

  sent(eventId: string): void {
    this.#ids.add(eventId);
    if (this.#ids.size <= MOST) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  has(event: RoomEvent): boolean {
    if (event.sender !== this.#userId) return false;
    return event.transaction?.startsWith(PREFIX) === true || this.#ids.has(event.id);
  }
}
