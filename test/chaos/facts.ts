// One run's ledger, indexed: who was owed which message, the copies that she was shown, and what became of one that she was not shown.
// What the fates mean stands in judge.ts.

import type { Ledger, Shown, Spell } from './ledger.ts';
import { domainOf } from './realm.ts';
import { isLive, type NetworkName, streamOf, tokenIn } from './tokens.ts';

export type Way = 'out' | 'in';
export const FATES = ['told', 'notHanded', 'unread', 'inFlight', 'severed', 'elsewhere', 'away', 'lost'] as const;
export type Fate = (typeof FATES)[number];

const UNREAD_MS = 250;
/** As long as a live network's lines wait for a lost connection. */
const HELD_MS = 20_000;
const UNTOLD_MS = 1_000;
const IN_FLIGHT_MS = 2_000;
/** How long before somebody went a message may have been said that she was no longer shown, not counting the time that all stood still. */
const AWAY_MS = 3_000;
const STANDSTILLS = /^(gateway-stop|link-|irc-half-open|irc-slow|irc-pieces|xmpp-)/;
/** What a server that writes behind had read, and a little. */
const FORGOTTEN_MS = 6_000;
const STALLS = /^(?:link-half-open|link-slow|gateway-stop)$/;
const SEVERED_MS = 1_500;
const ELSEWHERE_MS = 1_500;
const OBSERVERS_BACK_MS = 10_000;
const TAIL_MS = 120_000;
/** As long as a server, a stalled connection or a store that is away may keep it from being confirmed and forgotten. */
const UNCONFIRMED_MS = 30_000;
const NEAR_MS = 15_000;

export interface Owed {
  readonly network: NetworkName;
  readonly way: Way;
  readonly token: string;
  readonly stream: string;
  readonly hearer: string;
  readonly at: number;
}

