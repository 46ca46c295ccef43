// The IRC adapter as the bridge would use it, for tests: a host that is real but for what the adapter does not use, and a session whose
// events are kept and can be waited for.

import { adapter } from '../../adapters/irc/index.ts';
import { publicAddresses } from '../../src/http/host-guard.ts';
import type { AnyEvent, EventKind, EventOf } from '../../src/model/events.ts';
import type { Answers } from '../../src/model/form.ts';
import { type AccountKey, accountKey, type ConversationId, conversationId, userId } from '../../src/model/ids.ts';
import type { Host, Network, Receipt, Session } from '../../src/model/network.ts';
import type { Clock, KeyValue, Log } from '../../src/model/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Keeps what was logged. */
export function recordingLog(lines: string[]): Log {
  const write = (text: string, fields?: unknown): void => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const log: Log = { debugging: true, debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}

const unused = (): never => {
  throw new Error('the IRC adapter has no use for this');
};

export interface TestNetwork {
  readonly network: Network;
  readonly logged: string[];
  setPaused(paused: boolean): void;
}

const nothingKept: KeyValue = {
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve(),
  delete: () => Promise.resolve(),
  list: () => Promise.resolve([]),
};

export async function startNetwork(settings: Answers): Promise<TestNetwork> {
  const logged: string[] = [];
  const listeners = new Set<(paused: boolean) => void>();
  let paused = false;
  const host: Host = {
    mount: unused,
    publish: unused,
    fetch: unused,
    publicAddresses,
    state: () => nothingKept,
    accounts: () => [],
    keep: unused,
    pressure: {
      get paused() {
        return paused;
      },
      onChange(listen) {
        listeners.add(listen);
        return () => listeners.delete(listen);
      },
    },
    log: recordingLog(logged),
    clock: systemClock,
  };
  const network = adapter.create(settings);
  await network.start(host);
  return {
    network,
    logged,
    setPaused(now) {
      paused = now;
      for (const listen of listeners) listen(now);
    },
  };
}

export interface PersonOptions {
  readonly nick: string;
  readonly server?: string;
  /** Answers of an account; without it the person is a guest. */
  readonly account?: Answers;
}

/** A user with a session. */
export class Person {
  readonly session: Session;
  readonly key: AccountKey;
  readonly events: AnyEvent[];
  readonly #wake: Set<() => void>;

  static async open(network: Network, options: PersonOptions): Promise<Person> {
    const key = accountKey(options.server ?? 'test');
    const events: AnyEvent[] = [];
    const wake = new Set<() => void>();
    const emit = (event: AnyEvent): void => {
      events.push(event);
      for (const call of wake) call();
    };
    const user = userId(`${options.nick}@example.org`);
    const account =
      options.account === undefined
        ? { user, key, settings: {}, guest: true, wantedNick: options.nick }
        : { user, key, settings: { nick: options.nick, ...options.account }, guest: false };
    const session = await network.openSession(account, emit, AbortSignal.timeout(10_000));
    return new Person({ session, key, events, wake });
  }

  constructor(parts: {
    readonly session: Session;
    readonly key: AccountKey;
    readonly events: AnyEvent[];
    readonly wake: Set<() => void>;
  }) {
    this.session = parts.session;
    this.key = parts.key;
    this.events = parts.events;
    this.#wake = parts.wake;
  }

  /** Id of a channel or a nick on her server. */
  place(name: string): ConversationId {
    return conversationId(`${name}%${this.key}`);
  }

  join(channel: string, password?: string): Promise<Receipt> {
    return this.session.send({
      kind: 'join',
      conversation: this.place(channel),
      ...(password === undefined ? {} : { password }),
    });
  }
  say(to: string, text: string): Promise<Receipt> {
    return this.session.send({ kind: 'say', conversation: this.place(to), body: { kind: 'text', text } });
  }

  /** The first event that fits, past or future. @throws Error at the deadline. */
  async until<K extends EventKind>(
    kind: K,
    fits: (event: EventOf<K>) => boolean = () => true,
    deadlineMs = 5000,
  ): Promise<EventOf<K>> {
    // Each is looked at once: of a flood there are tens of thousands.
    let looked = 0;
    const find = (): EventOf<K> | undefined => {
      while (looked < this.events.length) {
        const event = this.events[looked++];
        if (event?.kind === kind && fits(event as EventOf<K>)) return event as EventOf<K>;
      }
      return undefined;
    };
    const found = find();
    if (found !== undefined) return found;
    return await new Promise<EventOf<K>>((resolve, reject) => {
      const look = (): void => {
        const event = find();
        if (event === undefined) return;
        this.#wake.delete(look);
        clearTimeout(timer);
        resolve(event);
      };
      const timer = setTimeout(() => {
        this.#wake.delete(look);
        const seen = this.events.map((event) => event.kind).join(' ');
        reject(new Error(`no fitting ${kind} in ${deadlineMs} ms; there were: ${seen}`));
      }, deadlineMs);
      this.#wake.add(look);
    });
  }

  /** Events of one kind so far. */
  all<K extends EventKind>(kind: K): EventOf<K>[] {
    return this.events.filter((event) => event.kind === kind) as unknown as EventOf<K>[];
  }
}
