// One channel as one session sees it: a Conversation whose members, topic and modes this session changes in place.

import type { Conversation, GroupTraits, Participant, Topic } from '../../src/model/conversation.ts';
import { ONLINE } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import type { ConversationId, ParticipantId } from '../../src/model/ids.ts';
import { RecentBans } from './bans.ts';
import type { Features } from './isupport.ts';
import { nickOf } from './line.ts';
import { rankOf, traitsOf } from './modes.ts';
import { isSame, SHARED_FOR_MS, type SharedChannel, type SharedLine } from './shared.ts';
import type { Wire } from './wire.ts';

const MAX_HELD = 1000;
const PLAIN_NICK = /^[\w`-]*$/;

export class Room implements Conversation {
  readonly id: ConversationId;
  readonly kind = 'group';
  name: string;
  topic?: Topic;
  traits: GroupTraits = {};
  self: ParticipantId;
  readonly participants = new Map<ParticipantId, Participant>();

  readonly shared: SharedChannel;
  /** Modes without parameters that matter, as letters. */
  modes = '';
  /** The key, where it was told. */
  key: string | undefined;
  /** NAMES was read to its end; the modes are known, or will not be told. */
  hasNames = false;
  hasModes = false;
  /** Both, and `opened` was emitted. */
  isOpen = false;
  readonly bans: RecentBans;
  readonly #wire: Wire;
  /** All signs of those who have any. */
  readonly #signs = new Map<ParticipantId, string>();
  #held: AnyEvent[] = [];
  /** What the shared lines know it by: they outlive it. */
  readonly #maker = {};
  /** By folded nick, of those whose ids alone do not tell whether two nicks are one. */
  readonly #odd = new Map<string, ParticipantId>();
  /** Of the shared lines up to here none is ours any more. */
  #position: number;

  constructor(wire: Wire, id: ConversationId, name: string) {
    this.id = id;
    this.name = name;
    this.self = wire.person(wire.nick);
    this.#wire = wire;
    this.bans = new RecentBans(wire);
    this.shared = wire.server.enter(id);
    this.#position = wire.server.position;
  }

  /** Reports a change; what comes before `opened` is a message that waits, or in the snapshot anyway. */
  report(event: AnyEvent): void {
    if (this.isOpen) this.#wire.emit(event);
    else if (event.kind === 'said' && this.#held.length < MAX_HELD) this.#held.push(event);
  }

  open(): void {
    if (!this.participants.has(this.self)) this.enter(this.#wire.nick, '', undefined);
    this.isOpen = true;
    this.refreshTraits();
    this.#wire.emit({ kind: 'opened', conversation: this.id, snapshot: this });
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#wire.emit(event);
  }

  /** The session is out of the channel; the members stay as they were, for those who still read. */
  release(): void {
    this.isOpen = false;
    this.#wire.server.exit(this.shared);
  }

  member(nick: string): Participant | undefined {
    const known = this.participants.get(this.#wire.person(nick));
    // Ids fold ASCII letters alone; on most servers more than that is the same nick.
    if (known !== undefined || PLAIN_NICK.test(nick)) return known;
    const id = this.#odd.get(this.#wire.fold(nick));
    return id === undefined ? undefined : this.participants.get(id);
  }
  signsOf(person: Participant): string {
    return this.#signs.get(person.id) ?? '';
  }

  /** Adds somebody, or brings what is known of her up to date. `account`: where the server tells it. */
  enter(nick: string, signs: string, address: string | undefined, account?: string): Participant {
    const id = this.#wire.person(nick);
    const known = this.participants.get(id);
    const rank = rankOf(this.#wire.features, signs);
    const where = address ?? known?.address;
    const presence = known?.presence ?? ONLINE;
    const identity = known === undefined ? this.shared.identities.enter(id, account) : known.identity;
    const person = this.shared.intern({
      id,
      nick,
      rank,
      presence,
      ...(where === undefined ? {} : { address: where }),
      ...(identity === undefined ? {} : { identity }),
    });
    this.put(person, signs);
    return person;
  }

  put(person: Participant, signs: string): void {
    this.participants.set(person.id, person);
    if (!PLAIN_NICK.test(person.nick)) this.#odd.set(this.#wire.fold(person.nick), person.id);
    if (signs === '') this.#signs.delete(person.id);
    else this.#signs.set(person.id, signs);
  }

  remove(person: Participant): void {
    this.participants.delete(person.id);
    this.#signs.delete(person.id);
    if (!PLAIN_NICK.test(person.nick)) this.#odd.delete(this.#wire.fold(person.nick));
    this.shared.forget(person);
  }

  /** An entry of NAMES: signs, nick, and with userhost-in-names the address. */
  list(features: Features, entry: string): void {
    const known = this.shared.listed(entry);
    const signs = signsAt(features, entry);
    if (known !== undefined) {
      this.put(known, signs);
      return;
    }
    const source = entry.slice(signs.length);
    const nick = nickOf(source);
    if (nick === '') return;
    const person =
      source === nick
        ? this.shared.known({ id: this.#wire.person(nick), nick, rank: rankOf(features, signs) })
        : undefined;
    if (person !== undefined) this.put(person, signs);
    this.shared.list(entry, person ?? this.enter(nick, signs, source === nick ? undefined : source));
  }

  /** Replaces somebody by how she is now, which is what another session has made of the same, if it has; the old object stays what it was. */
  replace(
    before: Participant,
    change: Partial<Participant>,
    signs = this.signsOf(before),
    made?: Participant,
  ): Participant {
    const person = moved(before, change);
    const isMade = made !== undefined && isSame(made, person);
    const now = isMade ? made : this.shared.intern(person);
    if (now.id !== before.id) {
      if (!isMade) this.shared.identities.rename(now.id, now.identity);
      this.remove(before);
    }
    this.put(now, signs);
    if (this.self === before.id) this.self = now.id;
    return now;
  }

  /** Moderated, and we have no sign that would let us speak. */
  get isMute(): boolean {
    return this.modes.includes('m') && !this.#signs.has(this.self);
  }

  refreshTraits(): void {
    this.traits = traitsOf(this.modes, this.participants.get(this.self)?.rank ?? 'member');
  }

  /** The shared form of a line, where another session has made it already and it is new to this one. */
  shares(line: string): SharedLine | undefined {
    let entry = this.#wire.server.recall(line);
    while (entry !== undefined && !this.#isNew(entry)) entry = entry.next;
    return entry;
  }
  #isNew(entry: SharedLine): boolean {
    return (
      entry.channel === this.shared &&
      entry.position > this.#position &&
      entry.maker !== this.#maker &&
      this.#wire.clock.monotonic() - entry.atMs < SHARED_FOR_MS
    );
  }
  pass(position: number): void {
    this.#position = position;
  }
  /** Makes an event of a line known to the other sessions in the channel. */
  share(line: string, event: AnyEvent): void {
    if (this.shared.users === 1) return;
    const atMs = this.#wire.clock.monotonic();
    this.#wire.server.note({ line, maker: this.#maker, atMs, channel: this.shared, event });
  }
}

/** Under another nick she is who she was. */
function moved(before: Participant, change: Partial<Participant>): Participant {
  const { identity = before.id, ...now } = { ...before, ...change };
  return identity === now.id ? now : { ...now, identity };
}

function signsAt(features: Features, entry: string): string {
  let end = 0;
  while (end < entry.length && features.prefixSigns.includes(entry.charAt(end))) end++;
  return entry.slice(0, end);
}
