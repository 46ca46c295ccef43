// What the user says: cut into lines, sent, and confirmed: by label, by the echo of the same text, or, where the server echoes
// nothing, by the end of the write (conformance TXT-2, MUC-30, MUC-32).

import type { CommandOf } from '../../src/model/commands.ts';
import type { Body } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, type MessageId, messageId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { plural, tooManyMessages, words } from '../../src/model/words.ts';
import { decodeBytes } from './bytes.ts';
import { readCtcp, writeCtcp } from './ctcp.ts';
import { readFormatting } from './formatting.ts';
import { type IrcLine, tagOf } from './line.ts';
import type { Request } from './requests.ts';
import { splitText } from './split.ts';
import { replyTag, type Tagged, withTags } from './tags.ts';
import type { Wire } from './wire.ts';

/** Messages that a server without echoes may still refuse after they were written. */
const MAX_LATE = 64;
const LATE_MS = 30_000;

interface Place {
  readonly conversation: ConversationId;
  /** Nick or channel, as the server writes it. */
  readonly name: string;
}

export class Sayings {
  readonly #wire: Wire;
  /** Lines that wait for their echo, by target and text; in order. */
  readonly #waiting = new Map<string, Piece[]>();
  readonly #labels = new Map<string, Piece>();
  readonly #late: Late[] = [];
  #lastLabel = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** @throws BridgeError `malformed` for nothing, `too-long`, and by rejection what the server refuses. */
  say(place: Place, { body, whole }: Pick<CommandOf<'say'>, 'body' | 'whole'>): Promise<Receipt> {
    const command = body.kind === 'notice' ? 'NOTICE' : 'PRIVMSG';
    const texts = this.#texts(place.name, command, body);
    if (whole === true && texts.length > 1) throw new BridgeError('too-long', tooManyMessages(texts.length));
    const saying = new Saying(body.kind, texts);
    const echoes = this.#wire.caps.has('echo-message');
    const target = this.#wire.fold(place.name);
    const answering = replyTag(this.#wire, body);
    for (const [index, text] of texts.entries()) {
      const piece = new Piece(this, { saying, index, command, target, text });
      const line = { tags: index === 0 ? answering : {}, text: `${command} ${place.name} :${text}` };
      if (echoes) this.#sendForEcho(piece, line);
      else this.#sendForWrite(piece, line, place.conversation);
    }
    return saying.receipt.promise;
  }

  #texts(name: string, command: string, body: Body): string[] {
    // eslint-disable-next-line no-control-regex
    const text = body.text.replace(/[\x00\x01]/g, '');
    const { charset, sendCharset } = this.#wire.target;
    const encode = (part: string): Buffer => (sendCharset ? charset.encode(part) : Buffer.from(part, 'utf8'));
    const mark = body.kind === 'action' ? writeCtcp('ACTION', ' ').length : 0;
    const room = this.#wire.spaceBehind(`${command} ${name}`) - mark;
    const pieces = splitText(text, Math.max(room, 64), (part) => encode(part).length);
    this.#checkLength(text, pieces);
    return pieces.map((piece) => {
      const sent = sendCharset ? decodeBytes(encode(piece)) : piece.toWellFormed();
      return body.kind === 'action' ? writeCtcp('ACTION', sent) : sent;
    });
  }

