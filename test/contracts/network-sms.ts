// SMS under contract, on the fake Twilio: foreigners are phones, and a conversation with somebody is the only kind of room there is.

import { SmsNetwork } from '../../adapters/sms/network.ts';
import { readSettings } from '../../adapters/sms/settings.ts';
import { HttpListener } from '../../src/http/listener.ts';
import type { AnyCommand, CommandKind } from '../../src/model/commands.ts';
import type { EventKind } from '../../src/model/events.ts';
import { accountKey, type ConversationId, conversationId, userId } from '../../src/model/ids.ts';
import type { Account, Emit, Host, KeptEvent } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import type { AnyQuery, QueryKind } from '../../src/model/queries.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { freePort } from '../support/processes.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio, type TwilioProcess } from '../support/twilio-process.ts';
import type { Foreigner, NetworkDriver, NetworkWorld, Scene } from './network-driver.ts';
import { plainHost } from './network-host.ts';

const KEY = accountKey('');
const POOL = Array.from({ length: 100 }, (_, n) => `+1555010${String(1_000 + n)}`);

/** Whose number is whose: users take theirs from the pool, phones have others. */
class Book {
  readonly #users = new Map<string, string>();
  readonly #phones = new Map<string, string>();

  of(nick: string): string {
    const number = this.#users.get(nick) ?? POOL[this.#users.size] ?? '';
    this.#users.set(nick, number);
    return number;
  }
  phoneOf(nick: string): string {
    const number = this.#phones.get(nick) ?? `+1555020${String(1_000 + this.#phones.size)}`;
    this.#phones.set(nick, number);
    return number;
  }
  accounts(): readonly Account[] {
    return [...this.#users.keys()].map((nick) => this.account(nick));
  }
  account(nick: string): Account {
    return {
      user: userId(`${nick}@example.org`),
      key: KEY,
      settings: { number: this.of(nick), country: 'US' },
      guest: false,
    };
  }
}

/** What it keeps is delivered to the one it is for, each id once, as an inbox does. */
class KeptNetwork extends SmsNetwork {
  readonly #emits = new Map<string, Emit>();
  readonly #seen = new Set<string>();

  keep(user: string, kept: readonly KeptEvent[]): void {
    for (const { id, event } of kept) {
      if (!this.#seen.has(`${user} ${id}`)) this.#emits.get(user)?.(event);
      this.#seen.add(`${user} ${id}`);
    }
  }

  override async openSession(account: Account, emit: Emit, signal: AbortSignal) {
    this.#emits.set(account.user, emit);
    return await super.openSession(account, emit, signal);
  }
}

class Phone implements Foreigner {
  readonly #server: TwilioProcess;
  readonly #book: Book;
  nick: string;

  constructor(nick: string, server: TwilioProcess, book: Book) {
    this.nick = nick;
    this.#server = server;
    this.#book = book;
  }

  get number(): string {
    return this.#book.phoneOf(this.nick);
  }
  /** There is only the one scene's user that it talks to. */
  async say(_room: ConversationId, text: string): Promise<void> {
    await this.whisper(this.nick.replace('nurse', 'juliet'), text);
  }
  async whisper(nick: string, text: string): Promise<void> {
    await this.#server.text(this.number, this.#book.of(nick), text);
  }
  heard(nick: string, count: number): Promise<readonly string[]> {
    const texts = (): readonly string[] =>
      this.#server.sentTo(this.number).flatMap(({ from, body }) => (from === this.#book.of(nick) ? [body] : []));
    return this.#server.until(`${count} texts of ${nick}`, () => (texts().length >= count ? texts() : undefined));
  }
  readonly join = noRooms;
  readonly leave = noRooms;
  readonly rename = noRooms;
  readonly setTopic = noRooms;
  readonly kick = noRooms;
  readonly promote = noRooms;
  readonly sawLeave = noRooms;
  readonly sawNick = noRooms;
}

function noRooms(): Promise<never> {
  return Promise.reject(new Error('there are no rooms'));
}

class SmsWorld implements NetworkWorld {
  readonly network: KeptNetwork;
  readonly refusedAccounts;
  readonly #server: TwilioProcess;
  readonly #book: Book;
  readonly #stop: () => Promise<void>;

  constructor(network: KeptNetwork, server: TwilioProcess, book: Book, stop: () => Promise<void>) {
    this.network = network;
    this.#server = server;
    this.#book = book;
    this.#stop = stop;
    this.refusedAccounts = [
      { account: { ...book.account('tybalt'), guest: true }, code: 'not-registered' },
      { account: { ...book.account('tybalt'), settings: { number: '+15550999999' } }, code: 'gone' },
    ] as const;
  }

