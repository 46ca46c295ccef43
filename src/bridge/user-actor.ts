// One user of one gateway: owns her sessions, her rooms and what is known of her clients. Everything that happens to her goes through
// its mailbox, one thing after the other, and nothing in it waits.

import type { Capabilities } from '../model/capabilities.ts';
import type { AnyCommand } from '../model/commands.ts';
import type { Conversation, Presence } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { AnyEvent, EventKind, EventOf } from '../model/events.ts';
import type { AccountKey, ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { CloseReason, Session } from '../model/network.ts';
import type { AccountState, Origin } from '../model/ports.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../model/queries.ts';
import { ask } from './asking.ts';
import type { BridgeContext } from './context.ts';
import type { Census } from './door-counts.ts';
import { failureOf } from './failures.ts';
import type { Arrival } from './inbox.ts';
import { Mailbox } from './mailbox.ts';
import type { Work } from './outbox-work.ts';
import { Outgoing } from './outgoing.ts';
import type { Room, RoomDoors } from './room.ts';
import { Rooms } from './rooms.ts';
import { type KeeperOwner, SessionKeeper } from './session-keeper.ts';
import { settle } from './submission.ts';

/** To the user herself, whichever rooms she is in. */
const PERSONAL: ReadonlySet<EventKind> = new Set<EventKind>(['invited', 'asked', 'appeared']);
const NOBODY: readonly ResourceId[] = [];

export class UserActor {
  readonly user: UserId;
  readonly #context: BridgeContext;
  readonly #mailbox: Mailbox;
  readonly #rooms: Rooms;
  readonly #outgoing: Outgoing;
  readonly #keepers = new Map<AccountKey, SessionKeeper>();
  /** Clients that are online at the gateway. */
  readonly #clients = new Set<ResourceId>();
  readonly #keeperOwner: KeeperOwner;
  readonly #onIdle: () => void;

  /** `onIdle`: nothing is left to be remembered. */
  constructor(user: UserId, context: BridgeContext, onIdle: () => void) {
    this.user = user;
    this.#context = context;
    this.#onIdle = onIdle;
    this.#mailbox = new Mailbox(
      (thrown) => failureOf(thrown, context.log, 'handling something that happened to a user'),
      () => this.#reviewSelf(),
    );
    const run = (task: () => void): void => this.#mailbox.run(task);
    this.#rooms = new Rooms(
      this.#roomDoors(),
      (id) => context.network.accountOf(id),
      (room) => this.#onRoomClosed(room),
    );
    this.#outgoing = new Outgoing(context, { user, rooms: this.#rooms, run, keeper: (key) => this.#keeper(key) });
    this.#keeperOwner = {
      user,
      run,
      isWanted: (key) => this.#isWanted(key),
      isInUse: (key) => this.#rooms.of(key).some((room) => this.#isInUse(room)),
      onEvent: (_key, event) => this.#onEvent(event),
      onUp: (key, session) => this.#onUp(key, session),
      onDown: (key, error) => this.#onDown(key, error),
      onOffline: (key) => this.#onOffline(key),
    };
  }

  submit(command: AnyCommand, origin: Origin): void {
    this.#mailbox.run(() => {
      if (command.kind === 'join') this.#rooms.open(command.conversation).join(command, origin);
      else if (command.kind === 'leave') this.#leave(command.conversation, command.text, origin);
      else this.#outgoing.submit({ command, origin });
    });
  }

  /** An accepted command's turn has come. */
  performKept(work: Work): void {
    this.#mailbox.run(() => this.#outgoing.performKept(work));
  }

  /** One event out of the inbox. */
  deliverKept({ event, confirmed }: Arrival): void {
    this.#mailbox.run(() => this.#onKept(event, confirmed));
  }

  conversation(id: ConversationId): Conversation | undefined {
    const room = this.#rooms.get(id);
    return room?.state === 'open' ? room.conversation : undefined;
  }

  joined(id: ConversationId): readonly ResourceId[] {
    return this.#rooms.get(id)?.present() ?? NOBODY;
  }

  capabilities(id: ConversationId): Capabilities {
    return this.#outgoing.capabilities(id);
  }

  clientPresence(resource: ResourceId, presence: Presence): void {
    this.#mailbox.run(() => {
      if (presence.show === 'offline') {
        if (this.#clients.delete(resource)) this.#review();
      } else if (!this.#clients.has(resource)) {
        this.#clients.add(resource);
        for (const { key } of this.#context.accounts.of(this.user)) this.#keeper(key).connect();
      }
    });
  }

  clientGone(resource: ResourceId, from: ConversationId | undefined): void {
    this.#mailbox.run(() => {
      for (const room of this.#rooms.all()) {
        if ((from === undefined || room.id === from) && room.has(resource)) room.leave(resource);
      }
      if (from !== undefined) return;
      this.#clients.delete(resource);
      this.#review();
    });
  }

  accountStates(): readonly AccountState[] {
    const states = new Map<AccountKey, AccountState>();
    for (const { key } of this.#context.accounts.of(this.user)) states.set(key, { account: key, state: 'offline' });
    for (const [key, keeper] of this.#keepers) {
      if (states.has(key) || !keeper.isIdle) states.set(key, keeper.state);
    }
    return [...states.values()];
  }

  /** Adds what there is of her at the moment. */
  count(census: Census): void {
    census.users++;
    for (const { state } of this.#keepers.values()) if (state.state !== 'offline') census.sessions[state.state]++;
    for (const { state } of this.#rooms.all()) if (state !== 'closed') census.rooms[state]++;
  }

  ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    const { promise, resolve, reject } = Promise.withResolvers<AnswerTo<K>>();
    this.#mailbox.run(() => {
      ask(this.#context, this.#keeper(query.account), { query, resolve, reject });
    });
    return promise;
  }

  /** Opens the sessions that stay when the user is away. */
  connectKept(): void {
    this.#mailbox.run(() => {
      for (const { key } of this.#context.accounts.of(this.user)) {
        if (this.#context.accounts.prefers(this.user, key, 'stayConnected')) this.#keeper(key).connect();
      }
    });
  }

  /** `anew`: the network must be told of other settings. */
  accountSaved(key: AccountKey, anew: boolean): void {
    this.#mailbox.run(() => {
      const keeper = this.#keeper(key);
      if (anew && !keeper.isIdle) {
        this.#endRooms(key, 'lost', 'Your account was changed; join again.');
      }
      if (anew) void keeper.close('paused');
      if (this.#isWanted(key)) keeper.connect();
      else keeper.review();
    });
  }

  /** Resolves when the session of the account that was deleted is over. */
  async accountRemoved(key: AccountKey): Promise<void> {
    const text = 'Your account was removed.';
    await this.#end(key, 'removed', 'ejected', text);
  }

  async stop(): Promise<void> {
    const text = 'The gateway is shutting down.';
    await Promise.all([...this.#keepers.keys()].map((key) => this.#end(key, 'shutdown', 'lost', text)));
  }

  #end(key: AccountKey, reason: CloseReason, why: EventOf<'closed'>['why'], text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#mailbox.run(() => {
      this.#endRooms(key, why, text);
      resolve(
        this.#keeper(key).close(reason, new BridgeError(why === 'lost' ? 'network-down' : 'not-registered', text)),
      );
    });
    return promise;
  }

  #endRooms(key: AccountKey, why: EventOf<'closed'>['why'], text: string): void {
    for (const room of this.#rooms.of(key)) room.closed({ kind: 'closed', conversation: room.id, why, text });
  }

  #leave(id: ConversationId, text: string | undefined, origin: Origin): void {
    const room = this.#rooms.get(id);
    // 19.6: the leave of somebody who is not in it is nobody's concern.
    if (room?.has(origin.resource) === true) room.leave(origin.resource, text, origin);
    origin.settle?.(undefined);
  }

  #onEvent(event: AnyEvent): void {
    if (!('conversation' in event) || PERSONAL.has(event.kind)) {
      this.#present(event, undefined, NOBODY);
      return;
    }
    const room = this.#rooms.get(event.conversation);
    if (room === undefined) {
      this.#onEventOutside(event);
    } else if (event.kind === 'opened') {
      room.opened(event);
    } else if (event.kind === 'closed') {
      room.closed(event);
    } else if (room.state === 'open' && room.joined.length > 0) {
      this.#present(event, room.conversation, room.joined, this.#outgoing.originOf(event, room));
    }
  }

  /** As any event; where nobody is there to be told, it is let go (a room's history is in its archive). */
  #onKept(event: AnyEvent, confirmed: () => void): void {
    const room = 'conversation' in event && !PERSONAL.has(event.kind) ? this.#rooms.get(event.conversation) : undefined;
    const isGroup = 'conversation' in event && this.#context.network.placeOf(event.conversation)?.kind === 'group';
    if (room !== undefined && room.state === 'open' && room.joined.length > 0 && event.kind !== 'closed') {
      const { presenter } = this.#context;
      presenter.present({ user: this.user, event, conversation: room.conversation, to: room.joined, confirmed });
    } else if (isGroup && !PERSONAL.has(event.kind) && event.kind !== 'failed') {
      this.#onEvent(event);
      confirmed();
    } else {
      this.#context.presenter.present({ user: this.user, event, conversation: undefined, to: NOBODY, confirmed });
    }
  }

  /** Of a direct conversation, or of a room that nobody of hers is in here. */
  #onEventOutside(event: Extract<AnyEvent, { readonly conversation: ConversationId }>): void {
    const { network, timing } = this.#context;
    if (network.placeOf(event.conversation)?.kind === 'group') {
      if (event.kind === 'opened') this.#rooms.open(event.conversation).opened(event);
      return;
    }
    if (event.kind === 'said') this.#keeper(network.accountOf(event.conversation)).keepFor(timing.directGraceMs);
    this.#present(event, undefined, NOBODY);
  }

  #present(event: AnyEvent, conversation: Conversation | undefined, to: readonly ResourceId[], origin?: Origin): void {
    const delivery = { user: this.user, event, conversation, to };
    this.#context.presenter.present(origin === undefined ? delivery : { ...delivery, origin });
  }

  #onUp(key: AccountKey, session: Session): void {
    this.#outgoing.open(key, session);
    // TODO(#3): joins the rooms in state `lost` again, paced at one a second, for the clients that were in them.
  }

  #onDown(key: AccountKey, error: BridgeError): void {
    const unsure = new BridgeError('network-down', 'The connection was lost before the network had confirmed this.');
    const unsent = this.#outgoing.close(key, unsure);
    const text = error.message;
    for (const room of this.#rooms.of(key)) {
      room.linkLost({ kind: 'closed', conversation: room.id, why: 'lost', text }, error);
    }
    this.#keepers.get(key)?.takeBack(unsent, error);
  }

  #onOffline(key: AccountKey): void {
    const closed = new BridgeError('network-down', 'The connection to the network was closed.');
    for (const held of this.#outgoing.close(key, closed)) held.fail(closed);
    const { state, error } = this.#keeper(key).state;
    if (state === 'failed' && error !== undefined) this.#outgoing.refuseKept(key, error);
    this.#rooms.forgetLost(key);
  }

  #onRoomClosed(room: Room): void {
    this.#keepers.get(room.account)?.review();
  }

  #review(): void {
    for (const keeper of this.#keepers.values()) keeper.review();
  }

  /** Asked when the mailbox is empty: in the middle of something, nothing may be there for a moment. */
  #reviewSelf(): void {
    if (this.#clients.size > 0 || this.#rooms.size > 0 || this.#outgoing.hasWork()) return;
    for (const keeper of this.#keepers.values()) if (!keeper.isForgettable) return;
    this.#onIdle();
  }

  #isWanted(key: AccountKey): boolean {
    const { accounts, network } = this.#context;
    if (accounts.get(this.user, key) === undefined && !network.guests) return false;
    if (this.#outgoing.hasWork(key)) return true;
    return this.#clients.size > 0 || accounts.prefers(this.user, key, 'stayConnected');
  }

  #isInUse(room: Room): boolean {
    if (room.state === 'lost') return false;
    return room.present().length > 0 || this.#context.accounts.prefers(this.user, room.account, 'stayJoined');
  }

  #keeper(key: AccountKey): SessionKeeper {
    let keeper = this.#keepers.get(key);
    if (keeper === undefined)
      this.#keepers.set(key, (keeper = new SessionKeeper(key, this.#context, this.#keeperOwner)));
    return keeper;
  }

  #roomDoors(): Omit<RoomDoors, 'closed'> {
    const { accounts, clock, timing } = this.#context;
    return {
      present: (event, conversation, to, origin) => this.#present(event, conversation, to, origin),
      settle: (command, origin, error) => settle(this.#context.presenter, this.user, { command, origin }, error),
      send: (command, heard, isStale) => this.#outgoing.submit({ command, heard, isStale }),
      afterJoinTimeout: (task) => clock.after(timing.joinTimeoutMs, () => this.#mailbox.run(task)),
      staysJoined: (key) => accounts.prefers(this.user, key, 'stayJoined'),
    };
  }
}
