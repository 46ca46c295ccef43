// Every command of the user, to the part of the session that performs it.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Target } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { MessageId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import type { IrcKind } from './abilities.ts';
import { writeCtcp } from './ctcp.ts';
import { formatLine } from './line.ts';
import { isChannelName, isNick, type Names } from './names.ts';
import type { Joining } from './joining.ts';
import type { Parting } from './parting.ts';
import type { Reactions } from './reactions.ts';
import type { Redaction } from './redaction.ts';
import { DONE, type Rooms } from './rooms.ts';
import type { Sayings } from './sayings.ts';
import type { Standing } from './standing.ts';
import type { Topics } from './topics.ts';
import type { Typing } from './typing.ts';
import type { Watching } from './watching.ts';
import type { Wire } from './wire.ts';

const POKE_MS = 20_000;

export interface PerformerParts {
  readonly wire: Wire;
  readonly names: Names;
  readonly rooms: Rooms;
  readonly joining: Joining;
  readonly parting: Parting;
  readonly sayings: Sayings;
  readonly standing: Standing;
  readonly topics: Topics;
  readonly watching: Watching;
  readonly typing: Typing;
  readonly reactions: Reactions;
  readonly redaction: Redaction;
}

export class Performer {
  readonly #wire: Wire;
  readonly #names: Names;
  readonly #rooms: Rooms;
  readonly #joining: Joining;
  readonly #parting: Parting;
  readonly #sayings: Sayings;
  readonly #standing: Standing;
  readonly #topics: Topics;
  readonly #watching: Watching;
  readonly #typing: Typing;
  readonly #reactions: Reactions;
  readonly #redaction: Redaction;

  constructor(parts: PerformerParts) {
    this.#wire = parts.wire;
    this.#names = parts.names;
    this.#rooms = parts.rooms;
    this.#joining = parts.joining;
    this.#parting = parts.parting;
    this.#sayings = parts.sayings;
    this.#standing = parts.standing;
    this.#topics = parts.topics;
    this.#watching = parts.watching;
    this.#typing = parts.typing;
    this.#reactions = parts.reactions;
    this.#redaction = parts.redaction;
  }

  /** @throws BridgeError by rejection only. */
  perform(command: CommandOf<IrcKind>): Promise<Receipt> {
    // Nearly all commands are this one, and a function that is async costs three turns of the queue.
    if (command.kind !== 'say') return this.#perform(command);
    try {
      return this.#say(command);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  async #perform(command: Exclude<CommandOf<IrcKind>, { readonly kind: 'say' }>): Promise<Receipt> {
    switch (command.kind) {
      case 'join': {
        const name = this.#channel(command);
        return await this.#joining.join(command.conversation, name, this.#key(command.password));
      }
      case 'leave':
        return await this.#parting.leave(this.#channel(command), command.text);
      case 'setTopic':
        return await this.#topics.set(command.conversation, command.text);
      case 'setRank':
        return await this.#standing.setRank(command.conversation, command.who, command.rank);
      case 'eject':
        return await this.#standing.eject(command.conversation, command.who, command);
      case 'configure':
        return await this.#standing.settings.configure(command);
      case 'invite':
        return await this.#standing.invite(command.conversation, this.#nickIn(command.who));
      case 'type':
        return this.#typing.say(command.conversation, this.#nameOf(command), command.state);
      case 'react':
        return this.#react(command);
      case 'retract':
        return await this.#redaction.redact(this.#nameOf(command), idIn(command.target));
      case 'moderate':
        return await this.#redaction.redact(this.#nameOf(command), idIn(command.target), command.reason);
      case 'poke':
        return await this.#poke(command);
      case 'setNick':
        return await this.#standing.setNick(checkNick(command.nick));
      case 'appear':
        return await this.#standing.appear(command.presence);
      case 'watch':
        return this.#watching.watch(command.people.map((person) => this.#names.split(person).name));
      case 'raw':
        return this.#raw(command.text);
      default:
        return command satisfies never;
    }
  }

  #channel({ conversation }: { readonly conversation: CommandOf<'join'>['conversation'] }): string {
    const { name } = this.#names.split(conversation);
    if (!isChannelName(name)) throw new BridgeError('malformed', words`“${name}” is not the name of a channel.`);
    return name;
  }

