// Commands that the network may have taken, and of whose messages nobody here knows the names yet. A process that died may have left them so:
// what becomes of such a message is then reported before the command is tried again.

import type { ConversationId, UserId } from '../model/ids.ts';
import type { Work } from './outbox-work.ts';

interface Entry {
  readonly work: Work;
  /** Reports of messages without a name. */
  readonly untold: (() => void)[];
}

export class Unnamed {
  readonly #entries = new Map<string, Entry>();

  /** After every change of its progress. */
  noted(work: Work): void {
    const { notedAt, receipts } = work.progress;
    if (notedAt !== undefined && !this.#entries.has(work.id)) this.#entries.set(work.id, { work, untold: [] });
    // The network has refused it.
    if (notedAt === undefined && receipts.length === 0) this.over(work);
  }

  /** Its messages have their names, or will have none. */
  over({ id }: Work): void {
    const { untold = [] } = this.#entries.get(id) ?? {};
    this.#entries.delete(id);
    for (const tell of untold) tell();
  }

  /** `tell` is called when all messages of hers there have their names. @returns false: they have, and it is not called. */
  wait(user: UserId, conversation: ConversationId, tell: () => void): boolean {
    for (const { work, untold } of this.#entries.values()) {
      const { command } = work.submission;
      if (work.user !== user || !('conversation' in command) || command.conversation !== conversation) continue;
      untold.push(tell);
      return true;
    }
    return false;
  }
}
