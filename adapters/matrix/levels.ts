// Power levels of a room as ranks (client-server API, m.room.power_levels): who stands where, and what everybody may do.

import type { Rank } from '../../src/model/conversation.ts';
import { type Fields, fields, number, text, texts } from './fields.ts';

const HIGHEST = 100;
const MODERATOR = 50;

export class Levels {
  #content: Fields = {};
  #known = false;
  /** From room version 12 on they stand above all levels. */
  #creators: ReadonlySet<string> = new Set();

  setLevels(content: Fields): void {
    this.#content = content;
    this.#known = true;
  }

  setCreation(content: Fields, sender: string): void {
    const version = Number.parseInt(text(content['room_version']), 10);
    // Before that the creator has what the levels say, or all while they say nothing.
    if (version >= 12 || !this.#known) this.#creators = new Set([sender, ...texts(content['additional_creators'])]);
    this.#isAbove = version >= 12;
  }
  #isAbove = false;

  of(person: string): number {
    if (this.#creators.has(person)) {
      if (this.#isAbove) return Number.POSITIVE_INFINITY;
      if (!this.#known) return HIGHEST;
    }
    return number(fields(this.#content['users'])[person]) ?? this.#usersDefault;
  }

  /** Those whose level is their own, whatever it is. */
  get named(): readonly string[] {
    return [...this.#creators, ...Object.keys(fields(this.#content['users']))];
  }

  rank(person: string): Rank {
    const level = this.of(person);
    if (level >= HIGHEST) return 'owner';
    if (level >= this.#moderating) return 'admin';
    if (level < this.toSend('m.room.message')) return 'muted';
    if (level > this.#usersDefault) return 'voiced';
    return 'member';
  }

  toSend(type: string): number {
    return number(fields(this.#content['events'])[type]) ?? number(this.#content['events_default']) ?? 0;
  }
  toSetState(type: string): number {
    const otherwise = this.#known ? MODERATOR : 0;
    return number(fields(this.#content['events'])[type]) ?? number(this.#content['state_default']) ?? otherwise;
  }

  /** The content with somebody on another level. */
  with(person: string, level: number): Fields {
    const users = { ...fields(this.#content['users']) };
    if (level === this.#usersDefault) delete users[person];
    else users[person] = level;
    return { ...this.#content, users };
  }

  levelOf(rank: Rank): number {
    if (rank === 'owner') return HIGHEST;
    if (rank === 'admin' || rank === 'moderator' || rank === 'helper') return this.#moderating;
    if (rank === 'voiced') return Math.min(this.#usersDefault + 1, this.#moderating - 1);
    if (rank === 'muted') return this.toSend('m.room.message') - 1;
    return this.#usersDefault;
  }

  get #usersDefault(): number {
    return number(this.#content['users_default']) ?? 0;
  }
  get #moderating(): number {
    const of = (name: string): number => number(this.#content[name]) ?? MODERATOR;
    return Math.min(HIGHEST, Math.max(of('kick'), of('ban'), of('redact')));
  }
}
