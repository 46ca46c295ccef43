// The ids in the archive of what the network has no id for: one for each event, the same for everybody who is shown it (XEP-0359).

import { randomUUID } from 'node:crypto';
import { type ArchivedEvent, isArchived } from '../model/archive.ts';
import type { AnyCommand } from '../model/commands.ts';
import type { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { AccountState, Delivery, Origin, Presenter } from '../model/ports.ts';

export class EventIds {
  readonly #ids = new WeakMap<AnyEvent, string>();
  readonly #life = randomUUID().slice(0, 13);
  #count = 0;

  of(event: ArchivedEvent): string {
    if (event.kind === 'said') return event.message.id;
    let id = this.#ids.get(event);
    if (id === undefined) this.#ids.set(event, (id = `${this.#life}-${(++this.#count).toString(36)}`));
    return id;
  }
}

/** Tells the id with what it passes on. */
export class NamingPresenter implements Presenter {
  readonly #presenter: Presenter;
  readonly #ids: EventIds;

  constructor(presenter: Presenter, ids: EventIds) {
    this.#presenter = presenter;
    this.#ids = ids;
  }

  present(delivery: Delivery): void {
    const { event, to } = delivery;
    if (event.kind === 'said' || to.length === 0 || !isArchived(event)) this.#presenter.present(delivery);
    else this.#presenter.present({ ...delivery, archived: this.#ids.of(event) });
  }
  refuse(user: UserId, command: AnyCommand, origin: Origin, error: BridgeError): void {
    this.#presenter.refuse(user, command, origin, error);
  }
  roomFound(user: UserId, room: ConversationId): void {
    this.#presenter.roomFound(user, room);
  }
  accountState(user: UserId, state: AccountState): void {
    this.#presenter.accountState(user, state);
  }
}
