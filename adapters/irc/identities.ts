// What stands for the people of one channel while they are there, whatever they are called: the nick they were first seen by, unless that stands
// for somebody else. Who comes back with the same account is known again, and users of this gateway are whatever they are called.

import type { Participant } from '../../src/model/conversation.ts';
import { type ParticipantId, participantId } from '../../src/model/ids.ts';

const ACCOUNTS_KEPT = 2000;

/** Sessions read the same lines at different times, so each change may come several times. */
export class Identities {
  readonly #isHere: (id: ParticipantId) => boolean;
  readonly #ownOf: (id: ParticipantId) => string | undefined;
  /** Of those for whom another stands than their id. */
  readonly #others = new Map<ParticipantId, string>();
  /** For whom each of these stands. */
  readonly #holders = new Map<string, ParticipantId>();
  /** By account, the newest last, and back. */
  readonly #byAccount = new Map<string, string>();
  readonly #accounts = new Map<string, string>();

  /** `ownOf`: what stands for a user of this gateway, who is called so on the server. */
  constructor(isHere: (id: ParticipantId) => boolean, ownOf: (id: ParticipantId) => string | undefined) {
    this.#isHere = isHere;
    this.#ownOf = ownOf;
  }

  /** Somebody is seen for the first time. @returns what stands for her, undefined where that is her id. */
  enter(id: ParticipantId, account: string | undefined): string | undefined {
    const known = this.#others.get(id);
    const own = this.#ownOf(id);
    if (known !== undefined && (own === undefined || own === known)) return known;
    if (known !== undefined && this.#holders.get(known) === id) this.#holders.delete(known);
    const identity = own ?? this.#chosen(id, account);
    if (account !== undefined) this.#remember(account, identity);
    if (identity === id) return undefined;
    this.#hold(id, identity);
    return identity;
  }

  #chosen(id: ParticipantId, account: string | undefined): string {
    const before = account === undefined ? undefined : this.#byAccount.get(account);
    if (before !== undefined && this.#isFree(before, id)) return before;
    const owner = this.#accounts.get(id);
    const isHers = account === undefined || owner === undefined || owner === account;
    if (isHers && this.#isFree(id, id)) return id;
    for (let number = 2; ; number++) {
      // No nick has a space in it.
      const next = `${id} ${number}`;
      if (this.#isFree(next, id) && !this.#accounts.has(next)) return next;
    }
  }

  #isFree(identity: string, id: ParticipantId): boolean {
    if (this.#holders.has(identity)) return false;
    return identity === id || !this.#stands(identity);
  }
  /** Is it the id of somebody for whom that stands? */
  #stands(identity: string): boolean {
    const id = participantId(identity);
    return this.#isHere(id) && !this.#others.has(id);
  }

  /** She is called something else now, and what stands for her stays. */
  rename(id: ParticipantId, identity: string | undefined): void {
    if (identity !== undefined) this.#hold(id, identity);
  }

  #hold(id: ParticipantId, identity: string): void {
    this.#others.set(id, identity);
    this.#holders.set(identity, id);
  }

  /** Of the person as she was. */
  leave({ id, identity }: Participant): void {
    if (identity === undefined || this.#others.get(id) !== identity) return;
    this.#others.delete(id);
    if (this.#holders.get(identity) === id) this.#holders.delete(identity);
  }

  /** The server tells somebody's account. */
  recognise({ id, identity = id }: Participant, account: string): void {
    this.#remember(account, identity);
  }

  #remember(account: string, identity: string): void {
    const before = this.#byAccount.get(account);
    if (before === identity) return;
    if (before !== undefined && this.#accounts.get(before) === account) this.#accounts.delete(before);
    this.#byAccount.delete(account);
    this.#byAccount.set(account, identity);
    this.#accounts.set(identity, account);
    if (this.#byAccount.size > ACCOUNTS_KEPT) this.#forgetOldest();
  }
  #forgetOldest(): void {
    for (const [account, identity] of this.#byAccount) {
      this.#byAccount.delete(account);
      if (this.#accounts.get(identity) === account) this.#accounts.delete(identity);
      return;
    }
  }

  /** Does it still stand for her, or has somebody else come by her nick? */
  isOf({ id, identity }: Participant): boolean {
    if (this.#others.get(id) !== identity) return false;
    return identity !== undefined || !this.#holders.has(id);
  }

  clear(): void {
    this.#others.clear();
    this.#holders.clear();
    this.#byAccount.clear();
    this.#accounts.clear();
  }
}
