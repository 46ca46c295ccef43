// One user's commands on their way to the network: checked against her rooms, made fit, sent by lane, and shown to her once taken.

import type { Capabilities } from '../model/capabilities.ts';
import type { AnyCommand } from '../model/commands.ts';
import type { Target } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import type { AccountKey, ConversationId, MessageId, UserId } from '../model/ids.ts';
import type { Session } from '../model/network.ts';
import type { Origin } from '../model/ports.ts';
import type { BridgeContext } from './context.ts';
import { type Degrading, degrade, withoutReply } from './degrade.ts';
import type { Held } from './held.ts';
import { Lanes, type Performed } from './lanes.ts';
import { OwnDoings } from './own-doings.ts';
import { reflectionOf, rememberOwn } from './own-lines.ts';
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

  constructor(context: BridgeContext, owner: OutgoingOwner) {
    this.#context = context;
    this.#owner = owner;
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
  }

  /** The session is over: what was under way has failed. @returns what was not sent, to be tried again with the next. */
  close(key: AccountKey, error: BridgeError): readonly Held[] {
    const unsent = this.#channels.get(key)?.lanes.close(error) ?? [];
    this.#channels.delete(key);
    for (const submission of unsent) this.#doings.end(submission);
    return unsent.map((submission) => this.#held(submission));
  }

  /** Who asked for what the event tells, if it was the user. */
  originOf(event: AnyEvent, room: Room): Origin | undefined {
    return this.#doings.originOf(event, room.account, room.conversation);
  }

  capabilities(id: ConversationId): Capabilities {
    const session = this.#channels.get(this.#context.network.accountOf(id))?.session;
    return session?.capabilitiesOf?.(id) ?? this.#context.network.capabilities;
  }

  /** MUC-31: why the command can't be hers, as she is not in the room. */
  #absence({ command, origin }: Submission): BridgeError | undefined {
    if (!('conversation' in command)) return undefined;
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
    return {
      isJoin: submission.command.kind === 'join',
      resume: () => {
        if (submission.isStale?.() !== true) this.submit(submission);
      },
      fail: (error) => this.#settle(submission, error),
    };
  }

  #done(performed: Performed): void {
    const { submission, receipt } = performed;
    const { command, origin } = submission;
    const { user, rooms } = this.#owner;
    this.#context.counts.performed[command.kind]++;
    this.#doings.end(submission);
    rememberOwn(this.#context.ids, user, performed);
    if (receipt.outcome === 'unknown') {
      this.#context.counts.unconfirmed++;
      this.#context.log.warn('the network did not confirm a command', { kind: command.kind });
    }
    const room = 'conversation' in command ? rooms.get(command.conversation) : undefined;
    if (room?.conversation !== undefined && room.state === 'open' && room.joined.length > 0) {
      const { conversation, joined } = room;
      const event = reflectionOf(performed, conversation, (id, target) => this.#targetIds(id, target));
      if (event !== undefined) {
        const delivery = { user, event, conversation, to: joined };
        this.#context.presenter.present(origin === undefined ? delivery : { ...delivery, origin });
      }
    }
    this.#settle(submission, undefined);
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
    return {
      capabilities: narrowed ?? network.capabilities,
      reactionsInWords:
        command.kind === 'react' && accounts.prefers(user, this.#accountOf(command), 'reactionsInWords'),
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
  return new BridgeError('not-joined', 'You are not in this room.');
}
