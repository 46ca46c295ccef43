// An account's whole life in three clients that we did not write, on both servers.

import { afterAll, beforeAll, describe, test } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { SLIXMPP } from '../support/programs-python.ts';
import { startEjabberd, startProsody, type XmppServer } from '../support/servers.ts';
import { XmppClient } from '../support/xmpp-client.ts';
import { type LifeClient, Line, type Login } from './life.ts';
import { startConverseLife } from './life-converse.ts';
import { startProfanityLife } from './life-profanity.ts';
import { startSlixmppLife } from './life-slixmpp.ts';

const ECHO = 'echo.localhost';
const SECRET = 'a secret of the lives';
const PASSWORD = 'rose';
const ESCALUS = 'escalus';
const BENVOLIO = { jid: `benvolio@${ECHO}`, name: 'Benvolio' };

const CLIENTS: Readonly<Record<string, (login: Login) => Promise<LifeClient>>> = {
  'Converse.js': startConverseLife,
  profanity: startProfanityLife,
  slixmpp: startSlixmppLife,
};
const noSlixmpp = await SLIXMPP.whyMissing();

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const)('on %s', (_name, startServer) => {
  let xmpp: XmppServer;
  let gateway: GatewayProcess;
  /** Has people on the network appear otherwise. */
  let escalus: XmppClient;

  beforeAll(async () => {
    const names = [ESCALUS, ...Object.keys(CLIENTS).map(nameIn)];
    xmpp = await startServer({
      components: [{ domain: ECHO, secret: SECRET }],
      users: names.map((name) => ({ name, password: PASSWORD })),
      websocket: true,
    });
    gateway = await startGateway({
      componentPort: xmpp.componentPort,
      gateways: [{ domain: ECHO, secret: SECRET, network: 'echo' }],
    });
    escalus = await XmppClient.connect({ port: xmpp.c2sPort, name: ESCALUS, password: PASSWORD, resource: 'court' });
    const account = `<username>${ESCALUS}</username><password>${PASSWORD}</password>`;
    await escalus.asksAndGets(
      'set',
      ECHO,
      `<query xmlns='jabber:iq:register'>${account}</query>`,
      "<iq type='result'/>",
    );
  });
  afterAll(async () => {
    await escalus?.close();
    await gateway?.remove();
    await xmpp?.stop();
  });

  const has = (what: string): void =>
    escalus.sends(`<message to='${BENVOLIO.jid}' type='chat' id='order'><body>!appear ${what}</body></message>`);

  test.for(Object.entries(CLIENTS))('%s', async ([name, start], { skip }) => {
    if (name === 'slixmpp' && noSlixmpp !== undefined) skip(noSlixmpp);
    await using ends = new AsyncDisposableStack();
    const [c2s, web] = [await Line.to(xmpp.c2sPort), await Line.to(xmpp.httpPort ?? 0)];
    for (const line of [c2s, web]) ends.defer(() => line.cut());
    has('benvolio online');
    const client = await start({
      name: nameIn(name),
      password: PASSWORD,
      c2sPort: c2s.port,
      websocketUrl: (xmpp.websocketUrl ?? '').replace(`:${xmpp.httpPort}/`, `:${web.port}/`),
    });
    ends.defer(() => client.stop());
    try {
      await lives(client, { name: nameIn(name), lines: [c2s, web] });
    } catch (error) {
      console.error(await client.transcript(), gateway.process.logs());
      throw error;
    }
  });

  async function lives(
    client: LifeClient,
    { name, lines }: { readonly name: string; readonly lines: readonly Line[] },
  ): Promise<void> {
    await client.signsUp(ECHO, { Name: name, Password: 'anything' });
    await client.adds(BENVOLIO);
    await client.shows(BENVOLIO, 'online');
    has('benvolio away Gone to Mantua');
    await client.shows(BENVOLIO, 'away');

    for (const line of lines) await line.cut();
    await client.losesItsLine();
    has('benvolio dnd In a fight');
    for (const line of lines) await line.mend();
    await client.comesBack();
    await client.shows(BENVOLIO, 'dnd');

    await client.signsOff(ECHO);
    for (const gone of [BENVOLIO, { jid: ECHO, name: ECHO }]) await client.shows(gone, 'offline');
  }
});

/** Of its user, on the server and on the network. */
function nameIn(client: string): string {
  return client.replace(/\W.*/, '').toLowerCase();
}
