// The middle of one gateway: finds the user that something is about. What happens then is hers (user-actor.ts).

import type { Archive } from '../model/archive.ts';
import type { Capabilities } from '../model/capabilities.ts';
import type { AnyCommand } from '../model/commands.ts';
import type { Conversation, Presence } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { AccountKey, ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { Invitations } from '../model/invitations.ts';
import type { Account, KeptEvent, Network } from '../model/network.ts';
import type { AccountDesk, AccountState, Bridge, Clock, Log, Origin, Presenter } from '../model/ports.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../model/queries.ts';
import { words } from '../model/words.ts';
import { withoutSession } from './abilities.ts';
import { type AccountChange, type AccountSessions, Desk } from './account-desk.ts';
import { Accounts } from './accounts.ts';
import { NamingPresenter } from './archive-ids.ts';
import { type ArchiveKeeping, archiveOf, keptArchiveOf, startArchive } from './archives.ts';
import { type BridgeContext, DEFAULT_TIMING, type Timing } from './context.ts';
import { type Census, CountingPresenter, DoorCounts, emptyCensus } from './door-counts.ts';
import type { Arrival } from './inbox.ts';
import { InvitationMemory, invitationsOf } from './invitations.ts';
import type { Keeping } from './keeping.ts';
import { type MessageIndex, messageIndexOf } from './message-index.ts';
import { isKeptCommand } from './outbox-work.ts';
import { Pacer } from './pacing.ts';
import type { AccountRecords, JoinBook } from './ports.ts';
import { Returning } from './returning.ts';
import { settle } from './submission.ts';
import { UserActor } from './user-actor.ts';

export interface BridgeOptions {
  readonly network: Network;
  readonly presenter: Presenter;
  readonly records: AccountRecords;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose client it is: the bridge does not read addresses. */
  readonly userOf: (resource: ResourceId) => UserId;
  readonly timing?: Partial<Timing>;
  /** Shared with the XMPP side, which names messages. */
  readonly ids?: MessageIndex;
  /** Of a durable network: where its commands and events lie. */
  readonly keeping?: Keeping;
  /** Who was in which room, for the time after a restart. */
  readonly joins?: JoinBook;
  /** Where what is said in rooms is kept; left out: it is not. */
  readonly archive?: ArchiveKeeping;
  /** BCP 47 tags of those that there are texts in; left out: English alone. */
  readonly languages?: readonly string[];
  /** Why somebody is not served at all. */
  readonly refusalOf?: (user: UserId) => BridgeError | undefined;
}

const NOBODY: readonly ResourceId[] = [];

export class GatewayBridge implements Bridge, AccountSessions {
  readonly desk: AccountDesk;
  readonly ids: MessageIndex;
  readonly archive: Archive;
  readonly invitations: Invitations;
  readonly counts = new DoorCounts();
  readonly #context: BridgeContext;
  readonly #userOf: (resource: ResourceId) => UserId;
  readonly #archiveKeeping: ArchiveKeeping | undefined;
  readonly #actors = new Map<UserId, UserActor>();
  #stopped = false;
  /** Who was in which room then. */
  readonly #lastIn = new Map<string, readonly ResourceId[]>();

  constructor(options: BridgeOptions) {
    const { network, presenter, records, clock, log, userOf, timing, ids, keeping, joins, refusalOf } = options;
    const times = { ...DEFAULT_TIMING, ...timing };
    this.ids = ids ?? keeping?.ids ?? messageIndexOf(network);
    this.#userOf = userOf;
    this.#archiveKeeping = options.archive;
    const invited = new InvitationMemory(clock);
    const parts = { network, accounts: new Accounts(records), ids: this.ids, counts: this.counts, invited, clock, log };
    const archive = keptArchiveOf(parts, options.archive);
    this.archive = archiveOf({ ...parts, bridge: this }, archive);
    this.invitations = invitationsOf({ memory: invited, network, sessions: this });
    const counting = new CountingPresenter(presenter, this.counts);
    this.#context = {
      ...parts,
      presenter: archive === undefined ? counting : new NamingPresenter(counting, archive.eventIds),
      pacer: new Pacer(clock, times.connectsPerSecond),
      roomPacer: new Pacer(clock, times.roomsPerSecond),
      returning: new Returning({
        book: joins,
        clock,
        perSecond: times.connectsPerSecond,
        serverOf: (room) => network.accountOf(room),
      }),
      timing: times,
      ...(refusalOf !== undefined && { refusalOf }),
      ...(keeping !== undefined && { keeping }),
      ...(archive !== undefined && { archive }),
    };
    this.desk = new Desk({ ...this.#context, languages: options.languages ?? ['en'] }, this);
  }

  /** Loads the accounts and begins to open the sessions that stay. The network has been started. */
  async start(): Promise<void> {
    await this.#context.accounts.load();
    await this.#context.returning.load();
    await startArchive(this.#context.archive, this.#archiveKeeping);
    await this.#context.keeping?.start({
      network: this.#context.network,
      perform: (work) => this.#actor(work.user).performKept(work),
      refuse: ({ user, submission }, error) => settle(this.#context.presenter, user, submission, error),
      deliver: (arrival) => this.#deliver(arrival),
    });
    for (const user of this.#context.accounts.users()) {
      const kept = this.#context.accounts
        .of(user)
        .some(({ key }) => this.#context.accounts.prefers(user, key, 'stayConnected'));
      if (kept) this.#actor(user).connectKept();
    }
  }

  /** Ends every session; never rejects. */
  async stop(): Promise<void> {
    for (const { user } of this.#actors.values()) {
      for (const id of this.rooms(user)) this.#lastIn.set(`${user} ${id}`, this.joined(user, id));
    }
    this.#stopped = true;
    this.#context.returning.stop();
    await this.#context.keeping?.stop();
    const error = new BridgeError('network-down', words`The gateway is shutting down.`);
    await Promise.all([...this.#actors.values()].map((actor) => actor.stop('shutdown', error)));
    this.#context.pacer.stop();
    this.#context.roomPacer.stop();
    await this.#context.archive?.stop();
  }

  /** The XMPP server is there, or is not. */
  linkUp(): void {
    this.#context.returning.begin((user, rooms) => {
      if (!this.#stopped) this.#actor(user).bringBack(rooms);
    });
    this.#context.keeping?.inbox.open();
  }
  linkDown(): void {
    this.#context.keeping?.inbox.close();
  }

  /** See `Host.keep`. @throws BridgeError by rejection. */
  async keep(
    account: { readonly user: UserId; readonly key: AccountKey },
    kept: readonly KeptEvent[],
    state?: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { keeping, network } = this.#context;
    if (keeping === undefined) throw new BridgeError('unsupported', words`${network.title} keeps nothing here.`);
    await keeping.inbox.keep(account, kept, state);
  }

  /** Users of whom anything is in memory but their accounts. */
  get size(): number {
    return this.#actors.size;
  }

  /** Who is there now, and in which state; looks at each of them. */
  census(): Census {
    const census = emptyCensus();
    for (const actor of this.#actors.values()) actor.count(census);
    return { ...census, accounts: this.#context.accounts.size };
  }

  /** See `Host.accounts`. */
  accounts(): readonly Account[] {
    const { accounts } = this.#context;
    return [...accounts.users()].flatMap((user) =>
      accounts.of(user).map(({ key, settings }) => ({ user, key, settings, guest: false })),
    );
  }

  /** Users who are connected, getting there, or in a room. */
  online(): UserId[] {
    const isOnline = (actor: UserActor): boolean =>
      actor.accountStates().some(({ state }) => state !== 'offline') || actor.rooms().length > 0;
    return [...this.#actors].filter(([, actor]) => isOnline(actor)).map(([user]) => user);
  }

  rooms(user: UserId): readonly ConversationId[] {
    return this.#actors.get(user)?.rooms() ?? [];
  }

  /** Never rejects. `error`: what her rooms and waiting commands end with. */
  async endSessions(user: UserId, error: BridgeError): Promise<void> {
    await this.#actors.get(user)?.stop('paused', error);
  }

  /** Users with an account, for what is done for each of them at the start. */
  users(): Iterable<UserId> {
    return this.#context.accounts.users();
  }

  submit(user: UserId, command: AnyCommand, origin: Origin): void {
    const wasIn = this.#wasIn(user, command, origin);
    if (this.#stopped && !this.#isStillKept(command, wasIn)) {
      const error = new BridgeError('network-down', words`The gateway is shutting down.`);
      settle(this.#context.presenter, user, { command, origin }, error);
      return;
    }
    this.#context.invited.answered(user, command);
    this.#actor(user).submit(command, origin, wasIn);
  }

  conversation(user: UserId, id: ConversationId): Conversation | undefined {
    return this.#actors.get(user)?.conversation(id);
  }

  joined(user: UserId, id: ConversationId): readonly ResourceId[] {
    if (this.#stopped) return this.#lastIn.get(`${user} ${id}`) ?? NOBODY;
    return this.#actors.get(user)?.joined(id) ?? NOBODY;
  }

  joinedClients(): Iterable<ResourceId> {
    return new Set([...this.#actors.values()].flatMap((actor) => actor.joinedClients()));
  }

  capabilities(user: UserId, id: ConversationId): Capabilities {
    return this.#actors.get(user)?.capabilities(id) ?? withoutSession(this.#context.network, id);
  }

  clientPresence(
    resource: ResourceId,
    presence: Presence,
    priority: number,
    told: 'gateway' | 'room' = 'gateway',
  ): void {
    if (this.#stopped) return;
    const user = this.#userOf(resource);
    const actor = told === 'room' || presence.show === 'offline' ? this.#actors.get(user) : this.#actor(user);
    actor?.clientPresence(told, resource, presence, priority);
  }

  clientGone(resource: ResourceId, from?: ConversationId): void {
    const user = this.#userOf(resource);
    this.#context.returning.heard(user, resource, from);
    this.#actors.get(user)?.clientGone(resource, from);
  }

  accountStates(user: UserId): readonly AccountState[] {
    const actor = this.#actors.get(user);
    if (actor !== undefined) return actor.accountStates();
    return this.#context.accounts.of(user).map(({ key }) => ({ account: key, state: 'offline' }));
  }

  ask<K extends QueryKind>(user: UserId, query: QueryOf<K>): Promise<AnswerTo<K>> {
    if (this.#stopped) return Promise.reject(new BridgeError('network-down', words`The gateway is shutting down.`));
    return this.#actor(user).ask(query);
  }

  accountSaved(user: UserId, key: AccountKey, change: AccountChange): boolean {
    if (this.#stopped) return false;
    const isRenewed = this.#actor(user).accountSaved(key, change);
    this.#context.archive?.settingsChanged(user, (room) => this.#context.network.accountOf(room) === key);
    return isRenewed;
  }

  accountWanted(user: UserId, key: AccountKey): void {
    if (!this.#stopped) this.#actor(user).accountWanted(key);
  }

  async accountRemoved(user: UserId, key: AccountKey): Promise<void> {
    this.#context.ids.forget(user, (conversation) => this.#context.network.accountOf(conversation) === key);
    await this.#actors.get(user)?.accountRemoved(key);
    await this.#context.archive?.forget(user, (room) => this.#context.network.accountOf(room) === key);
  }

  /** It waits in the outbox for the next process. */
  #isStillKept(command: AnyCommand, wasIn: boolean): boolean {
    const { keeping, network } = this.#context;
    if (keeping === undefined || !isKeptCommand(command) || !('conversation' in command)) return false;
    return wasIn || network.placeOf(command.conversation)?.kind === 'direct';
  }

  #wasIn(user: UserId, command: AnyCommand, { resource }: Origin): boolean {
    if (!this.#stopped || !('conversation' in command)) return false;
    return this.#lastIn.get(`${user} ${command.conversation}`)?.includes(resource) === true;
  }

  /** What was kept for an account that is no more goes with it; what comes for somebody who is not served is not for her. */
  #deliver(arrival: Arrival): void {
    const { accounts, network, refusalOf } = this.#context;
    if (refusalOf?.(arrival.user) !== undefined) arrival.confirmed();
    else if (accounts.get(arrival.user, arrival.key) === undefined && !network.guests) arrival.confirmed();
    else this.#actor(arrival.user).deliverKept(arrival);
  }

  #actor(user: UserId): UserActor {
    const known = this.#actors.get(user);
    if (known !== undefined) return known;
    const actor = new UserActor(user, this.#context, () => this.#actors.delete(user));
    this.#actors.set(user, actor);
    return actor;
  }
}
