// Linking an account: one number of the pool for each user. Which are free follows from the accounts alone, so a number is free again as
// soon as its account is gone; whoever has just been given one holds it until her account is kept.

import { BridgeError } from '../../src/model/errors.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import type { UserId } from '../../src/model/ids.ts';
import type { Account, SignInStep } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { malformed } from './errors.ts';
import { ONLY_ACCOUNT } from './incoming.ts';
import { type CountryCode, countryOf, countryOfNumber, readable } from './numbers.ts';

export const PREFERENCES = [
  { name: 'stayConnected', label: words`Stay connected while I am offline`, type: 'boolean', default: true },
] as const satisfies readonly Field[];

/** Longer than an account takes to be kept. */
const HELD_MS = 20_000;

export interface PoolDoors {
  readonly numbers: readonly string[];
  readonly accounts: () => readonly Account[];
  readonly now: () => number;
}

export class Pool {
  readonly #doors: PoolDoors;
  readonly #held = new Map<string, { readonly user: UserId; readonly until: number }>();

  constructor(doors: PoolDoors) {
    this.#doors = doors;
  }

  /** With all numbers. */
  static form(numbers: readonly string[]): readonly Field[] {
    return fields(numbers, undefined);
  }

  /** With those that she can have. @throws BridgeError `full`. */
  formFor(user: UserId): readonly Field[] {
    const own = this.#doors.accounts().find((account) => account.user === user)?.settings['number'];
    const choices = this.#doors.numbers.filter((number) => this.#isFreeFor(user, number));
    const [first] = choices;
    if (first === undefined) throw full();
    return fields(choices, choices.find((number) => number === own) ?? first);
  }

  /** @throws BridgeError `malformed`, `conflict`, `full`. */
  signIn(answers: Answers, user: UserId, otherwise: CountryCode | undefined): SignInStep {
    const { number, country } = answers;
    if (typeof number !== 'string' || !this.#doors.numbers.includes(number)) {
      throw malformed(words`Choose one of the numbers in the list.`, 'number');
    }
    const chosen = countryOf(typeof country === 'string' ? country : '');
    if (typeof country === 'string' && country !== '' && chosen === undefined) {
      throw malformed(words`“${country}” is not a country: two letters are expected, such as US.`, 'country');
    }
    this.#hold(number, user);
    const where = chosen ?? countryOfNumber(number) ?? otherwise;
    const settings = { number, ...(where !== undefined && { country: where }) };
    return { kind: 'done', account: ONLY_ACCOUNT, settings, title: readable(number) };
  }

  /** Whose number it is now. */
  ownerOf(number: string): Account | undefined {
    return this.#doors.accounts().find(({ settings }) => settings['number'] === number);
  }

  /** Her account is kept, or is gone. */
  release(user: UserId): void {
    for (const [number, held] of this.#held) if (held.user === user) this.#held.delete(number);
  }

  #hold(number: string, user: UserId): void {
    if (!this.#isFreeFor(user, number)) {
      if (!this.#doors.numbers.some((one) => this.#isFreeFor(user, one))) throw full();
      throw new BridgeError('conflict', words`Somebody else has ${readable(number)} by now: choose another number.`, {
        field: 'number',
      });
    }
    this.release(user);
    this.#held.set(number, { user, until: this.#doors.now() + HELD_MS });
  }

  #isFreeFor(user: UserId, number: string): boolean {
    const owner = this.ownerOf(number);
    if (owner !== undefined) return owner.user === user;
    const held = this.#held.get(number);
    return held === undefined || held.user === user || held.until <= this.#doors.now();
  }
}

function fields(numbers: readonly string[], chosen: string | undefined): readonly Field[] {
  return [
    {
      name: 'number',
      label: words`Your number`,
      help: words`Texts that you write come from it, and texts to it come to you.`,
      type: 'choice',
      legacy: 'phone',
      required: true,
      choices: numbers.map((number) => ({ value: number, label: readable(number) })),
      ...(chosen !== undefined && { default: chosen }),
    },
    {
      name: 'country',
      label: words`Country of numbers that I write without +`,
      help: words`Two letters, such as US. Left empty: that of your number.`,
      type: 'text',
    },
  ];
}

function full(): BridgeError {
  return new BridgeError('full', words`Every number of this gateway is taken: ask its operator for another one.`);
}
