// One linked account while it is connected: what all parts of its session need to know.

import type { Participant } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import type { Account, Emit, Host, KeptEvent } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import type { Api } from './api.ts';
import type { Names } from './names.ts';
import type { People } from './people.ts';
import { flagOf, type MatrixSettings } from './settings.ts';

export interface MeParts {
  readonly api: Api;
  readonly userId: string;
  readonly account: Account;
  readonly emit: Emit;
  readonly host: Host;
  readonly settings: MatrixSettings;
  readonly names: Names;
  readonly people: People;
}

/** What signing in makes of the answers. */
const SIGNED_IN_BY = ['user', 'token', 'baseUrl'];

export class Me {
  readonly api: Api;
  readonly userId: string;
  readonly host: Host;
  readonly settings: MatrixSettings;
  readonly names: Names;
  readonly people: People;
  /** What is kept for this account. */
  readonly state: KeyValue;
  readonly #emit: Emit;
  /** Presence that each sync tells the homeserver anew. */
  presence: 'online' | 'unavailable' | 'offline' = 'offline';
  #account: Account;
  #hasEnded = false;

  constructor(parts: MeParts) {
    this.api = parts.api;
    this.userId = parts.userId;
    this.#account = parts.account;
    this.host = parts.host;
    this.settings = parts.settings;
    this.names = parts.names;
    this.people = parts.people;
    this.state = parts.host.state(parts.account);
    this.#emit = parts.emit;
  }

  get account(): Account {
    return this.#account;
  }

  /** @returns false where it signs in otherwise now. */
  adopt(account: Account): boolean {
    const isSame = SIGNED_IN_BY.every((name) => account.settings[name] === this.#account.settings[name]);
    if (isSame) this.#account = account;
    return isSame;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  prefers(name: string, otherwise: boolean): boolean {
    return flagOf(this.account.settings, name, otherwise);
  }

  /** Nothing is told any more, and whatever is under way fails. */
  end(): void {
    this.#hasEnded = true;
    this.api.end();
  }

  emit(event: AnyEvent): void {
    if (!this.#hasEnded) this.#emit(event);
  }
  emitAll(events: readonly AnyEvent[]): void {
    for (const event of events) this.emit(event);
  }

  /** @throws BridgeError by rejection: nothing was kept, or nobody knows. */
  async keep(kept: readonly KeptEvent[], state: Readonly<Record<string, string>>): Promise<void> {
    await this.host.keep(this.account, kept, state);
  }

  isMe(person: string): boolean {
    return person === this.userId;
  }
  stranger(person: string): Participant {
    return this.people.stranger(person);
  }
}