  foreigner(nick: string): Promise<Phone> {
    return Promise.resolve(new Phone(nick, this.#server, this.#book));
  }
  newRoom(_name: string, owner: Foreigner): Promise<ConversationId> {
    return Promise.resolve(this.directTo(owner.nick));
  }
  account(nick: string): Account {
    return this.#book.account(nick);
  }
  nickOf(nick: string): string {
    return this.#book.of(nick).replace(/^\+1(...)(...)(....)$/, '+1 $1 $2 $3');
  }
  directTo(nick: string): ConversationId {
    return conversationId(this.#book.phoneOf(nick));
  }
  refusedJoins(): Promise<never> {
    return noRooms();
  }

  command(kind: CommandKind, { room: conversation }: Scene): Promise<AnyCommand> {
    if (kind !== 'say') throw new Error(`${kind} is not accepted`);
    return Promise.resolve({ kind, conversation, body: { kind: 'text', text: 'hello' } });
  }

  async provoke(kind: EventKind, { me, room, other }: Scene): Promise<unknown> {
    const said = async (status: string, code?: number): Promise<unknown> => {
      await this.#server.script([{ status, ...(code !== undefined && { code }) } as never], { to: room });
      return await me.say(room, 'hello');
    };
    switch (kind) {
      case 'connected':
        return undefined;
      case 'said':
        return await other.say(room, 'hello');
      case 'delivered':
        return await said('delivered');
      case 'displayed':
        return await said('read');
      case 'failed':
        return await said('undelivered', 30_006);
      case 'told':
        return await other.say(room, 'STOP');
      default:
        throw new Error(`${kind} is not reported`);
    }
  }

  question(kind: QueryKind): AnyQuery {
    throw new Error(`${kind} is not answered`);
  }
  cut(): Promise<never> {
    return Promise.reject(new Error('there is no connection'));
  }
  stop(): Promise<void> {
    return this.#stop();
  }
}

function settingsFor(apiUrl: string) {
  return readSettings({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, numbers: POOL, country: 'US', apiUrl });
}

async function startWorld(): Promise<SmsWorld> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startTwilio({ numbers: POOL, smsUrl: `${url}/sms/twilio/message` });
  const book = new Book();
  const listener = new HttpListener({ log: new LogRecorder(), clock: new SystemClock(), url });
  const network = new KeptNetwork(settingsFor(server.url));
  const states = new Map<string, KeyValue>();
  const plain = plainHost(({ user }, kept) => Promise.resolve(network.keep(user, kept)));
  const host: Host = {
    ...plain,
    mount: (path, handle) => listener.mount(`/sms/${path}`, handle),
    accounts: () => book.accounts(),
    state(account) {
      const state = states.get(account?.user ?? '') ?? plain.state();
      states.set(account?.user ?? '', state);
      return state;
    },
  };
  await network.start(host);
  await listener.listen({ host: '127.0.0.1', port });
  return new SmsWorld(network, server, book, async () => {
    await network.stop();
    await server.stop();
    await listener.close();
  });
}

export function smsDriver(name: string): NetworkDriver {
  return {
    name,
    create: () => new SmsNetwork(settingsFor('http://127.0.0.1:1')),
    start: startWorld,
    written: [
      { typed: '+1 (555) 123-4567', id: '+15551234567', kind: 'direct' },
      { typed: '(555) 123-4567', id: '+15551234567', kind: 'direct' },
      { typed: '0046 70 123 45 67', id: '+46701234567', kind: 'direct' },
      { typed: '011 46 70 123 45 67', id: '+46701234567', kind: 'direct' },
      { typed: 'tel:+1-555-123-4567', id: '+15551234567', kind: 'direct' },
      { typed: 'sms:+15551234567?body=hi', id: '+15551234567', kind: 'direct' },
      { typed: '33733', id: '33733;phone-context=us', kind: 'direct' },
      { typed: '414d415a4f4e;sender', id: '414d415a4f4e;sender', kind: 'direct' },
    ],
    malformed: [
      '',
      ' ',
      '+',
      'benvolio',
      '1-800-FLOWERS',
      '911',
      '+1 555 123 4567 ext 5',
      '+1234567890123456789',
      '12',
    ],
    impossible: [
      '',
      '15551234567',
      '+0123456789',
      '+1555',
      '911;phone-context=xx',
      '33733;phone-context=zz',
      '2b3135353531323334353637;sender',
    ],
    unreported: [],
  };
}
