// Who people are and what they may do: nicks, ranks, away, channel modes; both what the server reports and what the user asks for.

import { ONLINE, type Participant, type Presence, type Rank } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId, ParticipantId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import type { BanList } from './ban-list.ts';
import { banMask, isMask } from './bans.ts';
import { type IrcLine, formatLine, nickOf, parseSource } from './line.ts';
import { ChannelSettings, ITSELF } from './channel-settings.ts';
import { type ModeChange, modeFor, rankChange, rankOf, readModes, withMode, withSign } from './modes.ts';
import type { Joining } from './joining.ts';
import { Pending } from './requests.ts';
import type { Room } from './room.ts';
import { DONE, type Handlers, type Rooms } from './rooms.ts';
import { cutText } from './split.ts';
import type { Watching } from './watching.ts';
import type { Wire } from './wire.ts';

const ANSWER_MS = 15_000;

interface StandingParts {
  readonly wire: Wire;
  readonly rooms: Rooms;
  readonly joining: Joining;
  readonly watching: Watching;
  readonly bans: BanList;
}

export class Standing {
  readonly settings: ChannelSettings;
  readonly #wire: Wire;
  readonly #rooms: Rooms;
  readonly #joining: Joining;
  readonly #watching: Watching;
  readonly #bans: BanList;
  #isAway = false;

  constructor({ wire, rooms, joining, watching, bans }: StandingParts) {
    this.#wire = wire;
    this.#rooms = rooms;
    this.#joining = joining;
    this.#watching = watching;
    this.#bans = bans;
    this.settings = new ChannelSettings(wire, rooms);
  }

  readonly handlers: Handlers = {
    NICK: (line, raw) => this.#onNick(line, raw),
    MODE: (line, raw) => this.#onMode(line, raw),
    AWAY: (line, raw) => this.#onAway(line, raw),
    ACCOUNT: (line) => this.#onAccount(line),
    CHGHOST: (line) => this.#onNewHost(line),
    '324': ({ params }) => this.#onRoomModes(params),
    '396': ({ params }) => this.#onOwnHost(params[1] ?? ''),
    '341': ({ params }) => this.#done('INVITE', params[2] ?? '', params[1]),
    '305': () => this.#done('AWAY', ''),
    '306': () => this.#done('AWAY', ''),
  };

