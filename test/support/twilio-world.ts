// The world of plays on SMS: an XMPP server, the fake Twilio, the proxy that knows Twilio's API where it can be had, and a gateway process
// between them, which many plays share; each has people, a number and phones of its own.

import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { FORMS, REGISTER } from './openings.ts';
import { freePort, until } from './processes.ts';
import { startEjabberd, startProsody, type XmppServer } from './servers.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio, type TwilioProcess } from './twilio-process.ts';
import { startWire, type Wire, whyNoWire } from './twilio-wire.ts';
import { elementsOf, textOf, type XmlNode } from './xml-tree.ts';
import { XmppClient } from './xmpp-client.ts';

export const SMS = 'sms.localhost';
const SECRET = 'a secret of the plays on SMS';
/** Twice as many as plays need. */
const POOL = Array.from({ length: 60 }, (_, n) => `+1202555${String(1_000 + n)}`);

interface Parts {
  readonly xmpp: XmppServer;
  readonly twilio: TwilioProcess;
  readonly wire: Wire | undefined;
  readonly gateway: GatewayProcess;
  readonly webhook: string;
}

export class SmsWorld {
  readonly xmpp: XmppServer;
  readonly twilio: TwilioProcess;
  readonly gateway: GatewayProcess;
  /** Undefined where the description is not there. */
  readonly wire: Wire | undefined;
  /** Where texts are posted. */
  readonly webhook: string;
  #phones = 0;

  static async open(kind: XmppServer['kind']): Promise<SmsWorld> {
    const start = kind === 'prosody' ? startProsody : startEjabberd;
    const xmpp = await start({ components: [{ domain: SMS, secret: SECRET }] });
    const publicPort = await freePort();
    const webhook = `http://127.0.0.1:${publicPort}/${SMS}/twilio/message`;
    const twilio = await startTwilio({ numbers: POOL, smsUrl: `${webhook}#rc=5&rp=all` });
    const wire = whyNoWire === undefined ? await startWire(twilio.url, { strict: false }) : undefined;
    const apiUrl = wire?.url ?? twilio.url;
    const settings = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, numbers: POOL, apiUrl };
    const gateway = await startGateway({
      componentPort: xmpp.componentPort,
      publicPort,
      gateways: [{ domain: SMS, secret: SECRET, network: 'sms', settings }],
      logLevel: 'debug',
    });
    return new SmsWorld({ xmpp, twilio, wire, gateway, webhook });
  }

  private constructor({ xmpp, twilio, wire, gateway, webhook }: Parts) {
    this.xmpp = xmpp;
    this.twilio = twilio;
    this.wire = wire;
    this.gateway = gateway;
    this.webhook = webhook;
  }

  /** A number that nobody else has. */
  newPhone(): string {
    this.#phones += 1;
    return `+1303555${String(1_000 + this.#phones)}`;
  }

  /** @throws Error when the gateway does not end in good order. */
  async close(): Promise<void> {
    const last = this.gateway.process;
    await this.gateway.remove();
    await this.wire?.stop();
    await this.twilio.stop();
    await this.xmpp.stop();
    const { code, signal } = await last.exited;
    if (code !== 0) throw new Error(`the gateway ended with ${signal ?? code}; its log:\n${last.logs()}`);
  }
}

let people = 0;

/** Everybody in one play. */
export class SmsCast {
  readonly world: SmsWorld;
  readonly #clients: XmppClient[] = [];

  constructor(world: SmsWorld) {
    this.world = world;
  }

  /** Somebody on XMPP who has no number yet. */
  async person(name: string): Promise<XmppClient> {
    people += 1;
    const login = { name: `${name}${process.pid}x${people}`, password: 'secret', resource: 'balcony' };
    const client = await XmppClient.connect({ ...login, port: this.world.xmpp.c2sPort, register: true });
    this.#clients.push(client);
    await client.appears();
    return client;
  }

