// Who is typing (IRCv3 `+typing`): said again every few seconds as long as it is so, and over when it is not heard any more.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Participant } from '../../src/model/conversation.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { DONE } from './rooms.ts';
import { passesOn, withTags, TYPING } from './tags.ts';
import type { Wire } from './wire.ts';

type State = CommandOf<'type'>['state'];

const SAID_EVERY_MS = 3_000;
/** A client says it once; who types longer than this has left the window open. */
const SAID_FOR_MS = 30_000;
const HEARD_FOR_MS: Readonly<Record<Exclude<State, 'active'>, number>> = { composing: 6_000, paused: 30_000 };
const STATES: Readonly<Record<string, State>> = { active: 'composing', paused: 'paused', done: 'active' };
const MOST = 1_000;

interface Timed {
  readonly state: State;
  readonly stop: () => void;
}

export class Typing {
  readonly #wire: Wire;
  readonly #heard = new Map<string, Timed>();
  readonly #said = new Map<ConversationId, Timed>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The user's own, to that nick or channel. */
  say(conversation: ConversationId, name: string, state: State): Receipt {
    const before = this.#said.get(conversation);
    if (!passesOn(this.#wire.features, this.#wire.caps, TYPING) || before?.state === state) return DONE;
    // Whoever has not begun has nothing to end.
    if (before === undefined && state !== 'composing') return DONE;
    this.ended(conversation);
    if (state === 'composing') this.#keepSaying(conversation, name, this.#wire.clock.monotonic() + SAID_FOR_MS);
    else this.#write(name, state === 'paused' ? 'paused' : 'done');
    if (state === 'paused') this.#said.set(conversation, { state, stop: () => undefined });
    return DONE;
  }

  /** What was being typed is said. */
  ended(conversation: ConversationId): void {
    this.#said.get(conversation)?.stop();
    this.#said.delete(conversation);
  }

  #keepSaying(conversation: ConversationId, name: string, untilMs: number): void {
    this.#write(name, 'active');
    const stop = this.#wire.clock.after(SAID_EVERY_MS, () => {
      if (this.#wire.clock.monotonic() < untilMs) this.#keepSaying(conversation, name, untilMs);
      else this.#said.delete(conversation);
    });
    this.#said.set(conversation, { state: 'composing', stop });
  }

  #write(name: string, value: string): void {
    this.#wire.send(withTags({ [TYPING]: value }, `TAGMSG ${name}`));
  }

  /** Somebody else's. */
  heard(conversation: ConversationId, by: Participant, value: string): void {
    const state = STATES[value];
    const key = `${conversation} ${by.id}`;
    const before = this.#heard.get(key);
    if (state === undefined || (before === undefined && (state === 'active' || this.#heard.size >= MOST))) return;
    before?.stop();
    if (state === 'active') this.#heard.delete(key);
    else {
      const stop = this.#wire.clock.after(HEARD_FOR_MS[state], () => {
        this.#heard.delete(key);
        this.#tell(conversation, by, 'active');
      });
      this.#heard.set(key, { state, stop });
    }
    if (before?.state !== state) this.#tell(conversation, by, state);
  }

  /** Has said something, or is gone: nobody need be told that she types no more. */
  forget(conversation: ConversationId, by: Participant): void {
    if (this.#heard.size === 0) return;
    const key = `${conversation} ${by.id}`;
    this.#heard.get(key)?.stop();
    this.#heard.delete(key);
  }

  #tell(conversation: ConversationId, by: Participant, state: State): void {
    this.#wire.emit({ kind: 'typed', conversation, by, state });
  }

  /** The connection is over. */
  stop(): void {
    for (const timed of [...this.#heard.values(), ...this.#said.values()]) timed.stop();
    this.#heard.clear();
    this.#said.clear();
  }
}
