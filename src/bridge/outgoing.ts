// One user's commands on their way to the network: checked against her rooms, made fit, sent by lane, and shown to her once taken.

import type { Capabilities } from '../model/capabilities.ts';
import type { AnyCommand } from '../model/commands.ts';
import type { Target } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import type { Answer } from '../model/form.ts';
import type { AccountKey, ConversationId, MessageId, UserId } from '../model/ids.ts';
import type { Session } from '../model/network.ts';
import type { Origin } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { withoutSession } from './abilities.ts';
import type { BridgeContext } from './context.ts';
import { type Degrading, degrade, withoutReply } from './degrade.ts';
import { failureOf } from './failures.ts';
import type { Held } from './held.ts';
import { KeptWorks, type WorkDoors } from './kept-works.ts';
import { Lanes, type Performed } from './lanes.ts';
import { OwnDoings } from './own-doings.ts';
import { type Work, isKeptCommand } from './outbox-work.ts';
import { ownRow, reflectionOf } from './own-lines.ts';
import type { PreferenceName } from './preferences.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { SessionKeeper } from './session-keeper.ts';
import { isPassing, presenceNeeded, type Submission, settle } from './submission.ts';

export interface OutgoingOwner {
  readonly user: UserId;
  readonly rooms: Rooms;
  run(task: () => void): void;
  keeper(key: AccountKey): SessionKeeper;
}

interface Channel {
  readonly session: Session;
  readonly lanes: Lanes;
}

export class Outgoing {
  readonly #context: BridgeContext;
  readonly #owner: OutgoingOwner;
  readonly #channels = new Map<AccountKey, Channel>();
  readonly #doings = new OwnDoings();
  /** Of a durable network. */
  readonly #works: KeptWorks | undefined;

  constructor(context: BridgeContext, owner: OutgoingOwner) {
    this.#context = context;
    this.#owner = owner;
    this.#works = context.keeping && new KeptWorks(context, context.keeping, this.#workDoors());
  }

  /** Accepted commands that wait or are under way: of an account, or of any. */
  hasWork(key?: AccountKey): boolean {
    return this.#works !== undefined && (key === undefined ? this.#works.size > 0 : this.#works.has(key));
  }

