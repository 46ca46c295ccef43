// One room of one user, and which of her clients are in it: carries out what room-states.ts says.

import type { CommandOf } from '../model/commands.ts';
import type { Conversation, Message, Participant } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { EventOf } from '../model/events.ts';
import type { AccountKey, ConversationId, ResourceId } from '../model/ids.ts';
import type { Origin } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { Listing } from './listing.ts';
import { type Cause, errorOfClose, type Leaving, NOBODY, type RoomDoors, selfIn } from './room-doors.ts';
import { areSameLimits, historyFor, mostOf, NO_HISTORY } from './room-history.ts';
import { RoomMemory } from './room-memory.ts';
import { ROOM_TABLE, type RoomEffect, type RoomInput, type RoomState } from './room-states.ts';
import { asksForAnother, type Waiting } from './waiting.ts';

export class Room {
  readonly id: ConversationId;
  readonly account: AccountKey;
  readonly listing: Listing;
  readonly #doors: RoomDoors;
  #state: RoomState = 'closed';
  #conversation: Conversation | undefined;
  /** Never changed in place: deliveries that are still on their way hold it. */
  #joined: readonly ResourceId[] = NOBODY;
  /** For the room to open; in an open one, for what was said before. */
  #waiting: readonly Waiting[] = [];
  readonly #memory: RoomMemory;
  #attempt = 0;
  #lastJoin: CommandOf<'join'> | undefined;
  #lostAt = 0;
  #stopTimeout: (() => void) | undefined;

  constructor(id: ConversationId, account: AccountKey, doors: RoomDoors) {
    this.id = id;
    this.account = account;
    this.#doors = doors;
    this.listing = new Listing(doors.limits.listedMost);
    this.#memory = new RoomMemory(() => doors.enterArchive(this));
  }

  get state(): RoomState {
    return this.#state;
  }
  /** As the network sees it now; undefined until it was opened. */
  get conversation(): Conversation | undefined {
    return this.#conversation;
  }
  /** The same array as long as nobody comes or goes. */
  get joined(): readonly ResourceId[] {
    return this.#joined;
  }