  /** Of whom or what something is said, as the server writes it. */
  #nameOf({ conversation }: { readonly conversation: CommandOf<'type'>['conversation'] }): string {
    return this.#rooms.byId(conversation)?.name ?? this.#names.split(conversation).name;
  }

  #react(command: CommandOf<'react'>): Receipt {
    const place = { conversation: command.conversation, name: this.#nameOf(command) };
    return this.#reactions.react(place, idIn(command.target), command.emoji);
  }

  #key(password: string | undefined): string | undefined {
    if (password !== undefined && /[\s,]/.test(password))
      throw new BridgeError('bad-password', words`A channel key has no spaces and no commas.`);
    return password;
  }

  #say(command: CommandOf<'say'>): Promise<Receipt> {
    const { conversation, body } = command;
    this.#typing.ended(conversation);
    const room = this.#rooms.byId(conversation);
    if (room !== undefined) {
      // With echoes the server decides; without, its refusal would come after we had called the line said.
      if (!this.#wire.caps.has('echo-message') && room.isMute)
        throw new BridgeError('forbidden', words`The channel is moderated, and you have no voice in it.`);
      return this.#sayings.say({ conversation, name: room.name }, command);
    }
    const { name } = this.#names.split(conversation);
    // What is said to the server itself are its own commands.
    if (name === '') return Promise.resolve(this.#rawLines(body.text));
    if (this.#wire.isChannel(name)) throw new BridgeError('not-joined', words`You are not in the channel.`);
    return this.#sayings.say({ conversation, name }, command);
  }

  #rawLines(text: string): Receipt {
    for (const line of text.split(/[\r\n]+/)) if (line.trim() !== '') this.#raw(line);
    return DONE;
  }

  #raw(text: string): Receipt {
    const line = text.trim();
    if (line === '' || /[\r\n\0]/.test(line)) throw new BridgeError('malformed', words`One line of IRC is expected.`);
    if (Buffer.byteLength(line) > this.#wire.features.lineLength - 2)
      throw new BridgeError('too-long', words`A line of IRC has at most ${this.#wire.features.lineLength - 2} bytes.`);
    this.#wire.send(line);
    return DONE;
  }

  /** Of an address as a person would write it: `nick`, `nick%server`, an `irc:` URI. */
  #nickIn(who: string): string {
    const typed = who.trim();
    if (isNick(typed)) return typed;
    const place = this.#names.parse(typed);
    const { name, server } = this.#names.split(place.conversation);
    if (place.kind !== 'direct' || server !== this.#wire.account)
      throw new BridgeError('malformed', words`“${typed.slice(0, 100)}” is nobody on this server.`);
    return name;
  }

  async #poke(command: CommandOf<'poke'>): Promise<Receipt> {
    const { name } = this.#names.split(command.conversation);
    const nick = checkNick(name);
    const what = command.what.toUpperCase();
    const sentMs = this.#wire.clock.monotonic();
    const pending = this.#wire.requests.ask<string>({
      command: `CTCP ${what}`,
      target: this.#wire.fold(nick),
      timeoutMs: POKE_MS,
    });
    this.#wire.send(formatLine('PRIVMSG', nick, writeCtcp(what, what === 'PING' ? String(Math.round(sentMs)) : '')));
    const answer = await pending.promise;
    const text = what === 'PING' ? `${Math.round(this.#wire.clock.monotonic() - sentMs)} ms` : answer;
    return { ...DONE, body: { kind: 'notice', text } };
  }
}

function checkNick(nick: string): string {
  if (!isNick(nick)) throw new BridgeError('nick-invalid', words`“${nick}” can't be a nick on IRC.`);
  return nick;
}

/** The line that is meant: the first of a message that was cut. */
function idIn(target: Target): MessageId {
  const id = target.by === 'network' ? target.ids[0] : undefined;
  if (id === undefined) throw new BridgeError('not-found', words`That message is not known any more.`);
  return id;
}
