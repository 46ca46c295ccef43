// Juliet with a real client library (@xmpp/client), for what the demo does in her name, and for its check.

import { setImmediate } from 'node:timers/promises';
import { client, type XmlElement, type XmppEntity, xml } from '@xmpp/client';

export const STEP_MS = 20_000;
const MUC = 'http://jabber.org/protocol/muc';
const REGISTER = 'jabber:iq:register';
const RECEIPTS = 'urn:xmpp:receipts';

export class Juliet {
  readonly #entity: XmppEntity;
  readonly #seen: XmlElement[] = [];
  readonly #transcript: string[] = [];
  readonly #looks = new Set<() => void>();

  constructor(port: number, password: string, resource: string) {
    const service = `xmpp://127.0.0.1:${port}`;
    this.#entity = client({ service, domain: 'localhost', username: 'juliet', password, resource });
    // What goes wrong shows in the step that waits for it.
    this.#entity.on('error', () => undefined);
    this.#entity.on('send', (stanza) => this.#transcript.push(`> ${stanza.toString()}`));
    this.#entity.on('element', (element) => {
      this.#transcript.push(`< ${element.toString()}`);
      this.#seen.push(element);
      for (const look of this.#looks) look();
    });
  }

  /** The last that went to and fro. */
  get transcript(): string {
    return this.#transcript.slice(-12).join('\n');
  }

  async signsIn(): Promise<void> {
    await within(this.#entity.start(), 'no answer of the server');
    // COMPAT(@xmpp/client 0.14): what comes before stream management has begun makes it count wrong (XEP-0198), and the stream is cut.
    await this.sees((element) => element.is('enabled', 'urn:xmpp:sm:3'));
    await setImmediate();
    await this.#asks('get', undefined, xml('query', { xmlns: 'jabber:iq:roster' }));
    await this.#entity.send(xml('presence'));
  }

  /** By service discovery. @throws Error where the server has no gateway of that kind under that name. */
  async findsGateway(gateway: string, type: string): Promise<void> {
    const disco = 'http://jabber.org/protocol/disco';
    const items = await this.#asks('get', 'localhost', xml('query', { xmlns: `${disco}#items` }));
    const domains = (items.getChild('query')?.getChildren('item') ?? []).map(({ attrs }) => attrs['jid'] ?? '');
    for (const domain of domains) {
      const info = await this.#asks('get', domain, xml('query', { xmlns: `${disco}#info` }));
      const identities = info.getChild('query')?.getChildren('identity') ?? [];
      const fits = identities.some(({ attrs }) => attrs['category'] === 'gateway' && attrs['type'] === type);
      if (fits && domain === gateway) return;
    }
    throw new Error(`none of the server's services is a gateway to ${type}: ${domains.join(', ')}`);
  }

  /** Fills the form in with these answers; a number, where one is asked for, is the first that is offered. */
  async registers(gateway: string, answers: Readonly<Record<string, string>>): Promise<void> {
    const offered = await this.#asks('get', gateway, xml('query', { xmlns: REGISTER }));
    const form = offered.getChild('query')?.getChild('x', 'jabber:x:data');
    if (form === undefined) throw new Error(`no form: ${offered.toString()}`);
    const choices = form.getChildren('field').flatMap((field) => {
      const name = field.attrs['var'] ?? '';
      const first = field.getChild('option')?.getChildText('value') ?? '';
      return field.getChild('required') !== undefined && first !== '' ? [[name, first] as const] : [];
    });
    const fields = Object.entries({ FORM_TYPE: REGISTER, ...Object.fromEntries(choices), ...answers });
    const filled = fields.map(([name, value]) => xml('field', { var: name }, xml('value', {}, value)));
    const submitted = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...filled);
    await this.#asks('set', gateway, xml('query', { xmlns: REGISTER }, submitted));
    await this.#approves(gateway);
  }

  /** Puts somebody on the contact list, and is there for him. */
  async adds(jid: string, name: string): Promise<void> {
    await this.#asks('set', undefined, xml('query', { xmlns: 'jabber:iq:roster' }, xml('item', { jid, name })));
    await this.#entity.send(xml('presence', { to: jid, type: 'subscribe' }));
    await this.sees(({ name: kind, attrs }) => kind === 'presence' && attrs['from'] === jid && !attrs['type']);
    await this.#entity.send(xml('presence', { to: jid, type: 'subscribed' }));
  }

  async joins(room: string, other: string): Promise<void> {
    await this.#entity.send(xml('presence', { to: `${room}/juliet` }, xml('x', { xmlns: MUC })));
    await this.sees((stanza) => {
      const from = stanza.attrs['from'];
      if (stanza.name !== 'presence' || from !== `${room}/juliet`) return false;
      if (stanza.attrs['type'] === 'error') throw new Error(`the join was refused: ${stanza.toString()}`);
      const status = stanza.getChild('x', `${MUC}#user`)?.getChildren('status') ?? [];
      return status.some(({ attrs }) => attrs['code'] === '110');
    });
    await this.comes(`${room}/${other}`);
  }

  async comes(from: string): Promise<void> {
    await this.sees(({ name, attrs }) => name === 'presence' && attrs['from'] === from);
  }

  async says(room: string, text: string): Promise<void> {
    await this.#entity.send(xml('message', { to: room, type: 'groupchat', id: 'spoken' }, xml('body', {}, text)));
    await this.sees(({ attrs }) => attrs['id'] === 'spoken' && attrs['from'] === `${room}/juliet`);
  }

  /** Asks to be told when it was delivered. */
  async texts(to: string, id: string, text: string): Promise<void> {
    const request = xml('request', { xmlns: RECEIPTS });
    await this.#entity.send(xml('message', { to, type: 'chat', id }, xml('body', {}, text), request));
  }

  async isToldOfDelivery(from: string, id: string): Promise<void> {
    await this.sees(
      (stanza) => bareOf(stanza.attrs['from']) === from && stanza.getChild('received', RECEIPTS)?.attrs['id'] === id,
    );
  }

  /** `from` is a full JID in rooms, else a bare one. */
  async hears(from: string, text: string): Promise<void> {
    await this.sees((stanza) => {
      const sender = stanza.attrs['from'];
      return [sender, bareOf(sender)].includes(from) && stanza.getChildText('body') === text;
    });
  }

  /** In words that hold the network's own number. */
  async isToldOfFailure(from: string, code: string): Promise<void> {
    await this.sees(
      (stanza) => bareOf(stanza.attrs['from']) === from && stanza.getChildText('body')?.includes(code) === true,
    );
  }

  async leaves(room: string): Promise<void> {
    const me = `${room}/juliet`;
    await this.#entity.send(xml('presence', { to: me, type: 'unavailable' }));
    await this.sees(
      ({ name, attrs }) => name === 'presence' && attrs['from'] === me && attrs['type'] === 'unavailable',
    );
  }

  /** Resolves with the first stanza that fits, past or future. @throws Error at the deadline. */
  async sees(fits: (stanza: XmlElement) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      try {
        if (this.#seen.some(fits)) resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    this.#looks.add(look);
    look();
    await within(promise, 'nothing like that came').finally(() => this.#looks.delete(look));
  }

  async stops(): Promise<void> {
    await within(this.#entity.stop(), 'the stream did not end').catch(() => undefined);
  }

  async #approves(gateway: string): Promise<void> {
    await this.sees(
      ({ name, attrs }) => name === 'presence' && attrs['from'] === gateway && attrs['type'] === 'subscribe',
    );
    await this.#entity.send(xml('presence', { to: gateway, type: 'subscribed' }));
  }

  async #asks(type: 'get' | 'set', to: string | undefined, payload: XmlElement): Promise<XmlElement> {
    return this.#entity.iqCaller.request(xml('iq', { type, ...(to !== undefined && { to }) }, payload), STEP_MS);
  }
}

const bareOf = (jid: string | undefined): string | undefined => jid?.split('/')[0];

async function within<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(otherwise)), STEP_MS);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
