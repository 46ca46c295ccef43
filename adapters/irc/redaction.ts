// Taking messages back (IRCv3 draft/message-redaction): one's own, and those of others for operators.

import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId, MessageId } from '../../src/model/ids.ts';
import { messageId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { formatLine, type IrcLine, nickOf } from './line.ts';
import { Pending } from './requests.ts';
import { DONE, type Handlers, type Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

export const REDACTION = 'draft/message-redaction';
const ANSWER_MS = 15_000;
const MODERATORS: ReadonlySet<string> = new Set(['owner', 'admin', 'moderator']);

export class Redaction {
  readonly #wire: Wire;
  readonly #rooms: Rooms;

  constructor(wire: Wire, rooms: Rooms) {
    this.#wire = wire;
    this.#rooms = rooms;
  }

  readonly handlers: Handlers = { REDACT: (line) => this.#onRedact(line) };

  /** @throws BridgeError by rejection. */
  async redact(name: string, message: MessageId, reason = ''): Promise<Receipt> {
    if (!this.#wire.caps.has(REDACTION)) {
      const text = words`This network can’t take a message back: everyone has it already.`;
      throw new BridgeError('unsupported', text);
    }
    if (this.#wire.isOwnId(message)) throw new BridgeError('not-found', words`That message is not known any more.`);
    const pending = this.#wire.requests.ask<undefined>({
      command: 'REDACT',
      target: this.#wire.fold(name),
      other: this.#wire.fold(message),
      timeoutMs: ANSWER_MS,
    });
    const line = formatLine('REDACT', name, message, ...(reason === '' ? [] : [reason]));
    const echoes = this.#wire.caps.has('echo-message');
    this.#wire.send(line, () => {
      if (!echoes) pending.done(undefined);
    });
    await pending.promise;
    return DONE;
  }

  #onRedact(line: IrcLine): void {
    const [target = '', id = '', text = ''] = line.params;
    const nick = nickOf(line.source);
    if (nick === '' || id === '') return;
    if (this.#wire.isSelf(nick)) {
      const asked = this.#wire.requests.find('REDACT', this.#wire.fold(target), this.#wire.fold(id));
      // The bridge shows to her clients what they have asked for.
      if (asked instanceof Pending) {
        asked.done(undefined);
        return;
      }
    }
    const conversation = this.#conversationOf(nick, target);
    if (conversation === undefined) return;
    const by = this.#rooms.byId(conversation)?.member(nick);
    const reason = this.#wire.readText(text);
    this.#wire.emit({
      kind: 'retracted',
      conversation,
      target: messageId(id),
      ...(by !== undefined && { by }),
      ...(reason !== '' && { reason }),
      // Who wrote it is not told. Whoever may take back all messages is believed, also by clients that look at who has written one.
      ...(by !== undefined && MODERATORS.has(by.rank) && { moderated: true }),
    });
  }

  #conversationOf(nick: string, target: string): ConversationId | undefined {
    if (this.#wire.isChannel(target)) return this.#rooms.get(target)?.id;
    return this.#wire.conversation(this.#wire.isSelf(nick) ? target : nick);
  }
}