export class Facts {
  readonly #ledger: Ledger;
  readonly #shown = new Map<string, Shown[]>();
  readonly #handed = new Map<string, number>();
  readonly #told: ReadonlySet<string>;
  readonly #onIrc = new Set<string>();
  readonly #owed: readonly Owed[];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (const shown of ledger.shown) {
      const key = `${shown.hearer} ${shown.token}`;
      if (shown.hearer.startsWith('irc:')) this.#onIrc.add(shown.hearer);
      const all = this.#shown.get(key);
      if (all === undefined) this.#shown.set(key, [shown]);
      else all.push(shown);
    }
    for (const { token, at, to } of ledger.handed) {
      this.#handed.set(`${typeof to === 'string' ? to : to.nick} ${token}`, at);
    }
    // An error that was written to a connection in its last moments has told nobody.
    const told = ledger.told.filter(({ by, at }) => by === 'client' || !this.#wasCut(at, UNTOLD_MS));
    this.#told = new Set(told.map(({ token }) => token));
    this.#owed = [...this.#owedOut(), ...this.#owedIn()];
  }

  owed(): readonly Owed[] {
    return this.#owed;
  }

  /** In the order in which they were shown; what a room shows to those who come in is there for having been seen before. */
  copies({ hearer, token, network, way }: Owed): readonly Shown[] {
    if (network === 'irc' && way === 'out') return this.#mostSeen(token);
    const all = this.#shown.get(`${hearer} ${token}`) ?? [];
    const live = all.filter(({ history }) => !history);
    return live.length > 0 ? live : all.slice(0, 1);
  }

  /** `first`: when the first copy was shown. What had been shown long before the cut is no longer of its tail. */
  isTail({ delayed, at }: Shown, first: number): boolean {
    const { cuts, deaths } = this.#ledger;
    const ends = [...cuts, ...deaths.map((death) => death.at)];
    return delayed && ends.some((cut) => cut <= at && cut > at - TAIL_MS && cut - first < UNCONFIRMED_MS);
  }

  isTold({ way, token }: Owed): boolean {
    return way === 'out' && this.#told.has(token);
  }

  fate(owed: Owed): Fate {
    const { network, way, token } = owed;
    if (this.isTold(owed)) return 'told';
    if (way === 'out') {
      const handed = this.#handed.get(`gateway ${token}`);
      if (handed === undefined) return 'notHanded';
      if (this.#died(handed, UNREAD_MS) || this.#wasCut(handed, UNREAD_MS)) return 'unread';
      return isLive(network) ? this.#fateOut(owed, handed) : 'lost';
    }
    return isLive(network) ? this.#fateIn(owed) : 'lost';
  }

  near(at: number): readonly string[] {
    return this.#ledger.injected
      .filter((fault) => fault.at <= at + NEAR_MS && fault.until >= at - NEAR_MS)
      .map(({ name }) => name);
  }

  /** Of what was shown as it came, for the first time. */
  outOfOrder(): readonly Owed[] {
    const byKey = new Map(this.#owed.map((owed) => [`${owed.hearer} ${owed.token}`, owed]));
    const takenAt = new Map(this.#ledger.spoken.map(({ token, taken }) => [token, taken]));
    const before = new Map<string, { readonly n: number; readonly taken: number | undefined }[]>();
    const seen = new Set<string>();
    const found: Owed[] = [];
    for (const { hearer, token: text, delayed, history } of this.#ledger.shown) {
      const token = tokenIn(text);
      const key = `${hearer} ${text}`;
      if (token === undefined || history || seen.has(key)) continue;
      seen.add(key);
      if (delayed) continue;
      const { n } = token;
      const taken = takenAt.get(text);
      const stream = `${hearer} ${streamOf(token)}`;
      const earlier = before.get(stream) ?? [];
      before.set(stream, earlier);
      const owed = byKey.get(hearer.startsWith('irc:') ? `irc ${text}` : key);
      // A network that handed the later one over first has itself to blame.
      const isWrong = (other: (typeof earlier)[number]): boolean =>
        other.n > n && (taken === undefined || other.taken === undefined || taken < other.taken);
      if (owed !== undefined && earlier.some(isWrong)) found.push(owed);
      earlier.push({ n, taken });
    }
    return found;
  }

  /** Of a live network: the lines of the last moments. */
  #fateOut({ token, stream }: Owed, handed: number): Fate {
    const passedOn = this.#handed.get(`ircd ${token}`);
    if (passedOn !== undefined) {
      const isUnseen = this.#ledger.outages.some(
        ({ what, at, until }) => what === 'irc' && passedOn > at - ELSEWHERE_MS && passedOn < until + OBSERVERS_BACK_MS,
      );
      return isUnseen ? 'elsewhere' : 'lost';
    }
    const nick = stream.split('-', 1)[0];
    const isHeld = this.#ledger.severed.some((one) => one.nick === nick && Math.abs(one.at - handed) <= HELD_MS);
    if (this.#died(handed, isHeld ? HELD_MS : IN_FLIGHT_MS)) return 'inFlight';
    const wasOnTheWay = this.#ledger.severed.some(
      (one) => one.nick === nick && handed >= one.since - SEVERED_MS && handed <= one.at,
    );
    return wasOnTheWay ? 'severed' : 'lost';
  }

  #fateIn({ network, at, token, hearer }: Owed): Fate {
    if (this.#died(at, IN_FLIGHT_MS) || this.#diedHeld(network, at)) return 'inFlight';
    const parsed = tokenIn(token);
    // To a person it waits until she is there.
    if (parsed === undefined || parsed.place === hearer) return 'lost';
    const place = `${parsed.network}-${parsed.place}`;
    const spells = this.#ledger.spells.filter((spell) => spell.who === hearer && spell.place === place);
    return spells.some((spell) => this.#covers(spell, at)) ? 'lost' : 'away';
  }

  /** She was there when it was said, and long enough after it. */
  #covers({ from, to = Number.POSITIVE_INFINITY }: Spell, at: number): boolean {
    if (from > at || to < at) return false;
    const still = this.#ledger.injected.filter(({ name }) => STANDSTILLS.test(name));
    const stillMs = still.reduce((sum, fault) => sum + overlap(fault.at, fault.until, at, to), 0);
    return to - at - stillMs > AWAY_MS;
  }

  /** The process ended within that time after it, or stood still until it did. */
  #died(at: number, withinMs: number): boolean {
    return this.#ledger.deaths.some((death) => at <= death.at && at >= death.unreadSince - withinMs);
  }

  /** The process ended before any connection to the XMPP server had lasted long enough for it to be handed over there. */
  #diedHeld(network: NetworkName, at: number): boolean {
    const death = this.#ledger.deaths.find((one) => one.at >= at);
    if (death === undefined) return false;
    const links = this.#ledger.links.filter(({ domain }) => domain === domainOf(network));
    return !links.some(({ from, to = Number.POSITIVE_INFINITY }) => {
      const neededMs = to < death.unreadSince ? FORGOTTEN_MS : IN_FLIGHT_MS;
      const [begin, end] = [Math.max(from, at), Math.min(to, death.unreadSince)];
      return end - begin - this.#stalledMs(begin, end) > neededMs;
    });
  }

  /** Nothing passed between the gateway and the XMPP server, or hardly anything. */
  #stalledMs(begin: number, end: number): number {
    const stalls = this.#ledger.injected.filter(({ name }) => STALLS.test(name));
    let sum = 0;
    let upTo = begin;
    for (const { at, until } of stalls.toSorted((one, other) => one.at - other.at)) {
      sum += overlap(at, until, upTo, end);
      upTo = Math.max(upTo, Math.min(until, end));
    }
    return sum;
  }

  #wasCut(at: number, withinMs: number): boolean {
    return this.#ledger.cuts.some((cut) => cut >= at && cut - at <= withinMs);
  }

  /** Everybody on IRC sees it alike, but for those who are just coming back. */
  #mostSeen(token: string): readonly Shown[] {
    let most: readonly Shown[] = [];
    for (const hearer of this.#onIrc) {
      const copies = this.#shown.get(`${hearer} ${token}`) ?? [];
      if (copies.length > most.length) most = copies;
    }
    return most;
  }

  #owedOut(): readonly Owed[] {
    return this.#ledger.written.flatMap(({ token: text, at }) => {
      const token = tokenIn(text);
      if (token === undefined) return [];
      const { network } = token;
      return [{ network, way: 'out' as const, token: text, stream: streamOf(token), hearer: network, at }];
    });
  }

  #owedIn(): readonly Owed[] {
    return this.#ledger.spoken.flatMap(({ token: text, at, hearers }) => {
      const token = tokenIn(text);
      if (token === undefined) return [];
      const { network } = token;
      return hearers.flatMap((hearer) => {
        // What the IRC server never passed on to the gateway nobody there can have.
        const handed = network === 'irc' ? this.#handed.get(`${hearer} ${text}`) : at;
        if (handed === undefined) return [];
        return [{ network, way: 'in' as const, token: text, stream: streamOf(token), hearer, at: handed }];
      });
    });
  }
}

const overlap = (from: number, until: number, at: number, to: number): number =>
  Math.max(0, Math.min(until, to) - Math.max(from, at));