  submit(submission: Submission): void {
    const { command } = submission;
    const refusal = this.#absence(submission);
    if (refusal !== undefined) {
      this.#settle(submission, refusal);
      return;
    }
    const key = this.#accountOf(command);
    const channel = this.#channels.get(key);
    const outcome = degrade(command, this.#degrading(command, channel?.session));
    if (outcome.do === 'drop') this.#settle(submission, undefined);
    else if (outcome.do === 'refuse') this.#settle(submission, outcome.error);
    else if (this.#works !== undefined && isKeptCommand(command)) this.#accept(submission, outcome.commands, key);
    else if (channel === undefined) this.#hold(submission, key);
    else this.#perform(channel, submission, outcome.commands);
    if (command.kind === 'say' && this.#owner.rooms.get(command.conversation) === undefined) {
      this.#owner.keeper(key).keepFor(this.#context.timing.directGraceMs);
    }
  }

  open(key: AccountKey, session: Session): void {
    const { ids, log, network, timing } = this.#context;
    const { user } = this.#owner;
    const lanes = new Lanes({
      session,
      user,
      ids,
      log,
      most: timing.laneMost,
      laneOf: (command) => network.laneOf(command),
      run: (task) => this.#owner.run(task),
      done: (performed) => this.#done(performed),
      failed: (submission, error) => {
        this.#doings.end(submission);
        this.#settle(submission, error);
      },
      withoutReply: (command) => withoutReply(command, this.#degrading(command, session)),
    });
    this.#channels.set(key, { session, lanes });
    this.#works?.up(key, session);
  }

  /** An accepted command's turn has come. */
  performKept(work: Work): void {
    const key = this.#accountOf(work.submission.command);
    const refusal = this.#owner.keeper(key).refusal();
    if (refusal === undefined) this.#works?.perform(work, key);
    else void this.#context.keeping?.outbox.refused(work, refusal);
  }

  /** There will be no session for what was accepted. */
  refuseKept(key: AccountKey, error: BridgeError): void {
    this.#works?.refuse(key, error);
  }

  /** The session is over: what was under way has failed. @returns what was not sent, to be tried again with the next. */
  close(key: AccountKey, error: BridgeError): readonly Held[] {
    const unsent = this.#channels.get(key)?.lanes.close(error) ?? [];
    this.#channels.delete(key);
    this.#works?.down(key);
    for (const submission of unsent) this.#doings.end(submission);
    return unsent.map((submission) => this.#held(submission));
  }

  /** Who asked for what the event tells, if it was the user. */
  originOf(event: AnyEvent, room: Room): Origin | undefined {
    return this.#doings.originOf(event, room.account, room.conversation);
  }

  capabilities(id: ConversationId): Capabilities {
    const session = this.#channels.get(this.#context.network.accountOf(id))?.session;
    return session?.capabilitiesOf?.(id) ?? withoutSession(this.#context.network, id);
  }

  /** MUC-31: why the command can't be hers, as she is not in the room. */
  #absence({ command, origin, wasIn }: Submission): BridgeError | undefined {
    if (!('conversation' in command) || wasIn === true) return undefined;
    const needed = presenceNeeded(command);
    if (needed === 'none') return undefined;
    const room = this.#owner.rooms.get(command.conversation);
    if (room === undefined) {
      const kind = this.#context.network.placeOf(command.conversation)?.kind;
      return kind === 'group' ? notJoined() : undefined;
    }
    if (room.state !== 'open') return notJoined();
    if (needed === 'user' || origin === undefined || room.joined.includes(origin.resource)) return undefined;
    return notJoined();
  }

  #perform({ lanes }: Channel, submission: Submission, commands: readonly AnyCommand[]): void {
    this.#doings.begin(submission);
    submission.begun?.();
    lanes.perform(submission, commands);
  }

  #hold(submission: Submission, key: AccountKey): void {
    const { command } = submission;
    if (isPassing(command)) {
      this.#settle(submission, undefined);
      return;
    }
    const nick = command.kind === 'join' ? command.nick : undefined;
    const refusal = this.#owner.keeper(key).hold(this.#held(submission), nick);
    if (refusal !== undefined) this.#settle(submission, refusal);
  }

  #held(submission: Submission): Held {
    const { command } = submission;
    return {
      isJoin: command.kind === 'join',
      nick: command.kind === 'join' ? command.nick : undefined,
      resume: () => {
        if (submission.isStale?.() !== true) this.submit(submission);
      },
      fail: (error) => this.#settle(submission, error),
    };
  }

  #done(performed: Performed): void {
    const { submission } = performed;
    this.#context.counts.performed[submission.command.kind]++;
    this.#doings.end(submission);
    const row = ownRow(this.#owner.user, performed);
    if (row !== undefined) this.#context.ids.remember(row.user, row.conversation, row.xmppId, row.ids);
    this.#show(performed);
  }

  /** In a room of that name alone, where she has set one. */
  #callHerself(room: ConversationId): void {
    const { accounts, network } = this.#context;
    if (network.capabilities.roomNicks !== true) return;
    const account = network.accountOf(room);
    const nick = accounts.nickIn(this.#owner.user, account, room);
    if (nick !== '') this.submit({ command: { kind: 'setNick', account, nick, only: room } });
  }

  #show(performed: Performed): void {
    const { submission, receipt } = performed;
    const { command, origin } = submission;
    const { user, rooms } = this.#owner;
    if (command.kind === 'setNick' && command.only === undefined)
      this.#owner.keeper(command.account).wantNick(command.nick);
    if (command.kind === 'join') this.#callHerself(command.conversation);
    if (receipt.outcome === 'unknown') {
      this.#context.counts.unconfirmed++;
      this.#context.log.warn('the network did not confirm a command', { kind: command.kind });
    }
    const room = 'conversation' in command ? rooms.get(command.conversation) : undefined;
    if (room?.conversation !== undefined && room.state === 'open') {
      const { conversation, joined } = room;
      const event = reflectionOf(performed, conversation, (id, target) => this.#targetIds(id, target));
      if (event !== undefined) room.memory.noteOwn(event, this.#context.clock.now(), origin);
      if (event !== undefined && joined.length > 0) {
        const delivery = { user, event, conversation, to: joined };
        this.#context.presenter.present(origin === undefined ? delivery : { ...delivery, origin });
      }
    }
    if (receipt.body !== undefined) origin?.answered?.(receipt.body);
    this.#settle(submission, undefined);
  }

  /** On disk before the network sees it. */
  #accept(submission: Submission, commands: readonly AnyCommand[], key: AccountKey): void {
    const { keeping } = this.#context;
    const refusal = this.#owner.keeper(key).refusal();
    if (keeping === undefined || refusal !== undefined) {
      this.#settle(submission, refusal);
      return;
    }
    keeping.outbox.accept(this.#owner.user, submission, commands).then(
      (outcome) => {
        if (outcome === 'repeated') this.#settle(submission, undefined);
      },
      (thrown: unknown) => this.#settle(submission, failureOf(thrown, this.#context.log, 'accepting a command')),
    );
  }

  #workDoors(): WorkDoors {
    const owner = this.#owner;
    const { user } = owner;
    const { ids, counts } = this.#context;
    return {
      user,
      run: (task) => owner.run(task),
      connect: (key) => owner.keeper(key).connect(),
      withoutReply: (command) => {
        const session = this.#channels.get(this.#accountOf(command))?.session;
        return withoutReply(command, this.#degrading(command, session));
      },
      begin: ({ submission }) => this.#doings.begin(submission),
      end: ({ submission }) => this.#doings.end(submission),
      taken: (work, performed) => {
        counts.performed[work.submission.command.kind]++;
        const row = ownRow(user, performed, work.id);
        const writes = row === undefined ? [] : ids.rememberWith(row);
        this.#show(performed);
        return writes;
      },
    };
  }

  #targetIds(conversation: ConversationId, target: Target): readonly MessageId[] | undefined {
    if (target.by === 'network') return target.ids;
    return this.#context.ids.network(this.#owner.user, conversation, target.value);
  }

  #degrading(command: AnyCommand, session: Session | undefined): Degrading {
    const { network, accounts } = this.#context;
    const { user, rooms } = this.#owner;
    const conversation = 'conversation' in command ? command.conversation : undefined;
    const narrowed = conversation === undefined ? undefined : session?.capabilitiesOf?.(conversation);
    const preferred = (name: PreferenceName): Answer | undefined =>
      accounts.preference(user, this.#accountOf(command), name, conversation);
    return {
      capabilities: narrowed ?? network.capabilities,
      reactionsInWords: preferred('reactionsInWords') === true,
      refusesEdits: preferred('edits') === 'refuse',
      refusesLongTexts: preferred('longTexts') === 'refuse',
      nickOf: (id) =>
        conversation === undefined ? undefined : rooms.get(conversation)?.conversation?.participants.get(id)?.nick,
    };
  }

  #accountOf(command: AnyCommand): AccountKey {
    return 'conversation' in command ? this.#context.network.accountOf(command.conversation) : command.account;
  }

  #settle(submission: Submission, error: BridgeError | undefined): void {
    settle(this.#context.presenter, this.#owner.user, submission, error);
  }
}

function notJoined(): BridgeError {
  return new BridgeError('not-joined', words`You are not in this room.`);
}
