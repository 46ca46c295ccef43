// The list of bans of a channel, as the server has it: it says nothing to a change that changes nothing.

import { BridgeError } from '../../src/model/errors.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { formatLine } from './line.ts';
import { Pending } from './requests.ts';
import type { Room } from './room.ts';
import { DONE, type Handlers } from './rooms.ts';
import type { Wire } from './wire.ts';

const ANSWER_MS = 15_000;
const MAX_BANS = 1000;

export class BanList {
  readonly #wire: Wire;
  /** Being read, by folded channel. */
  readonly #masks = new Map<string, string[]>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  readonly handlers: Handlers = {
    '367': ({ params }) => this.#onBan(params),
    '368': ({ params }) => this.#onEnd(params[1] ?? ''),
  };

  /** @throws BridgeError by rejection. */
  async read(room: Room): Promise<readonly string[]> {
    const target = this.#wire.fold(room.name);
    const running = this.#wire.requests.find('MODE', target, 'b');
    if (running instanceof Pending) {
      const masks = this.#masks.get(target) ?? [];
      await running.promise;
      return masks;
    }
    const masks: string[] = [];
    this.#masks.set(target, masks);
    const pending = this.#wire.requests.ask({ command: 'MODE', target, other: 'b', timeoutMs: ANSWER_MS });
    this.#wire.send(formatLine('MODE', room.name, 'b'));
    try {
      await pending.promise;
      return masks;
    } finally {
      this.#masks.delete(target);
    }
  }

  /** Whoever fits and is in the channel stays in it. @throws BridgeError by rejection. */
  async set(room: Room, mask: string): Promise<Receipt> {
    const folded = this.#wire.fold(mask);
    const isSet = (await this.read(room)).some((one) => this.#wire.fold(one) === folded);
    return isSet ? DONE : await this.#change(room, '+b', mask);
  }

  /** @throws BridgeError by rejection, `not-found` where there is no such ban. */
  async lift(room: Room, mask: string): Promise<Receipt> {
    const folded = this.#wire.fold(mask);
    const listed = (await this.read(room)).find((one) => this.#wire.fold(one) === folded);
    if (listed === undefined) throw new BridgeError('not-found', words`They are not banned there.`);
    return await this.#change(room, '-b', listed);
  }

  async #change(room: Room, letters: string, mask: string): Promise<Receipt> {
    const { requests } = this.#wire;
    const target = this.#wire.fold(room.name);
    const changed = requests.ask({ command: 'MODE', target, other: this.#wire.fold(mask), timeoutMs: ANSWER_MS });
    this.#wire.send(formatLine('MODE', room.name, letters, mask));
    await changed.promise;
    return DONE;
  }

  #onBan(params: readonly string[]): void {
    const [, name = '', mask = ''] = params;
    const masks = this.#masks.get(this.#wire.fold(name));
    if (masks === undefined) this.#wire.told(params.slice(1).join(' '));
    else if (masks.length < MAX_BANS && mask !== '') masks.push(mask);
  }
  #onEnd(name: string): void {
    const asked = this.#wire.requests.find('MODE', this.#wire.fold(name), 'b');
    if (asked instanceof Pending) asked.done(undefined);
  }
}
