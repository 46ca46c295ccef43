// What a network says of somebody, for all that shows it (vCards, avatars, last activity): asked once, kept for a while, and never waited for
// too long.

import { createHash } from 'node:crypto';
import type { Avatar, Profile } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { ConversationId, ParticipantId, UserId } from '../model/ids.ts';
import type { Clock } from '../model/ports.ts';
import type { Picture } from '../model/queries.ts';
import { words } from '../model/words.ts';
import type { FeatureHost, Inbound } from './feature.ts';

/** Somebody as a user sees her. */
export interface Subject {
  readonly user: UserId;
  readonly conversation: ConversationId;
  readonly who?: ParticipantId;
  /** What is known without asking. */
  readonly known: Profile;
}

/** Clients ask for everybody they see, and again after each reconnect. */
const PROFILE_KEPT_MS = 2 * 60_000;
const PICTURE_KEPT_MS = 60 * 60_000;
const MOST_PROFILES = 2_000;
const MOST_PICTURES = 100;
const ANSWER_WITHIN_MS = 8_000;
/** Beyond it the stanza gets too large for some servers (CORE-12). */
export const MAX_PICTURE_BYTES = 40_000;

const all = new WeakMap<FeatureHost, Profiles>();

/** Those of one gateway. */
export function profilesOf(host: FeatureHost): Profiles {
  const known = all.get(host) ?? new Profiles(host);
  all.set(host, known);
  return known;
}

export class Profiles {
  readonly #host: FeatureHost;
  readonly #profiles: Memory<Profile>;
  readonly #pictures: Memory<Picture>;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#profiles = new Memory(host.clock, PROFILE_KEPT_MS, MOST_PROFILES);
    this.#pictures = new Memory(host.clock, PICTURE_KEPT_MS, MOST_PICTURES);
  }

  /** Who is at this address. @throws BridgeError where nobody is. */
  subject({ user, to }: Inbound): Subject {
    const { place } = to;
    if (place === undefined) throw new BridgeError('not-found', words`There is nobody of that name.`);
    const { conversation } = place;
    if (to.where !== 'occupant') return { user, conversation, known: { uris: [place.uri] } };
    const room = this.#host.bridge.conversation(user, conversation);
    if (room === undefined) throw new BridgeError('not-joined', words`You are not in this room.`);
    const who = this.#host.occupants.find(room, to.resource);
    if (who === undefined) throw new BridgeError('not-found', words`There is nobody of that name in this room.`);
    const { nick, avatar } = who;
    return { user, conversation, who: who.id, known: { nick, ...(avatar !== undefined && { avatar }) } };
  }

  /** What is known alone, where the network does not say more in time. @throws BridgeError `not-found` by rejection. */
  async of(subject: Subject): Promise<Profile> {
    const { user, conversation, who, known } = subject;
    const key = [user, conversation, who].join(' ');
    return { ...known, ...(await this.#profiles.get(key, () => this.#ask(subject))) };
  }

  /** The picture with that hash; undefined where it can't be had. */
  async picture(subject: Subject, avatar: Avatar | undefined): Promise<Picture | undefined> {
    if (avatar === undefined) return undefined;
    return this.#pictures.get(avatar.sha1, () => this.#fetch(subject, avatar));
  }

  async #ask({ user, conversation, who }: Subject): Promise<Profile | undefined> {
    const { network } = this.#host.gateway;
    const query = { kind: 'profile', account: network.accountOf(conversation), conversation } as const;
    try {
      return await this.#inTime(this.#host.bridge.ask(user, who === undefined ? query : { ...query, who }));
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || thrown.code === 'not-found') throw thrown;
      return undefined;
    }
  }

  async #fetch({ user, conversation, who }: Subject, { sha1 }: Avatar): Promise<Picture | undefined> {
    const { network } = this.#host.gateway;
    const query = { kind: 'avatar', account: network.accountOf(conversation), conversation } as const;
    try {
      const picture = await this.#inTime(this.#host.bridge.ask(user, who === undefined ? query : { ...query, who }));
      const { bytes, mediaType } = picture;
      const fits = bytes.length <= MAX_PICTURE_BYTES && mediaType.startsWith('image/');
      // Another hash than the announced one would be asked for again and again.
      return fits && createHash('sha1').update(bytes).digest('hex') === sha1 ? picture : undefined;
    } catch (thrown) {
      if (thrown instanceof BridgeError) return undefined;
      throw thrown;
    }
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const callOff = this.#host.clock.after(ANSWER_WITHIN_MS, () =>
      reject(new BridgeError('timeout', words`The network took too long to answer.`)),
    );
    return Promise.race([answer, promise]).finally(callOff);
  }
}

/** What was answered, for a while; what was not may be asked for again at once. */
class Memory<T> {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #most: number;
  readonly #entries = new Map<string, { readonly until: number; readonly answer: Promise<T | undefined> }>();

  constructor(clock: Clock, keptMs: number, most: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
    this.#most = most;
  }

  get(key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const now = this.#clock.monotonic();
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > now) return known.answer;
    if (this.#entries.size >= this.#most) this.#entries.clear();
    const entry = { until: now + this.#keptMs, answer: ask() };
    this.#entries.set(key, entry);
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.answer.then((found) => (found === undefined ? forget() : undefined), forget);
    return entry.answer;
  }
}
