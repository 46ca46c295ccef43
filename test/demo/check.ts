// The demo without a person: a real client library as juliet goes the way a person would, step by step.

import { setImmediate } from 'node:timers/promises';
import { client, type XmlElement, type XmppEntity, xml } from '@xmpp/client';
import { IrcClient } from '../support/irc-client.ts';
import { FRIAR } from './friar.ts';
import { CHANNEL, GATEWAY, PASSWORD, ROOM, SERVER, type Verona } from './verona.ts';

const STEP_MS = 20_000;
const MUC = 'http://jabber.org/protocol/muc';
const REGISTER = 'jabber:iq:register';

/** Runs the steps in order and says each as it is done. @returns the name of the one that failed. */
export async function checkVerona(verona: Verona): Promise<string | undefined> {
  const juliet = new Juliet(verona.xmpp.c2sPort);
  const mercutio = await IrcClient.connect({ port: verona.irc.port, nick: 'mercutio' });
  const steps: readonly (readonly [name: string, run: () => Promise<unknown>])[] = [
    ['the web page with Converse.js is served', () => pageIsServed(verona.page.url)],
    ['juliet signs in at the XMPP server', () => juliet.signsIn()],
    ['juliet finds the gateway by service discovery', () => juliet.findsGateway()],
    ['juliet registers with the gateway', () => juliet.registers()],
    [`juliet joins ${CHANNEL}`, () => juliet.joins()],
    [`mercutio joins ${CHANNEL} with a plain IRC client`, () => mercutio.join(CHANNEL)],
    [
      'juliet sees mercutio come',
      () => juliet.sees(({ name, attrs }) => name === 'presence' && attrs['from'] === `${ROOM}/mercutio`),
    ],
    ['juliet speaks, and sees that it was taken', () => juliet.says('Hello from XMPP')],
    ['mercutio hears juliet', () => mercutio.until(/^:juliet!\S+ PRIVMSG #verona :Hello from XMPP$/, STEP_MS)],
    [`${FRIAR} answers juliet`, () => juliet.hears(FRIAR, 'God save you, juliet!')],
    [
      'juliet hears mercutio',
      () => (mercutio.send(`PRIVMSG ${CHANNEL} :Hello from IRC`), juliet.hears('mercutio', 'Hello from IRC')),
    ],
    ['juliet leaves', () => juliet.leaves()],
  ];
  try {
    for (const [name, run] of steps) {
      const from = performance.now();
      const failure = await run().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      if (failure !== undefined) {
        console.log(`FAILED  ${name}\n${failure}\n${juliet.transcript}`);
        return name;
      }
      console.log(`ok      ${name} (${Math.round(performance.now() - from)} ms)`);
    }
    return undefined;
  } finally {
    await mercutio.close();
    await juliet.stops();
  }
}

async function pageIsServed(url: string): Promise<void> {
  const page = await fetch(url);
  const bundle = await fetch(new URL('dist/converse.min.js', url));
  await bundle.body?.cancel();
  const html = await page.text();
  if (!html.includes('converse.initialize') || bundle.headers.get('content-type') !== 'text/javascript') {
    throw new Error(`the page or its script is not what it should be: ${page.status}, ${bundle.status}`);
  }
}

class Juliet {
  readonly #entity: XmppEntity;
  readonly #seen: XmlElement[] = [];
  readonly #transcript: string[] = [];
  #look: (() => void) | undefined;

  constructor(port: number) {
    this.#entity = client({
      service: `xmpp://127.0.0.1:${port}`,
      domain: 'localhost',
      username: 'juliet',
      password: PASSWORD,
      resource: 'check',
    });
    // What goes wrong shows in the step that waits for it.
    this.#entity.on('error', () => undefined);
    this.#entity.on('send', (stanza) => this.#transcript.push(`> ${stanza.toString()}`));
    this.#entity.on('element', (element) => {
      this.#transcript.push(`< ${element.toString()}`);
      this.#seen.push(element);
      this.#look?.();
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
    await this.#entity.send(xml('presence'));
  }

  async findsGateway(): Promise<void> {
    const items = await this.#asks(
      'get',
      'localhost',
      xml('query', { xmlns: 'http://jabber.org/protocol/disco#items' }),
    );
    const domains =
      items
        .getChild('query')
        ?.getChildren('item')
        .map(({ attrs }) => attrs['jid'] ?? '') ?? [];
    for (const domain of domains) {
      const info = await this.#asks('get', domain, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }));
      const identities = info.getChild('query')?.getChildren('identity') ?? [];
      const isGateway = identities.some(({ attrs }) => attrs['category'] === 'gateway' && attrs['type'] === 'irc');
      if (isGateway && domain === GATEWAY) return;
    }
    throw new Error(`none of the server's services is an IRC gateway: ${domains.join(', ')}`);
  }

  async registers(): Promise<void> {
    const offered = await this.#asks('get', GATEWAY, xml('query', { xmlns: REGISTER }));
    if (offered.getChild('query')?.getChild('x', 'jabber:x:data') === undefined)
      throw new Error(`no form: ${offered.toString()}`);
    const field = (name: string, value: string): XmlElement => xml('field', { var: name }, xml('value', {}, value));
    const form = xml(
      'x',
      { xmlns: 'jabber:x:data', type: 'submit' },
      field('FORM_TYPE', REGISTER),
      field('server', SERVER),
      field('nick', 'juliet'),
    );
    await this.#asks('set', GATEWAY, xml('query', { xmlns: REGISTER }, form));
    await this.sees(
      ({ name, attrs }) => name === 'presence' && attrs['from'] === GATEWAY && attrs['type'] === 'subscribe',
    );
    await this.#entity.send(xml('presence', { to: GATEWAY, type: 'subscribed' }));
  }

  async joins(): Promise<void> {
    await this.#entity.send(xml('presence', { to: `${ROOM}/juliet` }, xml('x', { xmlns: MUC })));
    await this.sees((stanza) => {
      const from = stanza.attrs['from'];
      if (stanza.name !== 'presence' || from !== `${ROOM}/juliet`) return false;
      if (stanza.attrs['type'] === 'error') throw new Error(`the join was refused: ${stanza.toString()}`);
      return (
        stanza
          .getChild('x', `${MUC}#user`)
          ?.getChildren('status')
          .some(({ attrs }) => attrs['code'] === '110') === true
      );
    });
    await this.sees(({ name, attrs }) => name === 'presence' && attrs['from'] === `${ROOM}/${FRIAR}`);
  }

  async says(text: string): Promise<void> {
    await this.#entity.send(xml('message', { to: ROOM, type: 'groupchat', id: 'spoken' }, xml('body', {}, text)));
    await this.sees(
      ({ attrs }) => attrs['id'] === 'spoken' && attrs['from'] === `${ROOM}/juliet` && attrs['type'] === 'groupchat',
    );
  }

  async hears(nick: string, text: string): Promise<void> {
    await this.sees((stanza) => stanza.attrs['from'] === `${ROOM}/${nick}` && stanza.getChildText('body') === text);
  }

  async leaves(): Promise<void> {
    await this.#entity.send(xml('presence', { to: `${ROOM}/juliet`, type: 'unavailable' }));
    await this.sees(
      ({ name, attrs }) => name === 'presence' && attrs['from'] === `${ROOM}/juliet` && attrs['type'] === 'unavailable',
    );
  }

  /** Resolves with the first stanza that fits, past or future. @throws Error at the deadline. */
  async sees(fits: (stanza: XmlElement) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#look = () => {
      try {
        if (this.#seen.some(fits)) resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    this.#look();
    await within(promise, 'nothing like that came').finally(() => {
      this.#look = undefined;
    });
  }

  async stops(): Promise<void> {
    await within(this.#entity.stop(), 'the stream did not end').catch(() => undefined);
  }

  async #asks(type: 'get' | 'set', to: string, payload: XmlElement): Promise<XmlElement> {
    return this.#entity.iqCaller.request(xml('iq', { type, to }, payload), STEP_MS);
  }
}

async function within<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(otherwise)), STEP_MS);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