  /** Somebody with a number, and a phone that nobody has texted yet. */
  async texter(name: string): Promise<Texter> {
    const client = await this.person(name);
    const number = (await numbersOffered(client))[0] ?? '';
    await signsUp(client, { number });
    const phone = this.world.newPhone();
    return { client, number, phone, contact: `${phone}@${SMS}` };
  }

  get transcript(): string {
    const clients = this.#clients.flatMap((client) => client.transcript);
    const { gateway, twilio } = this.world;
    const journal = twilio
      .journal()
      .slice(-200)
      .map((record) => JSON.stringify(record));
    return [...clients, '--- the gateway', gateway.process.logs(), '--- Twilio', ...journal].join('\n');
  }

  /** Nobody may have been sent anything that the play does not speak of. @throws Error with what was. */
  async nothingIsLeft(): Promise<void> {
    const left: string[] = [];
    for (const client of this.#clients.filter(({ isOpen }) => isOpen)) {
      await client.asks('get', SMS, "<ping xmlns='urn:xmpp:ping'/>");
      left.push(...client.unread.map((raw) => `${client.jid}: ${raw}`));
    }
    if (left.length > 0) throw new Error(`left unread:\n${left.join('\n')}`);
  }

  async leave(): Promise<void> {
    for (const client of this.#clients) {
      // The number is somebody else's next.
      if (client.isOpen) await signsOff(client);
      await client.close();
    }
  }
}

export interface Texter {
  readonly client: XmppClient;
  readonly number: string;
  /** Somebody else's. */
  readonly phone: string;
  /** Address of that phone. */
  readonly contact: string;
}

const register = (inside: string): string => `<query xmlns='${REGISTER}'>${inside}</query>`;

/** In the form for registering, in its order. */
export async function numbersOffered(client: XmppClient): Promise<readonly string[]> {
  const answer = await client.asks('get', SMS, register(''));
  const all = [answer];
  for (const node of all) all.push(...elementsOf(node));
  const field = all.find(({ name, attrs }) => name === 'field' && attrs['var'] === 'number');
  if (field === undefined) throw new Error('the form does not ask for a number');
  return elementsOf(field).flatMap((option) => (option.name === 'option' ? elementsOf(option).map(textOf) : []));
}

/** The answer to a filled-in form. */
export function asksToSignUp(client: XmppClient, answers: Readonly<Record<string, string>>): Promise<XmlNode> {
  const fields = Object.entries({ FORM_TYPE: REGISTER, ...answers }).map(
    ([name, value]) => `<field var='${name}'><value>${value}</value></field>`,
  );
  return client.asks('set', SMS, register(`<x xmlns='${FORMS}' type='submit'>${fields.join('')}</x>`));
}

/** Registers, and lets the gateway see her; that it shows itself is another play. */
export async function signsUp(client: XmppClient, answers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await asksToSignUp(client, answers);
  if (answer.attrs['type'] !== 'result') throw new Error(`not registered: ${JSON.stringify(answer)}`);
  await client.finds(`<presence from='${SMS}' type='subscribe'/>`);
  client.sends(`<presence to='${SMS}' type='subscribed'/>`);
  await client.asks('get', SMS, "<ping xmlns='urn:xmpp:ping'/>");
}

export async function signsOff(client: XmppClient): Promise<void> {
  await client.asks('set', SMS, register('<remove/>'));
  await client.forgets(({ name }) => name === 'presence');
}

export function bodyOf(message: XmlNode): string {
  return elementsOf(message)
    .filter(({ name }) => name === 'body')
    .map(textOf)
    .join('');
}

/** All callbacks and texts that were under way are over. */
export async function isQuiet({ twilio }: SmsWorld): Promise<void> {
  await until('Twilio has told everything', async () => {
    const { busy, unfinished } = await twilio.order('look');
    return busy === 0 && unfinished === 0;
  });
}
