// A network's contacts in a person's roster, and presence both ways, on a real server that lets the gateway write rosters. One that grants it
// and then refuses (ejabberd) makes the gateway ask for each contact.

import { inject, onTestFinished, test } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { COMPONENT_SECRET } from '../support/stage.ts';
import { GATEWAY } from '../support/world.ts';
import { XmppClient } from '../support/xmpp-client.ts';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';

const at = (name: string): string => `${name}@${GATEWAY}`;
const REGISTER = 'jabber:iq:register';
const ROSTER = 'jabber:iq:roster';
let people = 0;

class Person {
  readonly client: XmppClient;
  readonly name: string;

  private constructor(client: XmppClient, name: string) {
    this.client = client;
    this.name = name;
  }

  static async comes(name: string): Promise<Person> {
    people += 1;
    const { c2sPort } = inject('stage');
    const login = { name: `${name}${process.pid}${people}`, password: 'secret', port: c2sPort, resource: 'orchard' };
    const client = await XmppClient.connect({ ...login, register: true });
    onTestFinished(() => client.close());
    await client.appears();
    return new Person(client, login.name);
  }

  /** As a client does that adds a gateway. */
  async signsUp(): Promise<void> {
    const fields = `<username>${this.name}</username><password>secret</password>`;
    await this.client.asksAndGets(
      'set',
      GATEWAY,
      `<query xmlns='${REGISTER}'>${fields}</query>`,
      `<iq type='result'/>`,
    );
    await this.client.finds(`<presence type='subscribe' from='${GATEWAY}'/>`);
    this.client.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
    await this.adds(GATEWAY);
    await this.client.finds(`<presence from='${GATEWAY}' !type><!show/></presence>`);
  }

  async adds(jid: string): Promise<void> {
    await this.client.asks('set', '', `<query xmlns='${ROSTER}'><item jid='${jid}'/></query>`);
    this.client.sends(`<presence to='${jid}' type='subscribe'/>`);
  }

  /** Makes something happen on the network. */
  does(line: string): void {
    this.client.sends(`<message to='${at('benvolio')}' type='chat'><body>!${line}</body></message>`);
  }

  /** What her roster says of somebody. */
  async item(jid: string): Promise<XmlNode | undefined> {
    const answer = await this.client.asks('get', '', `<query xmlns='${ROSTER}'/>`);
    return elementsOf(answer)
      .flatMap(elementsOf)
      .find(({ attrs }) => attrs['jid'] === jid);
  }

  /** Waits until it says what fits. */
  async has(jid: string, fits: (item: XmlNode | undefined) => boolean): Promise<void> {
    const deadline = performance.now() + 8_000;
    for (;;) {
      const item = await this.item(jid);
      if (fits(item)) return;
      if (performance.now() > deadline) throw new Error(`${jid} is ${JSON.stringify(item)} in her roster`);
      await this.client.settles();
    }
  }
}

async function gateway(): Promise<GatewayProcess> {
  const started = await startGateway({
    componentPort: inject('stage').componentPort,
    gateways: [{ domain: GATEWAY, secret: COMPONENT_SECRET, network: 'echo', settings: { guests: false } }],
  });
  onTestFinished(() => started.remove());
  return started;
}

/** Approves whoever asks, and asks in turn, as people do where the server puts no contacts into their rosters itself. */
async function takes(person: Person, name: string): Promise<void> {
  if (inject('stage').xmpp === 'prosody') return;
  await person.client.finds(`<presence type='subscribe' from='${at(name)}'/>`);
  person.client.sends(`<presence to='${at(name)}' type='subscribed'/>`);
  await person.adds(at(name));
}

test('the network’s contacts come into the roster with names and groups, once, and go with the network', async () => {
  const process = await gateway();
  const romeo = await Person.comes('romeo');
  await romeo.signsUp();
  await takes(romeo, 'benvolio');
  await romeo.client.finds(`<presence from='${at('benvolio')}' !type/>`);
  await romeo.has(at('benvolio'), (item) => item?.attrs['subscription'] === 'both');
  romeo.does('contact mercutio Merc Kinsmen');
  romeo.does('list');
  await takes(romeo, 'mercutio');
  await romeo.has(at('mercutio'), (item) => item?.attrs['subscription'] === 'both');
  await romeo.client.finds(`<presence from='${at('mercutio')}' !type/>`);
  if (inject('stage').xmpp === 'prosody')
    await romeo.has(
      at('mercutio'),
      (item) => item?.attrs['name'] === 'Merc' && JSON.stringify(item).includes('Kinsmen'),
    );
  // After a restart the network lists benvolio alone.
  await process.restart();
  await romeo.has(at('mercutio'), (item) => item === undefined || item.attrs['subscription'] === 'none');
  await romeo.has(at('benvolio'), (item) => item?.attrs['subscription'] === 'both');
});

test('presence goes both ways, and what a contact is like is asked by the server at the next login', async () => {
  await gateway();
  const romeo = await Person.comes('romeo');
  const juliet = await Person.comes('juliet');
  await romeo.signsUp();
  await juliet.signsUp();
  await juliet.adds(at(romeo.name));
  await romeo.client.finds(`<presence type='subscribe' from='${at(juliet.name)}'/>`);
  romeo.client.sends(`<presence to='${at(juliet.name)}' type='subscribed'/>`);
  await juliet.client.finds(`<presence from='${at(romeo.name)}' !type><!show/></presence>`);
  romeo.client.sends(`<presence><show>away</show><status>lunch</status></presence>`);
  await juliet.client.finds(`<presence from='${at(romeo.name)}'><show>away</show><status>lunch</status></presence>`);
  romeo.client.sends(`<presence type='unavailable'/>`);
  await juliet.client.finds(`<presence from='${at(romeo.name)}' type='unavailable'/>`, 20_000);
  romeo.client.sends(`<presence/>`);
  await romeo.client.finds(`<presence from='${GATEWAY}' !type/>`);
  await juliet.client.finds(`<presence from='${at(romeo.name)}' !type><!show/></presence>`, 20_000);
});

test('a contact, or the gateway, that is removed and added again at once is in the roster', async () => {
  await gateway();
  const romeo = await Person.comes('romeo');
  await romeo.signsUp();
  const isSeen = (item: XmlNode | undefined): boolean => /^(?:to|both)$/.test(item?.attrs['subscription'] ?? '');
  await romeo.adds(at('mercutio'));
  for (const jid of [at('mercutio'), GATEWAY]) {
    await romeo.has(jid, isSeen);
    const removal = `<query xmlns='${ROSTER}'><item jid='${jid}' subscription='remove'/></query>`;
    romeo.client.sends(`<iq type='set' id='gone'>${removal}</iq><presence to='${jid}' type='subscribe'/>`);
    await romeo.client.finds(`<iq type='result' id='gone'/>`);
    await romeo.has(jid, isSeen);
  }
});
