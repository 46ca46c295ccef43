// One gateway's echo network with its far side in the gateway: what it can do, and the opening of sessions.

import type { Capabilities } from '../../src/model/capabilities.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Answers } from '../../src/model/form.ts';
import type { Account, Emit, Host, Network, Session, SignInStep } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { FULL, PLAIN } from './abilities.ts';
import { closed } from './errors.ts';
import { EchoPlaces } from './places.ts';
import { EchoSession } from './session.ts';
import { signIn } from './sign-in.ts';
import { World } from './world.ts';

export interface EchoOptions {
  readonly delivery: 'durable' | 'live';
  readonly plain: boolean;
  readonly people: number;
  readonly guests: boolean;
}

export class EchoNetwork extends EchoPlaces implements Network {
  readonly capabilities: Capabilities;
  readonly delivery: 'durable' | 'live';
  readonly guests: boolean;
  readonly #people: number;
  readonly #sessions = new Set<EchoSession>();
  #host: Host | undefined;
  #world: World | undefined;

  constructor({ delivery, plain, people, guests }: EchoOptions) {
    super();
    this.delivery = delivery;
    this.capabilities = plain ? PLAIN : FULL;
    this.guests = guests;
    this.#people = people;
  }

  /** The foreign side, for tests that act in it. @throws BridgeError unless started. */
  get world(): World {
    if (this.#world === undefined) throw closed();
    return this.#world;
  }

  isMessageId(name: string): boolean {
    return /^[0-9a-z]+-\d+$/.test(name);
  }

  start(host: Host): Promise<void> {
    this.#host = host;
    this.#world = new World(host.clock, this.#people);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#world?.stop();
    await Promise.all([...this.#sessions].map((session) => session.close('shutdown')));
  }

  async signIn(answers: Answers, signal: AbortSignal): Promise<SignInStep> {
    if (this.#host === undefined || signal.aborted) throw closed();
    return signIn(answers, this.#host.clock);
  }

  // Asynchronous as with a real network, where letting somebody in takes a while: what is thrown here rejects.
  async openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<Session> {
    if (signal.aborted) throw new BridgeError('timeout', words`Signing in was given up.`);
    const session = EchoSession.open({ account, emit, world: this.world, capabilities: this.capabilities }, () =>
      this.#sessions.delete(session),
    );
    this.#sessions.add(session);
    return session;
  }
}
