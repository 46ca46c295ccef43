// What the pictures are taken of: a private Prosody and gateways to every network, with two people who have accounts to try things with.

import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { joinRequest, occupant } from '../support/openings.ts';
import { freePort } from '../support/processes.ts';
import { startNgircd, startProsody, type XmppServer } from '../support/servers.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio } from '../support/twilio-process.ts';
import { XmppClient } from '../support/xmpp-client.ts';
import { ECHO, IRC, MATRIX, SMS } from './forms.ts';

export const PASSWORD = 'rose';
/** Who uses Gajim, and who Converse.js. Administrators, so that they see everything. */
export const PEOPLE = ['romeo', 'juliet'] as const;
export const ROOM = `#garden@${ECHO}`;
const NUMBERS = ['+12025550111', '+12025550122'];

export interface Stage {
  readonly xmpp: XmppServer;
  readonly gateway: GatewayProcess;
  /** Has the person own the room that she is in. */
  crowns(person: string): Promise<void>;
}

export async function openStage(ends: AsyncDisposableStack): Promise<Stage> {
  const secret = 'a secret of the screens';
  const xmpp = await startProsody({
    components: [IRC, SMS, MATRIX, ECHO].map((domain) => ({ domain, secret })),
    users: PEOPLE.map((name) => ({ name, password: PASSWORD })),
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
  const servers = { libera: { host: irc.host, port: irc.port, tls: false } };
  const gateway = await startGateway({
    componentPort: xmpp.componentPort,
    publicPort,
    admins: PEOPLE.map((name) => `${name}@localhost`),
    gateways: [
      { domain: IRC, secret, network: 'irc', settings: { servers } },
      { domain: SMS, secret, network: 'sms', settings: account },
      { domain: MATRIX, secret, network: 'matrix' },
      { domain: ECHO, secret, network: 'echo' },
    ],
  });
  ends.defer(() => gateway.remove());
  return { xmpp, gateway, crowns: (person) => crowns(xmpp, person) };
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
