// Half-finished forms (XEP-0050): the gateway is killed between two steps, and nothing that was typed is lost.

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { FORMS, REGISTER } from '../support/openings.ts';
import { startEjabberd, startProsody, type XmppServer } from '../support/servers.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { XmppClient } from '../support/xmpp-client.ts';

const ECHO = 'echo.localhost';
const SECRET = 'a secret of the forms';
const COMMANDS = 'http://jabber.org/protocol/commands';
const PASSWORD = 'wherefore art thou';

type Answers = Readonly<Record<string, string>>;
const form = (answers: Answers): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries(answers)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const stage = (inside: string): string =>
  `<iq type='result'><command xmlns='${COMMANDS}' status='executing' sessionid='*'>${inside}</command></iq>`;
const done = `<iq type='result'><command xmlns='${COMMANDS}' status='completed'><note type='info'/></command></iq>`;
const asks = (name: string): string => stage(`<x xmlns='${FORMS}' type='form'><field var='${name}'/></x>`);

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const)('on %s', (_name, startServer) => {
  let xmpp: XmppServer;
  let gateway: GatewayProcess;
  let people = 0;
  beforeAll(async () => {
    xmpp = await startServer({ components: [{ domain: ECHO, secret: SECRET }] });
    gateway = await startGateway({
      componentPort: xmpp.componentPort,
      gateways: [{ domain: ECHO, secret: SECRET, network: 'echo' }],
    });
  });
  afterAll(async () => {
    await gateway?.remove();
    await xmpp?.stop();
  });

  async function romeo(): Promise<XmppClient> {
    people += 1;
    const client = await XmppClient.connect({
      port: xmpp.c2sPort,
      name: `romeo${people}`,
      password: 'secret',
      resource: 'orchard',
      register: true,
    });
    await client.appears();
    return client;
  }

  const command = (client: XmppClient, attrs: string, pattern: string, inside = ''): Promise<XmlNode> =>
    client.asksAndGets('set', ECHO, `<command xmlns='${COMMANDS}' ${attrs}>${inside}</command>`, pattern);

  /** @returns what submits the next form. */
  async function begins(client: XmppClient, node: string) {
    const first = await command(client, `node='${node}'`, stage(`<x xmlns='${FORMS}' type='form'/>`));
    const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
    return (answers: Answers, pattern: string): Promise<XmlNode> =>
      command(client, `node='${node}' sessionid='${session}' action='complete'`, pattern, form(answers));
  }

  test('a form that was opened before the kill is answered after it', async () => {
    const client = await romeo();
    let submits = await begins(client, REGISTER);
    await gateway.crash();
    await submits({ username: 'romeo', password: PASSWORD, nick: '' }, done);
    await client.receives(`<presence from='${ECHO}' type='subscribe'/>`);
    submits = await begins(client, 'unregister');
    await gateway.crash();
    await submits({ account: 'only' }, done);
    await client.close();
  });

  test('a code was sent before the kill: the first form comes back, and the password is not typed again', async () => {
    const client = await romeo();
    const submits = await begins(client, REGISTER);
    const typed = { username: 'montague', password: 'code', nick: 'mont', stayConnected: '0', stayJoined: '0' };
    await submits(typed, asks('code'));
    await submits(
      { code: '' },
      stage(`<note type='warn'>“Code” is needed.</note><x xmlns='${FORMS}'><field var='code'/></x>`),
    );
    await gateway.crash();
    const again = await submits(
      { code: '1234' },
      stage(`<note type='warn'/><x xmlns='${FORMS}' type='form'>
        <field var='username'><value>montague</value></field>
        <field var='password' type='text-private'><!required/><!value/></field>
        <field var='nick'><value>mont</value></field></x>`),
    );
    expect(
      elementsOf(elementsOf(again)[0] ?? again)
        .map(textOf)
        .join(' '),
    ).toContain('The gateway was restarted');
    await gateway.crash();
    await submits({ ...typed, password: '' }, asks('code'));
    const wrong = "<note type='warn'>That is not the code.</note>";
    await submits({ code: '9999' }, stage(`${wrong}<x xmlns='${FORMS}'><field var='code'/></x>`));
    await submits({ code: '1234' }, done);
    await client.receives(`<presence from='${ECHO}' type='subscribe'/>`);
    await client.close();
  });

  test('the password that is known goes with the same answers only', async () => {
    const client = await romeo();
    const submits = await begins(client, REGISTER);
    const typed = { username: 'montague', password: 'code' };
    await submits(typed, asks('code'));
    await gateway.crash();
    await submits({ code: '1234' }, asks('username'));
    const other = { username: 'capulet', password: '' };
    await submits(
      other,
      stage(`<note type='warn'/><x xmlns='${FORMS}'><field var='username'><value>capulet</value></field></x>`),
    );
    await client.close();
  });

  test('what is done elsewhere is waited for; after a kill it begins once more', async () => {
    const client = await romeo();
    const submits = await begins(client, REGISTER);
    const typed = { username: 'montague', password: 'elsewhere' };
    const elsewhere = stage(
      `<x xmlns='${FORMS}' type='form'><instructions>Open echo:sign-in/1234 to go on. When that is done, go on here.</instructions></x>`,
    );
    await submits(typed, elsewhere);
    await gateway.crash();
    await submits({}, asks('username'));
    await submits({ ...typed, password: '' }, elsewhere);
    await submits({}, done);
    await client.skips('the subscription', ({ name }) => name === 'presence');
    await client.close();
  });

  test('no password lies in the store in the clear', async () => {
    const client = await romeo();
    const submits = await begins(client, REGISTER);
    // The password has to be `code` for this: what else was typed stands for it.
    await submits({ username: 'montague', password: 'code', nick: PASSWORD.replaceAll(' ', '') }, asks('code'));
    const files = readdirSync(gateway.folder.path).filter((name) => name.startsWith('viaduct.db'));
    const text = files.map((name) => readFileSync(`${gateway.folder.path}/${name}`, 'latin1')).join('');
    expect(text).toContain(`${ECHO}/`);
    expect(text).not.toContain(PASSWORD.replaceAll(' ', ''));
    await submits({ code: '1234' }, done);
    await client.close();
  });
});