  #done(command: string, target: string, other?: string): void {
    const { requests } = this.#wire;
    const asked = requests.find(
      command,
      this.#wire.fold(target),
      other === undefined ? undefined : this.#wire.fold(other),
    );
    if (asked instanceof Pending) asked.done(undefined);
  }

  #ask(command: string, target: string, other?: string): Pending<undefined> {
    const fold = (name: string): string => this.#wire.fold(name);
    const question = { command, target: fold(target), timeoutMs: ANSWER_MS };
    return this.#wire.requests.ask(other === undefined ? question : { ...question, other: fold(other) });
  }

  async setNick(nick: string): Promise<Receipt> {
    if (nick === this.#wire.nick) return DONE;
    const pending = this.#ask('NICK', nick);
    this.#wire.send(formatLine('NICK', nick));
    await pending.promise;
    this.#wire.wantedNick = undefined;
    return DONE;
  }

  #onNick(line: IrcLine, raw: string): void {
    const nick = nickOf(line.source);
    const next = line.params[0] ?? '';
    if (next === '') return;
    const isOwn = this.#wire.isSelf(nick);
    if (isOwn) this.#wire.nick = next;
    for (const room of this.#rooms.all()) {
      const before = room.member(nick);
      if (before === undefined) continue;
      const bang = line.source.indexOf('!');
      const address = bang < 0 ? {} : { address: next + line.source.slice(bang) };
      this.#rooms.changeIn(room, before, raw, { id: this.#wire.person(next), nick: next, ...address });
    }
    if (!isOwn) {
      this.#wire.nickFreed(nick);
      return;
    }
    this.#wire.emit({ kind: 'connected', account: this.#wire.account, nick: next });
    this.#done('NICK', next);
  }

  #onMode(line: IrcLine, raw: string): void {
    const [target = '', letters = '', ...params] = line.params;
    const room = this.#rooms.get(target);
    if (room === undefined) return;
    const { features } = this.#wire;
    const changes = readModes(features, letters, params);
    let modes = room.modes;
    for (const change of changes) {
      if (features.prefixModes.includes(change.mode)) this.#rank(room, change, raw);
      else if (change.mode === 'b') noteBan(room, change);
      else modes = this.#mode(room, modes, change);
    }
    this.#rooms.setModes(room, modes);
    if (!this.#wire.isSelf(nickOf(line.source))) return;
    const isOfChannel = changes.some(({ mode }) => mode !== 'b' && !features.prefixModes.includes(mode));
    this.#done('MODE', room.name, isOfChannel ? ITSELF : modeTarget(changes));
  }

  #mode(room: Room, modes: string, change: ModeChange): string {
    if (change.mode === 'k') room.key = change.on && change.param !== '*' ? change.param : undefined;
    return withMode(modes, change);
  }

  #rank(room: Room, change: ModeChange, raw: string): void {
    const before = room.member(change.param ?? '');
    if (before === undefined) return;
    const signs = withSign(this.#wire.features, room.signsOf(before), change);
    this.#rooms.changeIn(room, before, raw, { rank: rankOf(this.#wire.features, signs) }, signs);
  }

  #onRoomModes(params: readonly string[]): void {
    const [, name = '', letters = '', ...rest] = params;
    const room = this.#rooms.get(name);
    let modes = '';
    const changes = readModes(this.#wire.features, letters, rest);
    for (const change of changes) modes = room === undefined ? modes : this.#mode(room, modes, change);
    if (room !== undefined) this.#rooms.setModes(room, modes);
    if (!this.#joining.modesKnown(name)) this.#wire.told(params.slice(1).join(' '));
  }

  #onAway(line: IrcLine, raw: string): void {
    const status = this.#wire.readText(line.params[0] ?? '');
    const presence: Presence =
      line.params.length === 0 ? ONLINE : { show: 'away', ...(status === '' ? {} : { status }) };
    const nick = nickOf(line.source);
    this.#rooms.change(nick, raw, { presence });
    this.#watching.heard(nick, presence);
  }

  #onAccount({ source, params: [account = '*'] }: IrcLine): void {
    if (account === '*') return;
    for (const room of this.#rooms.all()) {
      const who = room.member(nickOf(source));
      if (who !== undefined) room.shared.identities.recognise(who, account);
    }
  }

  /** Nothing that is shown: bans are of it. */
  #onNewHost(line: IrcLine): void {
    const [user = '', host = ''] = line.params;
    const { nick } = parseSource(line.source);
    if (this.#wire.isSelf(nick)) this.#wire.userhost = `${user}@${host}`;
    for (const room of this.#rooms.all()) {
      const who = room.member(nick);
      if (who !== undefined) room.replace(who, { address: `${nick}!${user}@${host}` });
    }
  }

  #onOwnHost(host: string): void {
    const user = this.#wire.userhost.split('@')[0] ?? '';
    this.#wire.userhost = host.includes('@') ? host : `${user}@${host}`;
  }

  async setRank(id: ConversationId, who: ParticipantId, rank: Rank): Promise<Receipt> {
    const room = this.#rooms.joined(id);
    if (isMask(who)) return await this.#rankMask(room, who, rank);
    const person = this.#person(room, who);
    if (rank === 'outcast') return await this.eject(id, who, { ban: true });
    const { features } = this.#wire;
    const mode = modeFor(features, rank);
    if (mode === '' && rank !== 'member' && rank !== 'none')
      throw new BridgeError('unsupported', words`This server has no such rank.`);
    const letters = rankChange(features, room.signsOf(person), mode);
    if (letters === '') return DONE;
    const nicks = letters
      .replace(/[+-]/g, '')
      .split('')
      .map(() => person.nick);
    const pending = this.#ask('MODE', room.name, person.nick);
    this.#wire.send(formatLine('MODE', room.name, letters, ...nicks));
    await pending.promise;
    return DONE;
  }

  async #rankMask(room: Room, mask: string, rank: Rank): Promise<Receipt> {
    if (rank === 'outcast') return await this.#bans.set(room, mask);
    if (rank === 'member' || rank === 'none') return await this.#bans.lift(room, mask);
    throw new BridgeError('not-found', words`They are not in the channel.`);
  }

  async eject(
    id: ConversationId,
    who: ParticipantId,
    how: { readonly ban: boolean; readonly reason?: string },
  ): Promise<Receipt> {
    const room = this.#rooms.joined(id);
    const person = this.#person(room, who);
    if (how.ban) {
      const mask = banMask(person, this.#wire.userhost);
      await this.#bans.set(room, mask);
      // However long it has stood.
      room.bans.set(mask);
    }
    const kicked = this.#ask('KICK', room.name, person.nick);
    const line = formatLine('KICK', room.name, person.nick);
    const { kickLength = Number.POSITIVE_INFINITY } = this.#wire.features;
    const reason = cutText(how.reason ?? '', Math.min(kickLength, this.#wire.spaceBehind(line)));
    this.#wire.send(reason === '' ? line : `${line} :${reason}`);
    await kicked.promise;
    return DONE;
  }

  #person(room: Room, who: ParticipantId): Participant {
    const person = room.participants.get(who);
    if (person === undefined) throw new BridgeError('not-found', words`They are not in the channel.`);
    return person;
  }

  async invite(id: ConversationId, nick: string): Promise<Receipt> {
    const room = this.#rooms.joined(id);
    const pending = this.#ask('INVITE', room.name, nick);
    this.#wire.send(formatLine('INVITE', nick, room.name));
    await pending.promise;
    return DONE;
  }

  async appear(presence: Presence): Promise<Receipt> {
    const away = presence.show !== 'online' && presence.show !== 'chat';
    if (!away && !this.#isAway) return DONE;
    this.#isAway = away;
    const pending = this.#ask('AWAY', '');
    const { awayLength = Number.POSITIVE_INFINITY } = this.#wire.features;
    const most = Math.min(awayLength, this.#wire.spaceBehind('AWAY'));
    const words = cutText(presence.status || WORDS[presence.show] || 'away', most);
    this.#wire.send(away ? formatLine('AWAY', words) : 'AWAY');
    await pending.promise;
    // Servers tell others of it, and nobody of herself.
    const { status } = presence;
    const shown: Presence = away ? { show: presence.show, ...(status !== undefined && { status }) } : ONLINE;
    const { nick } = this.#wire;
    this.#rooms.change(nick, `:${nick} AWAY :${shown.show} ${words}`, { presence: shown });
    return DONE;
  }
}

const WORDS: Readonly<Partial<Record<Presence['show'], string>>> = {
  away: 'away',
  xa: 'away for longer',
  dnd: 'busy',
  offline: 'not here',
};

function noteBan({ bans }: Room, { on, param = '' }: ModeChange): void {
  if (on) bans.set(param);
  else bans.lift(param);
}

/** The nick or mask that a MODE line was about, as it was asked for. */
function modeTarget(changes: readonly ModeChange[]): string | undefined {
  return changes.find((change) => change.param !== undefined)?.param;
}
