// One account's session: signed in with its token, following the sync, and performing what the user asks.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { CommandOf } from '../../src/model/commands.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Attempt, CloseReason, Receipt, Session } from '../../src/model/network.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import type { Abilities, MatrixKind } from './abilities.ts';
import { Contacts } from './contacts.ts';
import { Directs } from './directs.ts';
import { closed, givenUp } from './errors.ts';
import { text } from './fields.ts';
import { Hearing } from './hearing.ts';
import { History } from './history.ts';
import { Intake } from './intake.ts';
import { Invitations } from './invitations.ts';
import { Joining } from './joining.ts';
import type { Me } from './me.ts';
import { localOf, placeOf } from './names.ts';
import { OwnSends } from './own-sends.ts';
import { Passing } from './passing.ts';
import { Pictures } from './pictures.ts';
import { answer, type QueryParts } from './queries.ts';
import { Reactions } from './reactions.ts';
import { RoomCommands } from './room-commands.ts';
import { Rooms } from './rooms.ts';
import { Saying } from './saying.ts';
import { Sync } from './sync.ts';
import { Turns } from './turns.ts';

const DONE: Receipt = { ids: [], outcome: 'accepted' };

export interface SessionDoors {
  readonly abilities: Abilities;
  /** It is over, in whichever way. */
  over(session: MatrixSession): void;
}

export class MatrixSession implements Session<MatrixKind> {
  readonly #me: Me;
  readonly #doors: SessionDoors;
  readonly #rooms: Rooms;
  readonly #directs: Directs;
  readonly #contacts: Contacts;
  readonly #sync: Sync;
  readonly #saying: Saying;
  readonly #joining: Joining;
  readonly #commands: RoomCommands;
  readonly #queries: QueryParts;
  readonly #pictures: Pictures;
  readonly #turns = new Turns();

  private constructor(me: Me, doors: SessionDoors) {
    this.#me = me;
    this.#doors = doors;
    const rooms = new Rooms(me);
    const directs = new Directs(me, rooms);
    const sends = new OwnSends(me.userId);
    const reactions = new Reactions(me);
    const hearing = new Hearing(me, sends, reactions);
    const history = new History(me, hearing);
    const invitations = new Invitations(me, directs);
    const passing = new Passing(me, directs);
    const contacts = new Contacts(me, directs);
    const pictures = new Pictures(me, rooms);
    this.#pictures = pictures;
    this.#rooms = rooms;
    this.#directs = directs;
    this.#contacts = contacts;
    const intake = new Intake({ me, rooms, directs, contacts, hearing, history, invitations, passing, pictures });
    this.#sync = new Sync({ me, rooms, directs, intake });
    this.#saying = new Saying({ me, rooms, directs, sends, reactions });
    this.#joining = new Joining({ me, rooms, history, pictures, sync: this.#sync });
    this.#commands = new RoomCommands(me, rooms, directs);
    this.#queries = { me, rooms, directs, history, pictures };
  }

  /** @throws BridgeError by rejection when it is not let in. */
  static async open(me: Me, doors: SessionDoors, signal: AbortSignal): Promise<MatrixSession> {
    const session = new MatrixSession(me, doors);
    const giveUp = (): void => session.#end();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      if (signal.aborted) throw givenUp();
      await session.#begin();
    } catch (error) {
      session.#end();
      throw signal.aborted ? givenUp() : error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    void session.#sync.run((error) => session.#lost(error));
    return session;
  }

  capabilitiesOf(conversation: ConversationId): Capabilities<MatrixKind> {
    return this.#doors.abilities.of(placeOf(conversation)?.kind ?? 'direct');
  }

  async send(command: CommandOf<MatrixKind>, attempt?: Attempt): Promise<Receipt> {
    if (this.#me.hasEnded) throw closed();
    switch (command.kind) {
      case 'type':
        return await this.#saying.type(command);
      case 'display':
        return await this.#saying.display(command);
      case 'appear':
        return await done(this.#commands.appear(command));
      case 'setNick':
        return await done(this.#commands.setNick(command));
      default:
        return await this.#turns.take(command.conversation, () => this.#perform(command, attempt));
    }
  }

  /** @throws BridgeError by rejection. */
  async ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    if (this.#me.hasEnded) throw closed();
    return await answer(this.#queries, query);
  }

  /** She stays in her rooms; of an account that is removed the network forgets the device. */
  adopt(account: Account): boolean {
    return this.#me.adopt(account);
  }

  close(_reason: CloseReason): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  async #begin(): Promise<void> {
    const { api, userId, account } = this.#me;
    const who = await api.get('account', 'whoami');
    if (text(who['user_id']) !== userId)
      throw new BridgeError('bad-credentials', words`The access token is that of somebody else.`);
    const [named] = await Promise.all([api.find('profile', userId), this.#rooms.load(), this.#directs.load()]);
    await this.#sync.begin();
    const nick = text(named?.['displayname']);
    this.#me.emit({ kind: 'connected', account: account.key, nick: nick === '' ? localOf(userId) : nick });
    this.#contacts.tell(this.#directs.people);
  }

  #perform(
    command: Exclude<CommandOf<MatrixKind>, CommandOf<'type' | 'display' | 'appear' | 'setNick'>>,
    attempt: Attempt | undefined,
  ): Promise<Receipt> {
    if (this.#me.hasEnded) return Promise.reject(closed());
    switch (command.kind) {
      case 'say':
        return this.#saying.say(command, attempt);
      case 'edit':
        return this.#saying.edit(command, attempt);
      case 'retract':
        return this.#saying.retract(command, attempt);
      case 'moderate':
        return this.#saying.retract(command, attempt, command.reason);
      case 'react':
        return this.#saying.react(command, attempt);
      case 'join':
        return done(this.#joining.join(command));
      case 'leave':
        return done(this.#joining.leave(command));
      case 'decline':
        return done(this.#joining.decline(command));
      case 'setTopic':
        return done(this.#commands.setTopic(command));
      case 'setPicture':
        return done(this.#pictures.set(command));
      case 'setRank':
        return done(this.#commands.setRank(command));
      case 'eject':
        return done(this.#commands.eject(command));
      case 'invite':
        return done(this.#commands.invite(command));
      case 'answer':
        return done(this.#commands.answer(command));
      default:
        return command satisfies never;
    }
  }

  #lost(error: BridgeError): void {
    if (this.#me.hasEnded) return;
    // A token that was revoked stays so.
    const final = error.code === 'bad-credentials';
    this.#me.emit({ kind: 'disconnected', account: this.#me.account.key, error, final });
    this.#end();
  }

  #end(): void {
    if (this.#me.hasEnded) return;
    this.#me.end();
    this.#sync.stop();
    this.#doors.over(this);
  }
}

async function done(work: Promise<void>): Promise<Receipt> {
  await work;
  return DONE;
}
