// What the pictures are taken of: a private Prosody and gateways to every network, with two people who have accounts to try things with.

import { type EchoProcess, startEchoServer } from '../support/echo-process.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { joinRequest, occupant, REGISTER } from '../support/openings.ts';
import { freePort } from '../support/processes.ts';
import { startNgircd, startProsody, type XmppServer } from '../support/servers.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio } from '../support/twilio-process.ts';
import { XmppClient } from '../support/xmpp-client.ts';
import { ECHO, GONE, IRC, MATRIX, POST, ROOM, SMS } from './forms.ts';

export const PASSWORD = 'rose';
/** Who uses Gajim, and who Converse.js. Administrators, so that they see everything. */
export const PEOPLE = ['romeo', 'juliet'] as const;
/** Who uses Psi. */
export const NURSE = 'nurse';
/** Whose message can not be delivered. */
const MERCUTIO = 'mercutio';
const NUMBERS = ['+12025550111', '+12025550122'];

export interface Stage {
  readonly xmpp: XmppServer;
  readonly gateway: GatewayProcess;
  /** Has the person own the room that she is in. */
  crowns(person: string): Promise<void>;
  /** Gives the person, who has an account, somebody in the contact list. */
  befriends(person: string): Promise<void>;
}

export async function openStage(ends: AsyncDisposableStack): Promise<Stage> {
  const secret = 'a secret of the screens';
  const xmpp = await startProsody({
    components: [IRC, SMS, MATRIX, ECHO, GONE, POST].map((domain) => ({ domain, secret })),
    users: [...PEOPLE, NURSE, MERCUTIO].map((name) => ({ name, password: PASSWORD })),
    websocket: true,
  });
  ends.defer(() => xmpp.stop());
  const irc = await startNgircd();
  ends.defer(() => irc.stop());
  const publicPort = await freePort();
  const smsUrl = `http://127.0.0.1:${publicPort}/${SMS}/twilio/message#rc=5&rp=all`;
  const twilio = await startTwilio({ numbers: NUMBERS, smsUrl });
  ends.defer(() => twilio.stop());
  const account = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, numbers: NUMBERS, apiUrl: twilio.url };
  const post = await startEchoServer();
  ends.defer(() => post.stop());
  const server = { host: irc.host, port: irc.port, tls: false };
  const servers = { libera: server, oftc: server };
  const gateway = await startGateway({
    componentPort: xmpp.componentPort,
    publicPort,
    admins: PEOPLE.map((name) => `${name}@localhost`),
    gateways: [
      { domain: IRC, secret, network: 'irc', settings: { servers } },
      { domain: SMS, secret, network: 'sms', settings: account },
      { domain: MATRIX, secret, network: 'matrix' },
      { domain: ECHO, secret, network: 'echo' },
      { domain: GONE, secret, network: 'gone', settings: { title: 'ICQ', since: '2024-06-26' } },
      {
        domain: POST,
        secret,
        network: 'echo',
        settings: { delivery: 'durable', server: `${post.host}:${post.port}` },
      },
    ],
  });
  ends.defer(() => gateway.remove());
  await writesInVain(xmpp, post);
  return { xmpp, gateway, crowns: (person) => crowns(xmpp, person), befriends: (person) => befriends(xmpp, person) };
}

/** By another client of hers. */
async function crowns(xmpp: XmppServer, name: string): Promise<void> {
  const client = await XmppClient.connect({ port: xmpp.c2sPort, name, password: PASSWORD, resource: 'crown' });
  await client.appears();
  client.sends(joinRequest(ROOM, name));
  await client.finds(occupant(ROOM, name, 'participant', "<status code='110'/>"));
  client.sends(`<message to='${ROOM}' type='groupchat' id='crown'><body>!op</body></message>`);
  await client.finds(occupant(ROOM, name, 'moderator', "<status code='110'/>"));
  await client.close();
}

/** By another client of hers. */
async function befriends(xmpp: XmppServer, name: string): Promise<void> {
  const client = await XmppClient.connect({ port: xmpp.c2sPort, name, password: PASSWORD, resource: 'friend' });
  await client.appears();
  client.sends(`<presence to='tybalt@${ECHO}' type='subscribe'/>`);
  await client.finds(`<presence from='tybalt@${ECHO}' type='subscribed'/>`);
  await client.close();
}

/** Resolves when she has been told that it could not be delivered. */
async function writesInVain(xmpp: XmppServer, post: EchoProcess): Promise<void> {
  const client = await XmppClient.connect({ port: xmpp.c2sPort, name: MERCUTIO, password: PASSWORD, resource: 'cell' });
  await client.appears();
  const account = '<username>mercutio</username><password>x</password>';
  await client.asksAndGets('set', POST, `<query xmlns='${REGISTER}'>${account}</query>`, "<iq type='result'/>");
  await client.receives("<presence type='subscribe'/>");
  await post.order('fault', { fault: 'refuse', forMs: 3_600_000, code: 'internal', text: 'The mail coach is broken.' });
  client.sends(
    `<message to='tybalt@${POST}' type='chat' id='duel'><body>Meet me at the square at noon.</body></message>`,
  );
  await client.skips('the failure', ({ name }) => name === 'message', 60_000);
  await client.close();
}
