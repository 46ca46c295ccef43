// The IRC network of the machine: live, on ngIRCd, behind a proxy; people on IRC itself are the judges.

import { freePort } from '../support/processes.ts';
import { type IrcServer, startNgircd } from '../support/servers.ts';
import { IrcPerson } from './irc-person.ts';
import type { Shown, Spoken } from './ledger.ts';
import { FaultProxy } from './proxy.ts';
import {
  domainOf,
  lacking,
  type Observed,
  type Realm,
  type RealmContext,
  type Speaker,
  speaker,
  USERS,
} from './realm.ts';
import { tokenIn } from './tokens.ts';
import type { XmppUser } from './xmpp-user.ts';

const PEOPLE = ['paris', 'friar'] as const;
const [PARIS] = PEOPLE;
const CHANNEL = '#verona';
const network = 'irc';
const DOMAIN = domainOf(network);

export class IrcRealm implements Realm {
  readonly network = network;
  readonly room = { place: 'irc-verona', jid: `${CHANNEL}%net@${DOMAIN}` };
  readonly roomPeople = PEOPLE;
  readonly server: IrcServer;
  readonly link: FaultProxy;
  readonly #context: RealmContext;
  readonly #people: readonly IrcPerson[];

  static async open(context: RealmContext): Promise<IrcRealm> {
    const [server, port] = await Promise.all([startNgircd(), freePort()]);
    const realm = new IrcRealm(context, server, port);
    await realm.link.listen();
    return realm;
  }

  private constructor(context: RealmContext, server: IrcServer, linkPort: number) {
    const { ledger } = context;
    this.#context = context;
    this.server = server;
    this.link = new FaultProxy(linkPort, server.port, {
      onPassed: (way, text, connection) => context.scan(way, text, connection),
      onEnd: (connection, waitedMs) => {
        const at = context.now();
        ledger.severed.push({ nick: context.nickOf(connection), since: at - waitedMs, at });
      },
    });
    const now = (): number => context.now();
    this.#people = PEOPLE.map((nick) => new IrcPerson({ nick, port: server.port, channel: CHANNEL, ledger, now }));
  }

  settings(): unknown {
    const { port } = this.link;
    return { servers: { net: { host: '127.0.0.1', port, tls: false, linesPerSecond: 5, burst: 10 } } };
  }

  gather(): Promise<void> {
    for (const person of this.#people) person.start();
    return Promise.resolve();
  }

  /** IRC is open to everybody. */
  signUp(_user: XmppUser): Promise<void> {
    return Promise.resolve();
  }

  speakers(users: readonly XmppUser[]): readonly Speaker[] {
    return [
      ...users.flatMap((user) => [
        speaker({ sender: user.name, network, place: 'verona' }, (token) => user.say(token, this.room)),
        speaker({ sender: user.name, network, place: PARIS }, (token) =>
          user.say(token, { jid: `${PARIS}%net@${DOMAIN}` }),
        ),
      ]),
      ...this.#people.map((person) =>
        speaker({ sender: person.nick, network, place: 'verona' }, (token) => person.say(token, CHANNEL, USERS)),
      ),
      ...this.#people
        .slice(0, 1)
        .flatMap((person) =>
          USERS.map((nick) =>
            speaker({ sender: person.nick, network, place: nick }, (token) => person.say(token, nick, [nick])),
          ),
        ),
    ];
  }

  missing(): Promise<readonly string[]> {
    const lines = this.#people.flatMap((person) =>
      person.isIn ? lacking(person.people, USERS, `${person.nick} on IRC`) : [`${person.nick} is not in ${CHANNEL}`],
    );
    return Promise.resolve(lines);
  }

  observed(): Promise<Observed> {
    return Promise.resolve({ spoken: betweenUsers(this.#context.ledger.shown, USERS), shown: [] });
  }

  async stop(): Promise<void> {
    for (const person of this.#people) person.stop();
    await this.link.close();
    await this.server.stop();
  }
}

/** Pure. What a user says in a channel all others of ours there are to see too, once IRC has taken it. */
export function betweenUsers(shown: readonly Shown[], users: readonly string[]): readonly Spoken[] {
  const found = new Map<string, Spoken>();
  for (const { hearer, token: text, at } of shown) {
    const token = tokenIn(text);
    if (token === undefined || !hearer.startsWith('irc:') || !users.includes(token.sender)) continue;
    if (token.place !== 'verona' || found.has(text)) continue;
    found.set(text, { token: text, at, hearers: users.filter((user) => user !== token.sender) });
  }
  return [...found.values()];
}
