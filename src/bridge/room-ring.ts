// The last things that were said in an open room, for clients that come late: the very objects that others were shown.

import type { Message } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { MessageId } from '../model/ids.ts';

export const RING_SIZE = 50;

export class RoomRing {
  #messages: Message[] = [];
  /** When each came, milliseconds since the epoch. */
  #times: number[] = [];
  /** How many there have ever been. */
  #count = 0;
  #countAtGap = 0;
  /** What is said from here on comes here; milliseconds since the epoch. */
  openedAt = 0;

  /** For `since`: all that has come up to now. */
  get mark(): number {
    return this.#count;
  }

  note(event: AnyEvent, now: number): void {
    if (event.kind === 'said') this.#add(event.message, now);
    else if (event.kind === 'edited') this.#change(event.target, (old) => ({ ...old, body: event.message.body }));
    else if (event.kind === 'retracted') this.#remove(event.target);
  }

  /** Something may have been said from here on that nobody here was shown. */
  gap(): void {
    this.#countAtGap = this.#count;
  }

  /** Was said since the last gap. */
  knows(id: MessageId): boolean {
    return this.#messages.slice(this.#indexOf(this.#countAtGap)).some((message) => message.id === id);
  }

  since(mark: number): readonly Message[] {
    return this.#stamped(this.#indexOf(mark), this.#messages.length);
  }

  before(mark: number): readonly Message[] {
    return this.#stamped(0, this.#indexOf(mark));
  }

  #add(message: Message, now: number): void {
    this.#count++;
    this.#messages.push(message);
    this.#times.push(message.at?.getTime() ?? now);
    if (this.#messages.length <= RING_SIZE) return;
    this.#messages.shift();
    this.#times.shift();
  }

  #change(id: MessageId, change: (message: Message) => Message): void {
    this.#messages = this.#messages.map((message) => (message.id === id ? change(message) : message));
  }

  /** Its place stays: marks count on it. */
  #remove(id: MessageId): void {
    this.#change(id, (message) => ({ ...message, body: { kind: 'text', text: '' } }));
  }

  #indexOf(mark: number): number {
    return Math.max(0, this.#messages.length - (this.#count - mark));
  }

  #stamped(from: number, to: number): readonly Message[] {
    return this.#messages.slice(from, to).flatMap((message, index) => {
      if (message.body.text === '') return [];
      return [message.at === undefined ? { ...message, at: new Date(this.#times[from + index] ?? 0) } : message];
    });
  }
}
