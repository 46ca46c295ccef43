// The echo network of the machine: durable, on a server of its own whose journal is the judge.

import type { JsonObject } from '../support/json-lines.ts';
import { startEchoServer, type EchoProcess } from '../support/echo-process.ts';
import type { NetworkRecord } from '../support/echo-server-records.ts';
import type { Shown, Spoken } from './ledger.ts';
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

const PEOPLE = ['tybalt', 'benvolio'] as const;
const [, BENVOLIO] = PEOPLE;
const HALL = '#hall';
const network = 'echo';
const DOMAIN = domainOf(network);

export class EchoRealm implements Realm {
  readonly network = network;
  readonly room = { place: 'echo-hall', jid: `${HALL}@${DOMAIN}` };
  readonly roomPeople = PEOPLE;
  readonly server: EchoProcess;
  readonly #context: RealmContext;

  static async open(context: RealmContext): Promise<EchoRealm> {
    return new EchoRealm(context, await startEchoServer());
  }

  private constructor(context: RealmContext, server: EchoProcess) {
    this.#context = context;
    this.server = server;
  }

  settings(): unknown {
    return { server: `127.0.0.1:${this.server.port}`, delivery: 'durable' };
  }

  async gather(): Promise<void> {
    for (const who of PEOPLE) await this.server.order('enter', { room: HALL, who });
  }

  async signUp(user: XmppUser): Promise<void> {
    const fields = `<username>${user.name}</username><password>secret</password>`;
    const answer = await user.asks('set', DOMAIN, `<query xmlns='jabber:iq:register'>${fields}</query>`);
    if (answer?.attrs['type'] !== 'result') throw new Error(`${user.name} could not register with ${DOMAIN}`);
  }

  speakers(users: readonly XmppUser[]): readonly Speaker[] {
    const speak = async (from: string, to: string, text: string): Promise<boolean> => {
      const ok = await this.server.order('speak', { from, to, text }).catch(() => undefined);
      return ok !== undefined;
    };
    return [
      ...users.flatMap((user) => [
        speaker({ sender: user.name, network, place: 'hall' }, (token) => user.say(token, this.room)),
        speaker({ sender: user.name, network, place: BENVOLIO }, (token) =>
          user.say(token, { jid: `${BENVOLIO}@${DOMAIN}` }),
        ),
        speaker({ sender: BENVOLIO, network, place: user.name }, (token) => speak(BENVOLIO, user.name, token)),
      ]),
      ...PEOPLE.map((who) => speaker({ sender: who, network, place: 'hall' }, (token) => speak(who, HALL, token))),
    ];
  }

  async missing(): Promise<readonly string[]> {
    const seen = await this.server.order('look').catch(() => undefined);
    if (seen === undefined) return ['the echo server is down'];
    const online = new Set(seen['online'] as readonly string[]);
    const rooms = seen['rooms'] as readonly { readonly id: string; readonly people: readonly string[] }[];
    const inHall = new Set(rooms.find(({ id }) => id === HALL)?.people);
    return [...lacking(online, USERS, 'the echo network'), ...lacking(inHall, USERS, 'the hall')];
  }

  observed(): Promise<Observed> {
    return Promise.resolve(saidOnEcho(this.server.journal(), (date) => this.#context.sinceBegin(date)));
  }

  order(name: string, more: JsonObject = {}): Promise<JsonObject> {
    return this.server.order(name, more);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** What a journal tells: pure. */
export function saidOnEcho(journal: readonly NetworkRecord[], sinceBegin: (date: number) => number): Observed {
  const spoken: Spoken[] = [];
  const shown: Shown[] = [];
  for (const record of journal) {
    if (record.t !== 'message') continue;
    const token = tokenIn(record.text)?.text;
    if (token === undefined) continue;
    const at = sinceBegin(record.at);
    const hearers = record.for.map(([account]) => account);
    if (hearers.length > 0) spoken.push({ token, at, hearers });
    if (record.txn !== undefined) shown.push({ token, at, hearer: network, delayed: false, history: false });
  }
  return { spoken, shown };
}
