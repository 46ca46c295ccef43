// What is remembered of what is said in a room while a user is in it: the last lines for clients that come late, and all of it for the archive.

import type { AnyEvent } from '../model/events.ts';
import type { Origin } from '../model/ports.ts';
import type { Stay } from './archive-room.ts';
import { RoomRing } from './room-ring.ts';

export class RoomMemory {
  readonly ring = new RoomRing();
  readonly #enter: () => Stay | undefined;
  #stay: Stay | undefined;
  #isIn = false;

  /** `enter`: begins her stay in the archive; undefined where nothing is to be kept for her. */
  constructor(enter: () => Stay | undefined) {
    this.#enter = enter;
  }

  /** Whether she is in the room now. */
  be(isIn: boolean): void {
    if (isIn === this.#isIn) return;
    this.#isIn = isIn;
    this.review(isIn);
  }

  /** `isKept`: whether what is said from here on is to be kept for her. */
  review(isKept: boolean): void {
    if (isKept && this.#isIn) this.#stay ??= this.#enter();
    if (isKept) return;
    this.#stay?.end();
    this.#stay = undefined;
  }

  /** She is shown it; `at`: milliseconds since the epoch. */
  note(event: AnyEvent, at: number): void {
    if (!this.#isIn) return;
    this.ring.note(event, at);
    this.#stay?.note(event);
  }

  /** It is her own doing, as it is shown to her clients. */
  noteOwn(event: AnyEvent, at: number, origin: Origin | undefined): void {
    if (!this.#isIn) return;
    this.ring.note(event, at);
    if (origin?.isNotKept !== true) this.#stay?.noteOwn(event, origin?.id);
  }
}
