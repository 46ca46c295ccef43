// What the parts of one session share: who we are on the server, what the server can do, how to write to it and to whom to report.

import type { ConversationId, AccountKey, ParticipantId } from '../../src/model/ids.ts';
import type { Emit } from '../../src/model/network.ts';
import type { Clock, Log } from '../../src/model/ports.ts';
import { encodeBytes, isOdd, withoutCutEnd } from './bytes.ts';
import { type Features, UNKNOWN_FEATURES } from './isupport.ts';
import type { OwnPerson } from './own-people.ts';
import { Pace } from './pace.ts';
import { Requests } from './requests.ts';
import type { IrcSettings, ServerSettings } from './settings.ts';
import type { SharedServer } from './shared.ts';
import type { LineSocket } from './socket.ts';

export interface WireParts {
  readonly account: AccountKey;
  /** What stands for the user in rooms. */
  readonly identity: string;
  readonly server: SharedServer;
  readonly settings: IrcSettings;
  readonly target: ServerSettings;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly log: Log;
  /** First part of the ids of messages that the network gives none. */
  readonly idPrefix: string;
}

// What a server may make of a user name and a host before it has told us: USERLEN and HOSTLEN of most.
const LONGEST_USERHOST = 'u'.repeat(11).concat('@', 'h'.repeat(63));

export class Wire {
  readonly account: AccountKey;
  readonly server: SharedServer;
  readonly settings: IrcSettings;
  readonly target: ServerSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly requests: Requests;
  features: Features = UNKNOWN_FEATURES;
  caps: ReadonlySet<string> = new Set();
  /** What she wants to be called, where the server would not have it; taken as soon as it is free. */
  wantedNick: string | undefined;
  /** `user@host` as others see it. */
  userhost = LONGEST_USERHOST;
  readonly emit: Emit;
  readonly #idPrefix: string;
  readonly #self: OwnPerson;
  #nick = '';
  readonly #pace: Pace;
  #socket: LineSocket | undefined;
  #lastId = 0;

  constructor(parts: WireParts) {
    this.account = parts.account;
    this.server = parts.server;
    this.settings = parts.settings;
    this.target = parts.target;
    this.emit = parts.emit;
    this.clock = parts.clock;
    this.log = parts.log;
    this.#idPrefix = parts.idPrefix;
    this.#self = { identity: parts.identity };
    this.requests = new Requests(parts.clock);
    this.#pace = new Pace(parts.target, parts.clock, (line, written) => this.#socket?.write(line, written));
  }

  attach(socket: LineSocket | undefined): void {
    this.#socket = socket;
    if (socket !== undefined) return;
    this.#pace.stop();
    this.quits();
  }

  /** As the server knows us; empty before it does. */
  get nick(): string {
    return this.#nick;
  }
  set nick(nick: string) {
    this.server.own.renamed(this.#self, this.#id(), this.person(nick));
    this.#nick = nick;
  }
  /** The nick is anybody's from now on. */
  quits(): void {
    this.server.own.renamed(this.#self, this.#id(), undefined);
  }
  #id(): ParticipantId | undefined {
    return this.#nick === '' ? undefined : this.person(this.#nick);
  }

  /** In turn, under flood control. @throws BridgeError `rate-limited`. */
  send(line: string, written?: () => void): void {
    this.#pace.send(line, written);
  }
  /** At once: answers that the server waits for. */
  sendNow(line: string): void {
    this.#socket?.write(line);
  }

  fold(name: string): string {
    return this.features.fold(name);
  }
  isSelf(nick: string): boolean {
    return nick === this.nick || this.fold(nick) === this.fold(this.nick);
  }
  isChannel(name: string): boolean {
    return name !== '' && this.features.channelTypes.includes(name.charAt(0));
  }
  conversation(name: string): ConversationId {
    return this.server.conversation(name);
  }
  person(nick: string): ParticipantId {
    return this.server.person(nick);
  }

  /** Somebody gave up a nick. */
  nickFreed(nick: string): void {
    const wanted = this.wantedNick;
    if (wanted !== undefined && this.fold(wanted) === this.fold(nick) && !this.isSelf(wanted))
      this.send(`NICK ${wanted}`);
  }

  /** Of messages without an id of the network's. */
  newId(): string {
    return `${this.#idPrefix}${(++this.#lastId).toString(36)}`;
  }

  /** Made here, and so nothing that the server knows. */
  isOwnId(id: string): boolean {
    return id.startsWith(this.#idPrefix);
  }

  /** Bytes that a text may have behind these words of a line, so that nobody gets it cut. */
  spaceBehind(front: string): number {
    return this.features.lineLength - encodeBytes(`:${this.nick}!${this.userhost} ${front} :\r\n`).length;
  }

  /** A text that came: in the server's character set where it is not UTF-8, and without what was cut of its last character. */
  readText(raw: string): string {
    if (!isOdd(raw)) return raw;
    const whole = withoutCutEnd(raw);
    return isOdd(whole) ? this.target.charset.decode(encodeBytes(whole)) : whole;
  }

  told(text: string, urgent = false): void {
    const shown = this.readText(text).trim();
    if (shown === '') return;
    this.emit({ kind: 'told', account: this.account, text: shown, ...(urgent ? { urgent } : {}) });
  }
}
