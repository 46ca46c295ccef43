// Who is in a big channel, as each of the gateway's users was told: everybody once, gone once, back once, with the right role.

import type { Seen } from './stage.ts';
import type { Verdict } from './wrong.ts';

const MEMBER = /^m(\d{4})$/;

export const member = (i: number): string => `m${String(i).padStart(4, '0')}`;
const sign = (i: number): string => (i % 50 === 0 ? '@' : i % 10 === 0 ? '+' : '');
/** As NAMES has her. */
export const listed = (i: number): string => sign(i) + member(i);
/** What gives her her sign after she came. */
export const modeOf = (i: number): string => (sign(i) === '@' ? 'o' : sign(i) === '+' ? 'v' : '');

export class Roll {
  readonly size: number;
  readonly #verdict: Verdict;
  readonly #room: string;
  /** By user: role and affiliation of each member, empty for who is not there. */
  readonly #told = new Map<number, string[]>();
  readonly #count = new Map<number, number>();
  #change: () => void = () => {};

  constructor(verdict: Verdict, room: string, size: number) {
    this.#verdict = verdict;
    this.#room = room;
    this.size = size;
  }

  /** She has just asked to be let in, or has left. */
  begin(user: number): void {
    this.#told.set(
      user,
      Array.from({ length: this.size }, () => ''),
    );
    this.#count.set(user, 0);
  }

  see({ user, room, nick, here, stanza }: Seen): void {
    const index = room === this.#room ? Number(MEMBER.exec(nick)?.[1] ?? -1) : -1;
    if (index < 0) return;
    const told = this.#told.get(user);
    if (told === undefined) return this.#verdict.fail(`user ${user} was told of a room she never asked for: ${stanza}`);
    const before = told[index] ?? '';
    const now = here ? standing(stanza) : '';
    if (before === now) return this.#verdict.fail(`user ${user} was told twice of ${nick}: ${stanza}`);
    told[index] = now;
    const step = Number(now !== '') - Number(before !== '');
    if (step !== 0) this.#count.set(user, (this.#count.get(user) ?? 0) + step);
    this.#change();
  }

  /** Whether she sees that member. */
  sees(user: number, index: number): boolean {
    return (this.#told.get(user)?.[index] ?? '') !== '';
  }

  /** How many she sees. */
  count(user: number): number {
    return this.#count.get(user) ?? 0;
  }

  /** Fails unless she was told of everybody, with the right role. */
  check(user: number): void {
    for (let i = 0; i < this.size; i++) {
      const told = this.#told.get(user)?.[i] ?? '';
      if (told !== due(i)) return this.#verdict.fail(`user ${user} sees ${member(i)} as "${told}", not "${due(i)}"`);
    }
  }

  /** Resolves when every one of the users sees so many, and `also` holds. @throws Wrong by rejection. */
  async until(users: readonly number[], count: number, withinMs: number, also = (): boolean => true): Promise<void> {
    const isThere = (): boolean => users.every((user) => this.count(user) === count) && also();
    const done = new Promise<void>((resolve) => {
      this.#change = () => (isThere() ? resolve() : undefined);
      this.#change();
    });
    const end = performance.now() + withinMs;
    const counts = (): string => users.map((user) => this.count(user)).join(', ');
    await this.#verdict.guard(done, () =>
      performance.now() > end ? `users see ${counts()} instead of ${count}` : undefined,
    );
    this.#change = () => {};
  }

  /** Whether she sees everybody as they are. */
  isRight(user: number): boolean {
    return this.#told.get(user)?.every((told, i) => told === due(i)) === true;
  }
}

const due = (i: number): string =>
  sign(i) === '@' ? 'admin moderator' : sign(i) === '+' ? 'member participant' : 'none participant';

function standing(stanza: string): string {
  const value = (name: string): string => new RegExp(`${name}=['"](\\w+)['"]`).exec(stanza)?.[1] ?? '?';
  return `${value('affiliation')} ${value('role')}`;
}