  /** What let her in, or is to; none where the network has put her there by itself. */
  get lastJoin(): CommandOf<'join'> | undefined {
    return this.#lastJoin;
  }
  /** What she is or was called here, or has asked to be. */
  get self(): Participant | undefined {
    return selfIn(this.#conversation, this.#lastJoin);
  }
  /** Monotonic; when the link was lost. */
  get lostAt(): number {
    return this.#lostAt;
  }

  present(): readonly ResourceId[] {
    if (this.#waiting.length === 0) return this.#joined;
    return [...new Set([...this.#joined, ...this.#waiting.map(({ origin }) => origin.resource)])];
  }

  has(resource: ResourceId): boolean {
    return this.#joined.includes(resource) || this.asked(resource) !== undefined;
  }

  /** `at`: milliseconds since the epoch. */
  join(command: CommandOf<'join'>, origin: Origin, at: number): void {
    this.#apply('join', { asked: { command, origin, at } });
  }

  /** What a client that is not in it yet has asked with. */
  asked(resource: ResourceId): Origin | undefined {
    return this.#waiting.find(({ origin }) => origin.resource === resource)?.origin;
  }

  leave(leaving: Leaving): void {
    const last = this.present().every((one) => one === leaving.resource);
    const keep = last && this.#state === 'open' && this.#doors.staysJoined(this);
    this.#apply(last && !keep ? 'lastLeave' : 'leave', { leaving });
  }

  opened(event: EventOf<'opened'>, at: number): void {
    if (this.#state !== 'open') this.#memory.ring.openedAt = at;
    this.#conversation = event.snapshot;
    this.listing.open(event.snapshot, this.#joined.length === 0);
    this.#apply('opened', { event });
  }

  closed(event: EventOf<'closed'>): void {
    this.#apply('closed', { event, error: errorOfClose(event) });
  }

  linkLost(event: EventOf<'closed'>, error: BridgeError, now: number): void {
    this.#lostAt = now;
    this.#memory.ring.gap();
    this.#apply('linkLost', { event, error });
  }

  /** It was open before the process began: as after a lost link. */
  wasOpen(join: CommandOf<'join'>, now: number): void {
    if (this.#state !== 'closed') return;
    this.#lastJoin = join;
    this.#lostAt = now;
    this.#state = 'lost';
  }

  /** What has been said so far, and is from here on. */
  get memory(): RoomMemory {
    return this.#memory;
  }

  /** Into the room again, with whatever let her in before. Her clients ask for what they missed when they come. */
  restore(): void {
    const { self } = this;
    const join = { ...this.#lastJoin, kind: 'join', conversation: this.id, history: NO_HISTORY } as const;
    this.#apply('restore', { join: self === undefined ? join : { ...join, nick: self.nick } });
  }

  /** Out of it, unless somebody has come. */
  abandon(): void {
    if (this.#state === 'open' && this.present().length === 0) this.#apply('abandon', {});
  }

  #apply(input: RoomInput, cause: Cause): void {
    const { next, effects } = ROOM_TABLE[this.#state][input];
    if (this.#state === 'open' && input !== 'join' && cause.leaving === undefined) this.#admitAll();
    if (next !== this.#state) this.#endWait();
    this.#state = next;
    this.#memory.be(next === 'open');
    // Whoever leaves is out before anything else is sent.
    if (cause.leaving !== undefined) this.#drop(cause.leaving.resource);
    for (const effect of effects) this.#perform(effect, cause);
    this.#doors.changed(this);
    if (this.#state === 'closed') this.#doors.closed(this);
  }

  #endWait(): void {
    this.#stopTimeout?.();
    this.#stopTimeout = undefined;
  }

  #perform(effect: RoomEffect, cause: Cause): void {
    switch (effect) {
      case 'wait':
        return this.#wait(cause);
      case 'sendJoin':
        return this.#sendJoin(cause);
      case 'sendLeave':
        return this.#sendLeave(cause);
      case 'snapshot':
        return this.#snapshot(cause);
      case 'snapshotToWaiting':
        return this.#snapshotToWaiting(cause);
      case 'snapshotToJoined':
        return this.#tellJoined(cause);
      case 'tellLeft':
        return this.#tellLeft(cause);
      case 'tellClosed': {
        this.#tellJoined(cause);
        this.#joined = NOBODY;
        return;
      }
      case 'refuseWaiting':
        return this.#refuseWaiting(cause);
      default:
        effect satisfies never;
    }
  }

  #wait({ asked }: Cause): void {
    if (asked !== undefined) this.#waiting = [...this.#waiting, asked];
  }

  #sendJoin({ asked, join = asked?.command }: Cause): void {
    if (join === undefined) return;
    this.#lastJoin = join;
    const attempt = ++this.#attempt;
    const isStale = (): boolean => attempt !== this.#attempt || this.#state !== 'opening';
    const refused = (error: BridgeError): void => {
      if (!isStale()) this.#apply('refused', { error });
    };
    this.#doors.send(
      join,
      (error) => {
        if (error !== undefined) refused(error);
      },
      { isStale, begun: () => this.#awaitAnswer(isStale) },
    );
  }

  #sendLeave({ leaving }: Cause): void {
    const attempt = ++this.#attempt;
    const text = leaving?.text;
    const isStale = (): boolean => attempt !== this.#attempt;
    const leave = { kind: 'leave', conversation: this.id, ...(text !== undefined && { text }) } as const;
    this.#doors.send(leave, () => this.#apply('gone', {}), { isStale, begun: () => this.#awaitAnswer(isStale) });
  }

  /** The join or leave is being sent: the network has a certain time for it. */
  #awaitAnswer(isStale: () => boolean): void {
    this.#endWait();
    if (isStale()) return;
    const error = new BridgeError('timeout', words`The network did not answer the join in time.`);
    this.#stopTimeout = this.#doors.afterTimeout(() => (isStale() ? undefined : this.#apply('timeout', { error })));
  }

  #snapshot({ asked }: Cause): void {
    if (asked === undefined) return;
    this.#lastJoin ??= asked.command;
    const most = mostOf(asked.command.history);
    const late = { ...asked, mark: this.#memory.ring.mark };
    this.#drop(asked.origin.resource, 'only waiting');
    const isAsked =
      most > 0 &&
      this.#doors.history(this, most, (told) => {
        if (this.#waiting.includes(late)) this.#admit(late, told);
        this.#doors.changed(this);
      });
    if (isAsked) this.#wait({ asked: late });
    else this.#admit(late);
  }

  #admit(late: Waiting, told?: readonly Message[]): void {
    const conversation = this.#conversation;
    this.#waiting = this.#waiting.filter((one) => one !== late);
    if (conversation === undefined) return;
    const { resource } = late.origin;
    if (!this.#joined.includes(resource)) this.#joined = [...this.#joined, resource];
    const history = historyFor(this.#memory.ring, late, told);
    const event = { kind: 'opened', conversation: this.id, snapshot: conversation } as const;
    const withHistory = history.length === 0 ? event : { ...event, history };
    this.#doors.present(withHistory, conversation, [resource], late.origin);
    this.#doors.settle(late.command, late.origin, undefined);
  }

  /** Something happens to the room: nobody waits any longer. */
  #admitAll(): void {
    for (const late of this.#waiting) this.#admit(late);
  }

  #snapshotToWaiting({ event }: Cause): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const last = new Map(waiting.map((one) => [one.origin.resource, one]));
    const wantsThis = ({ command }: Waiting): boolean =>
      areSameLimits(command.history, this.#lastJoin?.history) && !this.#doors.tellsArchive(this);
    this.#joined = [...last].flatMap(([resource, one]) => (wantsThis(one) ? [resource] : []));
    for (const one of waiting) {
      // A client that asked twice meanwhile gets one sequence, for its last request.
      if (event === undefined || last.get(one.origin.resource) !== one) {
        this.#doors.settle(one.command, one.origin, undefined);
      } else if (wantsThis(one)) {
        this.#doors.present(event, this.#conversation, [one.origin.resource], one.origin);
        this.#doors.settle(one.command, one.origin, undefined);
      } else {
        this.#snapshot({ asked: one });
      }
    }
  }

  #tellJoined({ event }: Cause): void {
    if (event !== undefined && this.#joined.length > 0) this.#doors.present(event, this.#conversation, this.#joined);
  }

  #tellLeft({ leaving }: Cause): void {
    if (leaving?.told === undefined) return;
    this.#doors.present(leaving.told, this.#conversation, [leaving.resource], leaving.origin);
  }

  #refuseWaiting({ error }: Cause): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const why = error ?? new BridgeError('internal', words`The join failed.`);
    for (const one of waiting) {
      if (asksForAnother(why, one.command, this.#lastJoin)) this.#doors.again(one);
      else this.#doors.settle(one.command, one.origin, why);
    }
  }

  #drop(resource: ResourceId, what?: 'only waiting'): void {
    if (what === undefined && this.#joined.includes(resource)) {
      this.#joined = this.#joined.filter((one) => one !== resource);
    }
    const dropped = this.#waiting.filter(({ origin }) => origin.resource === resource);
    if (dropped.length === 0) return;
    this.#waiting = this.#waiting.filter(({ origin }) => origin.resource !== resource);
    // She left before it was answered, so nothing is owed to her.
    for (const { origin } of dropped) origin.settle?.(undefined);
  }
}
