// Reactions of people to messages: Matrix sends and takes back each one by itself, the model tells all of one person to one message.

import { type Fields, fields, list, roomEvent, text } from './fields.ts';
import type { Me } from './me.ts';

interface Reaction {
  readonly id: string;
  readonly sender: string;
  readonly key: string;
}

/** Messages whose reactions are known. */
const MOST = 300;

export class Reactions {
  readonly #me: Me;
  readonly #byTarget = new Map<string, Map<string, Reaction>>();
  /** Taken back, in what is not kept yet. */
  readonly #removed = new Map<string, Map<string, Reaction>>();

  constructor(me: Me) {
    this.#me = me;
  }

  /** What follows may have been taken in before, and not have been kept. */
  begin(): void {
    this.#removed.clear();
  }
  /** What was taken in since is kept. */
  settled(): void {
    for (const [id, known] of this.#removed) known.delete(id);
    this.#removed.clear();
  }

  /** All that the person has there now, as far as the homeserver tells. */
  async added(roomId: string, target: string, reaction: Reaction): Promise<readonly string[]> {
    const known = await this.#known(roomId, target).catch(() => new Map<string, Reaction>());
    known.set(reaction.id, reaction);
    return this.#keysOf(known, reaction.sender);
  }

  /** Undefined where it is no reaction that is known. */
  removed(
    id: string,
  ): { readonly target: string; readonly sender: string; readonly keys: readonly string[] } | undefined {
    for (const [target, known] of this.#byTarget) {
      const reaction = known.get(id);
      if (reaction === undefined) continue;
      this.#removed.set(id, known);
      return { target, sender: reaction.sender, keys: this.#keysOf(known, reaction.sender) };
    }
    return undefined;
  }

  /** The person's own, as the homeserver has them. @throws BridgeError by rejection. */
  async of(roomId: string, target: string, sender: string): Promise<readonly Reaction[]> {
    const known = await this.#known(roomId, target);
    return [...known.values()].filter((one) => one.sender === sender && !this.#removed.has(one.id));
  }

  #keysOf(known: ReadonlyMap<string, Reaction>, sender: string): readonly string[] {
    const left = [...known.values()].filter((one) => one.sender === sender && !this.#removed.has(one.id));
    return [...new Set(left.map(({ key }) => key))];
  }

  async #known(roomId: string, target: string): Promise<Map<string, Reaction>> {
    const before = this.#byTarget.get(target);
    if (before !== undefined) return before;
    const path = ['rooms', roomId, 'relations', target, 'm.annotation', 'm.reaction'];
    const answer: Fields = await this.#me.api.request({ method: 'GET', version: 'v1', path, query: { limit: '100' } });
    const known = new Map<string, Reaction>();
    for (const raw of list(answer['chunk'])) {
      const { id, sender, content } = roomEvent(raw);
      known.set(id, { id, sender, key: text(fields(content['m.relates_to'])['key']) });
    }
    this.#byTarget.set(target, known);
    const [oldest] = this.#byTarget.keys();
    if (this.#byTarget.size > MOST && oldest !== undefined) this.#byTarget.delete(oldest);
    return known;
  }
}
