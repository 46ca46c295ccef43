// One user of one gateway: owns her sessions, her rooms and what is known of her clients. Everything that happens to her goes through
// its mailbox, one thing after the other, and nothing in it waits.

import type { Capabilities } from '../model/capabilities.ts';
import type { AnyCommand, CommandOf } from '../model/commands.ts';
import type { Conversation } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { EventOf } from '../model/events.ts';
import type { AccountKey, ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { CloseReason, Session } from '../model/network.ts';
import type { AccountState, Origin } from '../model/ports.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../model/queries.ts';
import { type Text, words } from '../model/words.ts';
import type { AccountChange } from './account-desk.ts';
import { Appearance } from './appearance.ts';
import { ask } from './asking.ts';
import type { BridgeContext } from './context.ts';
import type { Census } from './door-counts.ts';
import { accountRemoved, connectedAnew, failureOf } from './failures.ts';
import type { Arrival } from './inbox.ts';
import { Hearing } from './hearing.ts';
import { Joins } from './joins.ts';
import { Mailbox } from './mailbox.ts';
import type { Work } from './outbox-work.ts';
import { Outgoing } from './outgoing.ts';
import type { KeptJoin } from './ports.ts';
import type { Room } from './room.ts';
import { leavingAs, NOBODY, type RoomDoors, signingOff } from './room-doors.ts';
import { Rooms } from './rooms.ts';
import { Keepers } from './keepers.ts';
import { settle } from './submission.ts';

export class UserActor {
  readonly user: UserId;
  readonly #context: BridgeContext;
  readonly #mailbox: Mailbox;
  readonly #rooms: Rooms;
  readonly #outgoing: Outgoing;
  readonly #joins: Joins;
  readonly #hearing: Hearing;
  readonly #keepers: Keepers;
  readonly #appearance: Appearance;
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
    this.#rooms = new Rooms(this.#roomDoors(), context.network, (room) => this.#keepers.of(room.account).review());
    this.#outgoing = new Outgoing(context, { user, rooms: this.#rooms, run, keeper: (key) => this.#keepers.of(key) });
    this.#appearance = new Appearance(context, user, this.#rooms, (one) => this.#outgoing.submit(one));
    this.#joins = new Joins(context, {
      user,
      rooms: this.#rooms,
      run,
      keeper: (key) => this.#keepers.of(key),
      staysJoined: (room) => this.#staysJoined(room),
    });
    this.#hearing = new Hearing(context, {
      user,
      rooms: this.#rooms,
      awaited: this.#joins.awaited,
      originOf: (event, room) => this.#outgoing.originOf(event, room),
      spokenTo: (key) => this.#keepers.spokenTo(key, this.#appearance.isAway),
      renamed: (room) => this.#joins.keep(room),
    });
    this.#keepers = new Keepers(context, {
      user,
      run,
      isWanted: (key) => this.#isWanted(key),
      isInUse: (key) => this.#rooms.of(key).some((room) => this.#isInUse(room)),
      onEvent: (_key, event) => this.#hearing.hear(event),
      isReturning: (key) => this.#joins.hasLost(key),
      onUp: (key, session) => this.#onUp(key, session),
      onDown: (key, error) => this.#onDown(key, error),
      onOffline: (key) => this.#onOffline(key),
    });
  }

  /** `wasIn`: she was in the room when the gateway began to stop. */
  submit(command: AnyCommand, origin: Origin, wasIn = false): void {
    this.#mailbox.run(() => {
      if (command.kind === 'join') this.#join(command, origin);
      else if (command.kind === 'leave') this.#leave(command.conversation, command.text, origin);
      else this.#outgoing.submit({ command, origin, wasIn });
    });
  }

  /** An accepted command's turn has come. */
  performKept(work: Work): void {
    this.#mailbox.run(() => this.#outgoing.performKept(work));
  }

  /** One event out of the inbox. */
  deliverKept(arrival: Arrival): void {
    this.#mailbox.run(() => this.#hearing.hearKept(arrival.event, () => arrival.confirmed()));
  }

  conversation(id: ConversationId): Conversation | undefined {
    const room = this.#rooms.get(id);
    return room?.state === 'open' ? room.conversation : undefined;
  }

  joined(id: ConversationId): readonly ResourceId[] {
    return this.#rooms.get(id)?.present() ?? NOBODY;
  }

  /** Those that she is in, or is getting into. */
  rooms(): readonly ConversationId[] {
    return this.#rooms.all().flatMap(({ id, state }) => (state === 'closed' ? [] : [id]));
  }

  joinedClients(): readonly ResourceId[] {
    return this.#rooms.all().flatMap((room) => room.joined);
  }

  capabilities(id: ConversationId): Capabilities {
    return this.#outgoing.capabilities(id);
  }

  clientPresence(told: 'gateway' | 'room', ...said: Parameters<Appearance['hear']>): void {
    this.#mailbox.run(() => {
      const change = told === 'room' ? this.#appearance.hearInRoom(said[0], said[1]) : this.#appearance.hear(...said);
      if (change === 'came') this.#keepers.connectAll();
      else if (change === 'left') this.#keepers.review(this.#appearance.clients === 0);
    });
  }

  clientGone(resource: ResourceId, from: ConversationId | undefined): void {
    this.#mailbox.run(() => {
      this.#context.returning.heard(this.user, resource, from);
      for (const room of this.#rooms.all()) {
        if ((from !== undefined && room.id !== from) || !room.has(resource)) continue;
        room.leave(from === undefined ? signingOff(room, resource) : { resource });
      }
      if (from !== undefined) return;
      this.#appearance.gone(resource);
      this.#keepers.review(this.#appearance.clients === 0);
    });
  }

  accountStates(): readonly AccountState[] {
    return this.#keepers.states();
  }

  /** Adds what there is of her at the moment. */
  count(census: Census): void {
    census.users++;
    for (const { state } of this.#keepers.all()) if (state.state !== 'offline') census.sessions[state.state]++;
    for (const { state } of this.#rooms.all()) if (state !== 'closed') census.rooms[state]++;
  }

  ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    const { promise, resolve, reject } = Promise.withResolvers<AnswerTo<K>>();
    this.#mailbox.run(() => {
      ask(this.#context, this.#keepers.of(query.account), { query, resolve, reject });
    });
    return promise;
  }

  /** Rooms of one server that she was in before the process began. */
  bringBack(joins: readonly KeptJoin[]): void {
    this.#mailbox.run(() => {
      for (const join of joins) {
        this.#joins.bringBack(join);
        this.#keepers.of(this.#context.network.accountOf(join.room)).connect();
      }
    });
  }

  connectKept(): void {
    this.#mailbox.run(() => this.#keepers.connectKept());
  }

  /** @returns whether it is connected anew for that. */
  accountSaved(key: AccountKey, change: AccountChange): boolean {
    let isRenewed = false;
    this.#mailbox.run(() => {
      const keeper = this.#keepers.of(key);
      if (change === 'sign-in') keeper.wantNick(undefined);
      if (change !== 'none') isRenewed = keeper.renew(connectedAnew());
      for (const room of this.#rooms.of(key)) this.#joins.reviewArchive(room);
      if (this.#isWanted(key)) keeper.connect();
      else keeper.review();
    });
    return isRenewed;
  }

  /** She wants to be signed in, whether a client of hers is known or not. */
  accountWanted(key: AccountKey): void {
    this.#mailbox.run(() => this.#keepers.want(key));
  }

  /** Resolves when the session of the account that was deleted is over. */
  accountRemoved(key: AccountKey): Promise<void> {
    return this.#end(key, 'removed', accountRemoved());
  }

  async stop(reason: CloseReason, error: BridgeError): Promise<void> {
    await Promise.all(this.#keepers.all().map(({ key }) => this.#end(key, reason, error)));
  }

  #end(key: AccountKey, reason: CloseReason, error: BridgeError): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#mailbox.run(() => {
      this.#endRooms(key, reason === 'shutdown' ? 'shutdown' : 'ejected', error.text);
      resolve(this.#keepers.of(key).close(reason, error));
    });
    return promise;
  }

  #endRooms(key: AccountKey, why: EventOf<'closed'>['why'], text: Text): void {
    for (const room of this.#rooms.of(key)) room.closed({ kind: 'closed', conversation: room.id, why, text });
  }

  #join(command: CommandOf<'join'>, origin: Origin): void {
    const { accounts, clock, network, returning } = this.#context;
    returning.heard(this.user, origin.resource, command.conversation);
    const account = network.accountOf(command.conversation);
    this.#rooms.join(accounts.asPreferred(this.user, account, command), origin, clock.now());
    this.#appearance.review();
  }

  #leave(id: ConversationId, text: string | undefined, origin: Origin): void {
    this.#context.returning.heard(this.user, origin.resource, id);
    this.#rooms.leave(id, leavingAs(origin, id, text));
    origin.settle?.(undefined);
  }

  #onUp(key: AccountKey, session: Session): void {
    this.#outgoing.open(key, session);
    this.#appearance.up(key);
    this.#joins.restore(key);
  }

  #onDown(key: AccountKey, error: BridgeError): void {
    const unsure = new BridgeError('network-down', words`The connection was lost before the network confirmed this.`);
    const unsent = this.#outgoing.close(key, unsure);
    this.#rooms.linkLost(key, error, this.#context.clock.monotonic());
    this.#keepers.of(key).takeBack(unsent, error);
  }

  #onOffline(key: AccountKey): void {
    const closed = new BridgeError('network-down', words`The connection to the network was closed.`);
    for (const held of this.#outgoing.close(key, closed)) held.fail(closed);
    const { state, error } = this.#keepers.of(key).state;
    if (state === 'failed' && error !== undefined) this.#outgoing.refuseKept(key, error);
    this.#rooms.offline(key);
  }

  /** Asked when the mailbox is empty: in the middle of something, nothing may be there for a moment. */
  #reviewSelf(): void {
    if (this.#appearance.clients > 0 || this.#rooms.size > 0 || this.#outgoing.hasWork()) return;
    if (this.#keepers.all().some((keeper) => !keeper.isForgettable)) return;
    this.#onIdle();
  }

  #isWanted(key: AccountKey): boolean {
    const { accounts, network } = this.#context;
    if (accounts.get(this.user, key) === undefined && !network.guests) return false;
    if (this.#outgoing.hasWork(key) || this.#joins.areWorthASession(key)) return true;
    return this.#appearance.clients > 0 || accounts.prefers(this.user, key, 'stayConnected');
  }

  #isInUse(room: Room): boolean {
    return room.state !== 'lost' && (room.present().length > 0 || this.#staysJoined(room));
  }

  #staysJoined(room: Room): boolean {
    const { accounts, network } = this.#context;
    return (room.lastJoin !== undefined || network.delivery === 'durable') && accounts.staysJoined(this.user, room);
  }

  #roomDoors(): Omit<RoomDoors, 'closed'> {
    const { clock, timing } = this.#context;
    return {
      present: (...given) => this.#joins.tellLost(...given) ?? this.#hearing.present(...given),
      limits: timing,
      changed: (room) => this.#joins.keep(room),
      history: (room, most, heard) => this.#joins.history(room, most, heard),
      settle: (command, origin, error) => settle(this.#context.presenter, this.user, { command, origin }, error),
      send: (command, heard, during) => this.#outgoing.submit({ command, heard, ...during }),
      again: ({ command, origin, at }) => this.#mailbox.run(() => this.#rooms.join(command, origin, at)),
      afterTimeout: (task) => clock.after(timing.joinTimeoutMs, () => this.#mailbox.run(task)),
      staysJoined: (room) => this.#staysJoined(room),
      tellsArchive: (room) => this.#joins.tellsArchive(room),
      enterArchive: ({ id }) => this.#context.archive?.enter(this.user, id),
    };
  }
}
