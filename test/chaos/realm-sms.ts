// The SMS network of the machine: durable, on a fake of Twilio whose journal is the judge.

import type { JsonObject } from '../support/json-lines.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio, type TwilioProcess } from '../support/twilio-process.ts';
import type { TwilioRecord } from '../support/twilio-server-records.ts';
import type { Shown, Spoken } from './ledger.ts';
import { domainOf, type Observed, type Realm, type RealmContext, type Speaker, speaker, USERS } from './realm.ts';
import { tokenIn } from './tokens.ts';
import type { XmppUser } from './xmpp-user.ts';

const network = 'sms';
const DOMAIN = domainOf(network);
/** Whose phone it is, and its number. */
const PHONES = [
  ['nurse', '+15557770001'],
  ['peter', '+15557770002'],
] as const;
const NUMBERS = USERS.map((_, at) => `+1555111000${at + 1}`);
const numberOf = (user: string): string => NUMBERS[USERS.findIndex((name) => name === user)] ?? '';

export class SmsRealm implements Realm {
  readonly network = network;
  readonly roomPeople = [];
  readonly server: TwilioProcess;
  readonly #context: RealmContext;

  static async open(context: RealmContext): Promise<SmsRealm> {
    const smsUrl = `${context.publicUrl}/${DOMAIN}/twilio/message`;
    return new SmsRealm(context, await startTwilio({ numbers: NUMBERS, smsUrl }));
  }

  private constructor(context: RealmContext, server: TwilioProcess) {
    this.#context = context;
    this.server = server;
  }

  settings(): unknown {
    return {
      provider: 'twilio',
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      numbers: NUMBERS,
      apiUrl: this.server.url,
      lookEvery: 20,
    };
  }

  gather(): Promise<void> {
    return Promise.resolve();
  }

  async signUp(user: XmppUser): Promise<void> {
    const form = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>jabber:iq:register</value></field><field var='number'><value>${numberOf(user.name)}</value></field></x>`;
    const answer = await user.asks('set', DOMAIN, `<query xmlns='jabber:iq:register'>${form}</query>`);
    if (answer?.attrs['type'] !== 'result') throw new Error(`${user.name} could not register with ${DOMAIN}`);
  }

  speakers(users: readonly XmppUser[]): readonly Speaker[] {
    const text = async (phone: string, to: string, body: string): Promise<boolean> => {
      const sid = await this.server.text(phone, to, body).catch(() => undefined);
      return sid !== undefined;
    };
    return users.flatMap((user) =>
      PHONES.flatMap(([who, phone]) => [
        speaker({ sender: user.name, network, place: who }, (token) => user.say(token, { jid: `${phone}@${DOMAIN}` })),
        speaker({ sender: who, network, place: user.name }, (token) => text(phone, numberOf(user.name), token)),
      ]),
    );
  }

  missing(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  observed(): Promise<Observed> {
    return Promise.resolve(saidBySms(this.server.journal(), (date) => this.#context.sinceBegin(date)));
  }

  order(name: string, more: JsonObject = {}): Promise<JsonObject> {
    return this.server.order(name, more);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** What a journal tells: pure. */
export function saidBySms(journal: readonly TwilioRecord[], sinceBegin: (date: number) => number): Observed {
  const spoken: Spoken[] = [];
  const shown: Shown[] = [];
  const taken = new Map<string, number>();
  for (const record of journal) {
    if (record.t !== 'posted' || record.what !== 'text' || typeof record.answer !== 'number') continue;
    if (record.answer < 300 && !taken.has(record.sid)) taken.set(record.sid, sinceBegin(record.at));
  }
  for (const record of journal) {
    if (record.t !== 'message') continue;
    const token = tokenIn(record.body)?.text;
    if (token === undefined) continue;
    const at = sinceBegin(record.at);
    const user = USERS.find((name) => numberOf(name) === record.to);
    if (record.direction === 'inbound' && user !== undefined) {
      spoken.push({ token, at, hearers: [user], taken: taken.get(record.sid) ?? Number.NaN });
    }
    if (record.direction === 'outbound-api') shown.push({ token, at, hearer: network, delayed: false, history: false });
  }
  return { spoken, shown };
}