  #checkLength(text: string, pieces: readonly string[]): void {
    if (pieces.length === 0) throw new BridgeError('malformed', words`There is nothing to say in the message.`);
    const { maxLines } = this.#wire.settings;
    if (pieces.length <= maxLines) return;
    const written = text.split(/\r\n|\n|\r/).filter((line) => line !== '').length;
    // Somebody who writes one long paragraph has not pasted a page.
    if (written <= maxLines && pieces.length <= 4 * maxLines) return;
    throw new BridgeError(
      'too-long',
      plural(
        maxLines,
        words`The message has ${pieces.length} lines on IRC; ${maxLines} is allowed at once.`,
        words`The message has ${pieces.length} lines on IRC; ${maxLines} are allowed at once.`,
      ),
    );
  }

  #sendForEcho(piece: Piece, { tags, text }: Tagged): void {
    this.#wire.requests.add(piece);
    const written = (): void => {
      piece.deadlineMs = this.#wire.clock.monotonic() + this.#wire.settings.echoTimeoutMs;
    };
    if (this.#wire.caps.has('labeled-response')) {
      piece.label = (++this.#lastLabel).toString(36);
      this.#labels.set(piece.label, piece);
      this.#wire.send(withTags({ label: piece.label, ...tags }, text), written);
      return;
    }
    const key = `${piece.target} ${piece.text}`;
    const queue = this.#waiting.get(key);
    if (queue === undefined) this.#waiting.set(key, [piece]);
    else queue.push(piece);
    this.#wire.send(withTags(tags, text), written);
  }

  #sendForWrite(piece: Piece, { tags, text }: Tagged, conversation: ConversationId): void {
    this.#wire.requests.add(piece);
    this.#wire.send(withTags(tags, text), () => {
      if (piece.isOver) return;
      const id = messageId(this.#wire.newId());
      piece.confirm(id);
      this.#remember({ conversation, id, command: piece.command, target: piece.target });
    });
  }

  /** The server may yet refuse it: that is told as `failed`. */
  #remember(said: LateParts): void {
    const late = new Late(this.#wire, said, this.#wire.clock.monotonic() + LATE_MS);
    this.#wire.requests.add(late);
    this.#late.push(late);
    if (this.#late.length > MAX_LATE) {
      const oldest = this.#late.shift();
      if (oldest !== undefined) this.#wire.requests.delete(oldest);
    }
  }

  /** @returns whether the line is the echo of one that was sent here. */
  echoed(line: IrcLine, target: string, text: string): boolean {
    const label = tagOf(line.tags, 'label');
    const piece =
      label === undefined ? this.#waiting.get(`${this.#wire.fold(target)} ${text}`)?.[0] : this.#labels.get(label);
    if (piece === undefined) return false;
    const id = messageId(tagOf(line.tags, 'msgid') || this.#wire.newId());
    piece.confirm(id, piece.text === text ? undefined : this.#wire.readText(text));
    return true;
  }

  /** A refusal or an empty answer that carries a label. @returns whether there was one to it. */
  labelled(line: IrcLine, error: (() => BridgeError) | undefined): boolean {
    const piece = this.#labels.get(tagOf(line.tags, 'label') ?? '');
    if (piece === undefined) return false;
    if (error === undefined) piece.confirm(messageId(this.#wire.newId()));
    else piece.fail(error());
    return true;
  }

  forget(piece: Piece): void {
    this.#wire.requests.delete(piece);
    if (piece.label !== undefined) this.#labels.delete(piece.label);
    if (this.#waiting.size === 0) return;
    const key = `${piece.target} ${piece.text}`;
    const queue = this.#waiting.get(key);
    const at = queue?.indexOf(piece) ?? -1;
    if (queue === undefined || at < 0) return;
    if (queue.length === 1) this.#waiting.delete(key);
    else queue.splice(at, 1);
  }
}

const readable = (text: string): string => readFormatting(readCtcp(text)?.text ?? text).text;

/** One message of the user's: done when all its lines are. */
class Saying {
  readonly receipt = Promise.withResolvers<Receipt>();
  readonly #kind: Body['kind'];
  readonly #lines: string[];
  readonly #ids: MessageId[] = [];
  #missing: number;
  #isUnknown = false;
  #isChanged = false;

  constructor(kind: Body['kind'], lines: string[]) {
    this.#kind = kind;
    this.#lines = lines;
    this.#missing = lines.length;
  }

  /** @param changed what the server made of the line, where that is something else. */
  confirm(id: MessageId, index: number, changed: string | undefined): void {
    this.#ids.push(id);
    if (changed !== undefined) {
      this.#isChanged = true;
      this.#lines[index] = changed;
    }
    this.#lineDone();
  }
  giveUp(): void {
    this.#isUnknown = true;
    this.#lineDone();
  }
  refuse(error: BridgeError): void {
    this.receipt.reject(error);
  }
  #lineDone(): void {
    if (--this.#missing > 0) return;
    const outcome = this.#isUnknown ? 'unknown' : 'accepted';
    if (!this.#isChanged) {
      this.receipt.resolve({ ids: this.#ids, outcome });
      return;
    }
    const text = this.#lines.map((line) => readable(line)).join('\n');
    this.receipt.resolve({ ids: this.#ids, outcome, body: { kind: this.#kind, text } });
  }
}

interface PieceParts {
  readonly saying: Saying;
  readonly index: number;
  readonly command: string;
  readonly target: string;
  readonly text: string;
}

/** One line of a message, until the server has confirmed or refused it. */
class Piece implements Request {
  readonly command: string;
  readonly target: string;
  readonly text: string;
  /** From when it was written: flood control may hold it back. */
  deadlineMs = Number.POSITIVE_INFINITY;
  label: string | undefined;
  isOver = false;
  readonly #index: number;
  readonly #saying: Saying;
  readonly #sayings: Sayings;

  constructor(sayings: Sayings, parts: PieceParts) {
    this.#sayings = sayings;
    this.#saying = parts.saying;
    this.command = parts.command;
    this.target = parts.target;
    this.text = parts.text;
    this.#index = parts.index;
  }

  confirm(id: MessageId, changed?: string): void {
    if (this.#end()) this.#saying.confirm(id, this.#index, changed);
  }
  fail(error: BridgeError): void {
    if (this.#end()) this.#saying.refuse(error);
  }
  lost(error: BridgeError): void {
    this.fail(error);
  }
  expire(): void {
    if (this.#end()) this.#saying.giveUp();
  }
  #end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.#sayings.forget(this);
    return true;
  }
}

interface LateParts {
  readonly conversation: ConversationId;
  readonly id: MessageId;
  readonly command: string;
  readonly target: string;
}

/** A message that was taken as sent, as long as a refusal may still come. */
class Late implements Request {
  readonly isLate = true;
  readonly command: string;
  readonly target: string;
  readonly deadlineMs: number;
  readonly #wire: Wire;
  readonly #said: LateParts;

  constructor(wire: Wire, said: LateParts, deadlineMs: number) {
    this.#wire = wire;
    this.#said = said;
    this.command = said.command;
    this.target = said.target;
    this.deadlineMs = deadlineMs;
  }
  fail(error: BridgeError): void {
    this.#wire.requests.delete(this);
    this.#wire.emit({ kind: 'failed', conversation: this.#said.conversation, target: this.#said.id, error });
  }
  // What became of it nobody will say any more.
  lost(): void {}
  expire(): void {
    this.#wire.requests.delete(this);
  }
}
