// Invitations to direct chats: kept while they wait for the user's answer, which she may give in a later life of the process, and taken or
// declined by it.

import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { words } from '../../src/model/words.ts';
import type { DirectList } from './direct-list.ts';
import { membersOf } from './direct-members.ts';
import type { Me } from './me.ts';

/** The person, by room: of an invitation that waits, */
const INVITED = 'invited:';
/** and of one that is being taken. */
const TAKING = 'taking:';
/** Nobody has more waiting but one who is flooded with them. */
const MOST = 1_000;
/** It stands no more: it was taken back, or nobody is there. */
const VOID: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-found', 'members-only', 'forbidden', 'banned', 'gone']);

export class DirectInvites {
  readonly #me: Me;
  readonly #list: DirectList;
  /** The person, by room; the oldest first. */
  readonly #waiting = new Map<string, string>();

  constructor(me: Me, chats: DirectList) {
    this.#me = me;
    this.#list = chats;
  }

  /** Also those that were being taken. @throws BridgeError by rejection. */
  async load(): Promise<void> {
    const { state } = this.#me;
    for (const [key, person] of await state.list(INVITED)) this.#waiting.set(key.slice(INVITED.length), person);
    for (const [key, person] of await state.list(TAKING)) {
      const roomId = key.slice(TAKING.length);
      if ((await membersOf(this.#me, roomId, { person }))?.isIn === true) await this.#taken(roomId, person);
      else await state.delete(key);
    }
  }

  /** @throws BridgeError by rejection: it could not be kept. */
  async add(roomId: string, person: string): Promise<void> {
    if (this.#waiting.get(roomId) === person) return;
    await this.#me.state.put(INVITED + roomId, person);
    this.#waiting.set(roomId, person);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST && oldest !== undefined) await this.forget(oldest);
  }

  /** It was answered, here or elsewhere, or taken back. @throws BridgeError by rejection. */
  async forget(roomId: string): Promise<void> {
    if (!this.#waiting.has(roomId)) return;
    await this.#me.state.delete(INVITED + roomId);
    this.#waiting.delete(roomId);
  }

  /**
   * Takes all of this person that still stand.
   * @returns the last room. @throws BridgeError by rejection, `not-found` where there is none.
   */
  async accept(person: string, signal?: AbortSignal): Promise<string> {
    let taken: string | undefined;
    for (const roomId of this.#of(person)) taken = (await this.#join(roomId, { person, signal })) ?? taken;
    if (taken !== undefined) return taken;
    throw new BridgeError('not-found', words`There is no invitation to a chat with this person.`);
  }

  /** @throws BridgeError by rejection. */
  async decline(person: string): Promise<void> {
    for (const roomId of this.#of(person)) {
      await this.#leave(roomId);
      await this.forget(roomId);
    }
  }

  #of(person: string): readonly string[] {
    return [...this.#waiting].flatMap(([roomId, who]) => (who === person ? [roomId] : []));
  }

  /** @returns undefined where the invitation stands no more. */
  async #join(
    roomId: string,
    { person, signal }: { readonly person: string; readonly signal: AbortSignal | undefined },
  ): Promise<string | undefined> {
    const { api, names, state } = this.#me;
    // Noted before: the inviter may speak before the answer is here, and nothing else would tell that she means the user.
    await state.put(TAKING + roomId, person);
    this.#list.add(roomId, person);
    const join = { method: 'POST', path: ['join', roomId], body: {}, asking: 'join' } as const;
    try {
      await api.request({ ...join, query: { via: names.via(roomId) }, ...(signal && { signal }) });
    } catch (error) {
      if (!isVoid(error)) throw error;
      await this.#void(roomId);
      return undefined;
    }
    this.#list.changed(roomId);
    await this.#taken(roomId, person);
    return roomId;
  }

  async #taken(roomId: string, person: string): Promise<void> {
    try {
      await this.#list.write(roomId, person);
      await this.#me.state.delete(TAKING + roomId);
    } catch (error) {
      if (this.#me.hasEnded || !(error instanceof BridgeError)) throw error;
      this.#me.host.log.warn('a direct chat could not be put on the list of the homeserver', { error });
    }
    await this.forget(roomId);
  }

  /** The homeserver may still show it, and is told that it is of no use. */
  async #void(roomId: string): Promise<void> {
    this.#list.drop(roomId);
    await this.#me.state.delete(TAKING + roomId);
    await this.#leave(roomId);
    await this.forget(roomId);
  }

  async #leave(roomId: string): Promise<void> {
    try {
      await this.#me.api.post(['rooms', roomId, 'leave'], {});
    } catch (error) {
      if (!isVoid(error)) throw error;
    }
  }
}

function isVoid(error: unknown): boolean {
  return error instanceof BridgeError && VOID.has(error.code);
}
