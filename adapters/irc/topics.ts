// What channels are about: TOPIC both ways, and what a join tells of it (RPL_TOPIC, RPL_TOPICWHOTIME).

import type { Topic } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { readFormatting } from './formatting.ts';
import { formatLine, type IrcLine, nickOf } from './line.ts';
import { Pending } from './requests.ts';
import { DONE, type Handlers, type Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

const ANSWER_MS = 15_000;

export class Topics {
  readonly #wire: Wire;
  readonly #rooms: Rooms;

  constructor(wire: Wire, rooms: Rooms) {
    this.#wire = wire;
    this.#rooms = rooms;
  }

  readonly handlers: Handlers = {
    TOPIC: (line, raw) => this.#onTopic(line, raw),
    '331': ({ params }) => this.#note(params[1], undefined),
    '332': ({ params }) => this.#note(params[1], { text: this.#read(params[2] ?? '') }),
    '333': ({ params }) => this.#onAuthor(params),
  };

  async set(id: ConversationId, text: string): Promise<Receipt> {
    const room = this.#rooms.joined(id);
    const topic = text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
    this.#checkLength(room.name, topic);
    const target = this.#wire.fold(room.name);
    const pending = this.#wire.requests.ask<undefined>({ command: 'TOPIC', target, timeoutMs: ANSWER_MS });
    // The colon also where there is nothing behind it: without, it would be a question.
    this.#wire.send(`${formatLine('TOPIC', room.name)} :${topic}`);
    await pending.promise;
    return DONE;
  }

  /** Servers cut what is too long, and say nothing. */
  #checkLength(channel: string, topic: string): void {
    const { topicLength = Number.POSITIVE_INFINITY } = this.#wire.features;
    const most = Math.min(topicLength, this.#wire.spaceBehind(`TOPIC ${channel}`));
    const bytes = Buffer.byteLength(topic);
    if (bytes <= most) return;
    throw new BridgeError('too-long', words`The topic has ${bytes} bytes; this server takes ${most}.`);
  }

  #read(raw: string): string {
    return readFormatting(this.#wire.readText(raw)).text;
  }

  #onTopic(line: IrcLine, raw: string): void {
    const room = this.#rooms.get(line.params[0] ?? '');
    if (room === undefined) return;
    const by = nickOf(line.source);
    const shared = room.shares(raw);
    if (shared?.event.kind === 'topicSet') {
      room.topic = shared.event.topic;
      this.#rooms.adopt(room, shared);
    } else {
      const topic: Topic = { text: this.#read(line.params[1] ?? ''), by, at: new Date(this.#wire.clock.now()) };
      room.topic = topic;
      const setter = room.member(by);
      const whose = setter === undefined ? {} : { by: setter };
      this.#rooms.tell(room, raw, { kind: 'topicSet', conversation: room.id, topic, ...whose });
    }
    const asked = this.#wire.isSelf(by) ? this.#wire.requests.find('TOPIC', this.#wire.fold(room.name)) : undefined;
    if (asked instanceof Pending) asked.done(undefined);
  }

  #note(name: string | undefined, topic: Topic | undefined): void {
    const room = this.#rooms.get(name ?? '');
    if (room === undefined) return;
    if (topic === undefined) delete room.topic;
    else room.topic = topic;
  }

  #onAuthor(params: readonly string[]): void {
    const [, name = '', by = '', seconds = ''] = params;
    const room = this.#rooms.get(name);
    if (room?.topic === undefined) return;
    const at = /^\d{1,11}$/.test(seconds) ? { at: new Date(Number(seconds) * 1000) } : {};
    room.topic = { text: room.topic.text, by: nickOf(by), ...at };
  }
}
