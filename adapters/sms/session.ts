// One account that sends texts. There is no connection: every text is a request of its own.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Body } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, messageId } from '../../src/model/ids.ts';
import type { Account, Attempt, CloseReason, Part, Receipt, Session } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { closed, failureOf, malformed, optedOut } from './errors.ts';
import type { Line } from './line.ts';
import { addressOf, CALL_THEM, isEmergency, senderName } from './numbers.ts';
import type { TextService } from './twilio.ts';

export interface SessionParts {
  readonly service: TextService;
  readonly line: Line;
  /** After every request. */
  asked(error: BridgeError | undefined): void;
  /** Of its end. */
  ended(reason: CloseReason): void;
}

/** Between what their clock says and what we take it to say. */
const SKEW_MS = 10 * 60_000;
const LOOKED_THROUGH = 1_000;
/** Until the bridge has compared what was found. */
const ADOPTED_MS = 1_000;
const NOTHING = (): void => {};

export class SmsSession implements Session<'say'> {
  readonly #parts: SessionParts;
  /** Of receipts that were given. */
  readonly #given = new Set<string>();
  readonly #last = new Map<ConversationId, Promise<void>>();
  #ended = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** One after the other for each recipient: requests overtake each other. */
  async send(command: CommandOf<'say'>, attempt?: Attempt): Promise<Receipt> {
    const { conversation } = command;
    const sent = (this.#last.get(conversation) ?? Promise.resolve()).then(() => this.#send(command, attempt));
    const over = sent.then(NOTHING, NOTHING);
    this.#last.set(conversation, over);
    try {
      return await sent;
    } finally {
      if (this.#last.get(conversation) === over) this.#last.delete(conversation);
    }
  }

  async #send(command: CommandOf<'say'>, attempt: Attempt | undefined): Promise<Receipt> {
    if (this.#ended) throw closed();
    const { service, line } = this.#parts;
    const { conversation } = command;
    const to = this.#recipient(conversation);
    if (line.hasOptedOut(conversation)) throw optedOut();
    const body = wordsOf(command.body);
    if (body === '') throw malformed(words`There is nothing in this text that could be sent.`);
    try {
      const sid = await service.send({ from: line.number, to, body });
      this.#parts.asked(undefined);
      this.#give(sid);
      // After the end nobody hears of it, and it will be looked for.
      if (!this.#ended) line.outgoing.sent(sid, { from: line.number, part: attempt?.part });
      return { ids: [messageId(sid)], outcome: 'accepted' };
    } catch (thrown) {
      throw this.#refused(conversation, thrown);
    }
  }

  /** Without a filter by day: that would leave out those that still wait to be sent. */
  async find(command: CommandOf<'say'>, since: Date, part?: Part): Promise<readonly Receipt[]> {
    const { service, line } = this.#parts;
    const to = this.#recipient(command.conversation);
    const body = wordsOf(command.body);
    const from = service.atTheirs(since.getTime()) - SKEW_MS;
    const found: string[] = [];
    let seen = 0;
    try {
      for await (const one of service.list({ from: line.number, to })) {
        const isIt = !one.isInbound && one.createdAt >= from && isSame(one.body, body) && !this.#given.has(one.sid);
        if (isIt) found.push(one.sid);
        if (++seen >= LOOKED_THROUGH) break;
      }
    } catch (thrown) {
      throw this.#refused(command.conversation, thrown);
    }
    for (const sid of found) line.outgoing.sent(sid, { from: line.number, part, namedInMs: ADOPTED_MS });
    return found.map((sid) => ({ ids: [messageId(sid)], outcome: 'accepted' }));
  }

  /** Everything but the number is looked up when it is needed. */
  adopt({ settings }: Account): boolean {
    return settings['number'] === this.#parts.line.number;
  }

  async close(reason: CloseReason): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.ended(reason);
  }

  #give(sid: string): void {
    this.#given.add(sid);
    const [oldest = ''] = this.#given;
    if (this.#given.size > LOOKED_THROUGH) this.#given.delete(oldest);
  }

  /** @throws BridgeError. */
  #recipient(conversation: ConversationId): string {
    const to = addressOf(conversation);
    if (to === undefined) {
      const name = senderName(conversation) ?? conversation;
      throw new BridgeError('unsupported', words`${name} can't be answered: its texts come without a number.`);
    }
    if (isEmergency(conversation)) throw new BridgeError('unsupported', CALL_THEM);
    if (to === this.#parts.line.number) throw new BridgeError('unsupported', words`That is your own number.`);
    return to;
  }

  #refused(conversation: ConversationId, thrown: unknown): BridgeError {
    const error = failureOf(thrown);
    this.#parts.asked(error);
    this.#parts.line.refused(conversation, error);
    return error;
  }
}

/** As it is sent: what no phone can show is left out. */
function wordsOf({ kind, text }: Body): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .trim();
  return kind === 'action' && clean !== '' ? `*${clean}*` : clean;
}

function isSame(listed: string, sent: string): boolean {
  return listed.replaceAll(/\r\n?/g, '\n').trim() === sent;
}
