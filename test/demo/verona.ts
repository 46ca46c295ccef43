// What the demo runs on: a private Prosody, ngIRCd with a channel and someone in it, a fake Twilio with a phone, the gateway between them,
// and the web page.

import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import type { IrcClient } from '../support/irc-client.ts';
import { freePort } from '../support/processes.ts';
import { type IrcServer, startNgircd, startProsody, type XmppServer } from '../support/servers.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio, type TwilioProcess } from '../support/twilio-process.ts';
import { seatFriar } from './friar.ts';
import { Juliet } from './juliet.ts';
import { createPhone, type Phone } from './phone.ts';
import { serveWebPage, type WebPage } from './web-page.ts';

export const IRC_GATEWAY = 'irc.localhost';
export const SMS_GATEWAY = 'sms.localhost';
export const CHANNEL = '#verona';
/** What the gateway calls its IRC server. */
export const SERVER = 'demo';
export const ROOM = `${CHANNEL}%${SERVER}@${IRC_GATEWAY}`;
export const PASSWORD = 'rose';
export const USERS = ['juliet', 'romeo'] as const;
/** Whose they are is chosen by registering; from the range that nobody has. */
export const NUMBERS = ['+12025550111', '+12025550122'] as const;
export const PHONE = '+12025550147';
export const NURSE = `${PHONE}@${SMS_GATEWAY}`;

export interface Verona {
  readonly xmpp: XmppServer;
  readonly irc: IrcServer;
  readonly phone: Phone;
  readonly page: WebPage;
  close(): Promise<void>;
}

type End = (end: () => Promise<unknown>) => void;

export async function openVerona(): Promise<Verona> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await open((end) => void ends.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(atEnd: End): Promise<Omit<Verona, 'close'>> {
  const secret = 'a secret between the two';
  const xmpp = await startProsody({
    components: [IRC_GATEWAY, SMS_GATEWAY].map((domain) => ({ domain, secret })),
    users: USERS.map((name) => ({ name, password: PASSWORD })),
    websocket: true,
  });
  atEnd(() => xmpp.stop());
  const irc = await startNgircd();
  atEnd(() => irc.stop());
  const friar: IrcClient = await seatFriar(irc.port, CHANNEL);
  atEnd(() => friar.close());
  const publicPort = await freePort();
  const { phone, twilio } = await openPhone(publicPort);
  atEnd(() => twilio.stop());
  const servers = { [SERVER]: { host: irc.host, port: irc.port, tls: false } };
  const account = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, numbers: NUMBERS, apiUrl: twilio.url };
  const gateway: GatewayProcess = await startGateway({
    componentPort: xmpp.componentPort,
    publicPort,
    gateways: [
      { domain: IRC_GATEWAY, secret, network: 'irc', settings: { servers } },
      { domain: SMS_GATEWAY, secret, network: 'sms', settings: account },
    ],
  });
  atEnd(() => gateway.remove());
  await giveNumber(xmpp.c2sPort);
  const page = await serveWebPage({
    port: await freePort(),
    websocketUrl: xmpp.websocketUrl ?? '',
    jid: 'juliet@localhost',
    password: PASSWORD,
    room: { jid: ROOM, nick: 'juliet' },
    contact: NURSE,
    phone: (request, response) => phone.serve(request, response),
  });
  atEnd(() => page.close());
  return { xmpp, irc, phone, page };
}

async function openPhone(publicPort: number): Promise<{ readonly phone: Phone; readonly twilio: TwilioProcess }> {
  const phone = createPhone(PHONE, NUMBERS, () => twilio);
  const twilio = await startTwilio({
    numbers: NUMBERS,
    smsUrl: `http://127.0.0.1:${publicPort}/${SMS_GATEWAY}/twilio/message#rc=5&rp=all`,
    onRecord: (record) => phone.hear(record),
  });
  return { phone, twilio };
}

/** IRC asks for no account; a number has to be somebody's before anyone can text it. */
async function giveNumber(c2sPort: number): Promise<void> {
  const juliet = new Juliet(c2sPort, PASSWORD, 'beforehand');
  try {
    await juliet.signsIn();
    await juliet.registers(SMS_GATEWAY, {});
    await juliet.adds(NURSE, 'Nurse (a phone)');
  } finally {
    await juliet.stops();
  }
}
