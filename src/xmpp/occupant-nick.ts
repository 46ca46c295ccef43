// Nicks of occupants as resourceparts (MAP-6), and which person in a room has which (MAP-8).

import type { ParticipantId } from '../model/ids.ts';
import { prepareResource } from './prepare.ts';

const MAX_CODE_POINTS = 60;
const NAMELESS = 'nameless';
const PLAIN = /^[!-~]{1,60}$/;
const ASCII = /^[ -~]*$/;

/**
 * A display name as a resourcepart: at most 60 code points, cut between graphemes, and the same after any server's preparation.
 * Never empty.
 */
export function occupantNick(display: string): string {
  return nickOf(display) || NAMELESS;
}

function nickOf(display: string): string {
  if (PLAIN.test(display)) return display;
  // What a stranger wrote may be long; no more than this of it can be seen.
  let nick = prepareResource(display.length > 2000 ? display.slice(0, 2000) : display);
  // After the cut a mark of direction may be needed at the end, which then needs its room.
  for (let limit = MAX_CODE_POINTS; codePoints(nick) > MAX_CODE_POINTS; limit--) {
    nick = prepareResource(cut(nick, limit));
  }
  return nick;
}

const codePoints = (text: string): number => (text.length <= MAX_CODE_POINTS ? text.length : Array.from(text).length);

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

function cut(text: string, limit: number): string {
  let kept = '';
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    count += Array.from(segment).length;
    if (count > limit) break;
    kept += segment;
  }
  // One grapheme can be endless.
  return kept === '' ? Array.from(text).slice(0, limit).join('') : kept;
}

/** Equal for nicks that are one and the same for a person: case and compatibility variants. Spaces are even already. */
function keyOf(nick: string): string {
  // There and back, because only so do all forms of a letter with several of them meet.
  return ASCII.test(nick) ? nick.toLowerCase() : nick.toUpperCase().toLowerCase().normalize('NFKC');
}

/** One change of a nick, to be told before the next one is. */
export interface NickChange {
  readonly id: ParticipantId;
  readonly from: string;
  readonly to: string;
}

/**
 * The nicks of one room. At any moment no two people in it have nicks that differ only in case or form; who comes second is told
 * apart by the network's id, ` (@romeo:hs.example)`, or by a number, ` (2)`.
 */
export class OccupantNames {
  readonly #nicks = new Map<ParticipantId, string>();
  readonly #holders = new Map<string, ParticipantId>();
  /** Where counting begins for a nick that many want. */
  readonly #counted = new Map<string, number>();

  /** Nick of somebody in the room; who is new gets one made of `display`, and keeps it until `rename`. */
  name(id: ParticipantId, display: string): string {
    return this.#nicks.get(id) ?? this.#take(id, this.#free(id, display));
  }

  /** Everybody at once, in the order of their ids, so that the same people always get the same nicks. */
  nameAll(people: Iterable<readonly [id: ParticipantId, display: string]>): void {
    for (const [id, display] of inOrder(people)) this.name(id, display);
  }

  /** @returns the new nick, which is the old one where nothing that shows has changed. */
  rename(id: ParticipantId, display: string): string {
    const nick = this.#free(id, display);
    this.#release(id);
    return this.#take(id, nick);
  }

  /**
   * Several at once, also where they exchange nicks. Those who are not in the room are left out.
   * @returns the changes in an order in which every nick is free when it is taken; a circle is opened by a nick in between.
   */
  renameAll(people: Iterable<readonly [id: ParticipantId, display: string]>): readonly NickChange[] {
    const wanted = inOrder(people).filter(([id]) => this.#nicks.has(id));
    const before = new Map(wanted.map(([id]) => [id, this.#nicks.get(id) ?? '']));
    for (const [id] of wanted) this.#release(id);
    const pending = new Map<ParticipantId, string>();
    for (const [id, display] of wanted) pending.set(id, this.#take(id, this.#free(id, display)));
    for (const [id, nick] of pending) if (before.get(id) === nick) pending.delete(id);
    // Told from the beginning again: what people saw so far, one step at a time.
    for (const id of before.keys()) this.#release(id);
    for (const [id, nick] of before) this.#take(id, nick);
    return this.#inSteps(pending);
  }

  remove(id: ParticipantId): void {
    this.#release(id);
  }

  /** Who has this nick, or one that differs from it only in case or form. */
  holder(nick: string): ParticipantId | undefined {
    return this.#holders.get(keyOf(prepareResource(nick)));
  }

  #inSteps(pending: Map<ParticipantId, string>): NickChange[] {
    const steps: NickChange[] = [];
    const step = (id: ParticipantId, to: string): void => {
      steps.push({ id, from: this.#nicks.get(id) ?? '', to });
      this.#release(id);
      this.#take(id, to);
    };
    while (pending.size > 0) {
      const ready = [...pending].filter(([id, nick]) => this.#isFree(id, nick));
      for (const [id, nick] of ready) {
        step(id, nick);
        pending.delete(id);
      }
      if (ready.length > 0) continue;
      const [id, nick] = this.#inCircle(pending);
      step(id, this.#free(id, nick));
    }
    return steps;
  }

  /** Where all wait for another, whoever is reached after as many steps as there are people is in a circle. */
  #inCircle(pending: ReadonlyMap<ParticipantId, string>): readonly [ParticipantId, string] {
    let [at] = pending.keys();
    for (let steps = 0; steps < pending.size && at !== undefined; steps++) {
      at = this.#holders.get(keyOf(pending.get(at) ?? ''));
    }
    const nick = at === undefined ? undefined : pending.get(at);
    if (at === undefined || nick === undefined) throw new Error('a nick is waited for that nobody gives up');
    return [at, nick];
  }

  #isFree(id: ParticipantId, nick: string): boolean {
    const holder = this.#holders.get(keyOf(nick));
    return holder === undefined || holder === id;
  }

  #free(id: ParticipantId, display: string): string {
    const nick = occupantNick(display);
    if (this.#isFree(id, nick)) return nick;
    const suffix = nickOf(id);
    const named = `${nick} (${suffix})`;
    // Where they can't stand side by side (mixed directions) preparing would leave but one of them.
    const fits = suffix !== '' && prepareResource(named) === named;
    return fits && this.#isFree(id, named) ? named : this.#numbered(id, nick);
  }

  #numbered(id: ParticipantId, nick: string): string {
    const key = keyOf(nick);
    for (let number = this.#counted.get(key) ?? 2; ; number++) {
      const plain = `${nick} (${number})`;
      const candidate = prepareResource(plain) === plain ? plain : prepareResource(`${nick} ${number}`);
      if (!this.#isFree(id, candidate)) continue;
      this.#counted.set(key, number);
      return candidate;
    }
  }

  #take(id: ParticipantId, nick: string): string {
    this.#nicks.set(id, nick);
    this.#holders.set(keyOf(nick), id);
    return nick;
  }

  #release(id: ParticipantId): void {
    const nick = this.#nicks.get(id);
    if (nick === undefined) return;
    this.#nicks.delete(id);
    this.#holders.delete(keyOf(nick));
    if (this.#nicks.size === 0) this.#counted.clear();
  }
}

function inOrder(
  people: Iterable<readonly [id: ParticipantId, display: string]>,
): (readonly [ParticipantId, string])[] {
  return [...people].sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
}
