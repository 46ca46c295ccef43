// What the demo runs on: a private Prosody, ngIRCd with a channel and someone in it, the gateway between them, and the web page.

import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import type { IrcClient } from '../support/irc-client.ts';
import { freePort } from '../support/processes.ts';
import { type IrcServer, startNgircd, startProsody, type XmppServer } from '../support/servers.ts';
import { seatFriar } from './friar.ts';
import { serveWebPage, type WebPage } from './web-page.ts';

export const GATEWAY = 'irc.localhost';
export const CHANNEL = '#verona';
/** What the gateway calls its IRC server. */
export const SERVER = 'demo';
export const ROOM = `${CHANNEL}%${SERVER}@${GATEWAY}`;
export const PASSWORD = 'rose';
export const USERS = ['juliet', 'romeo'] as const;

export interface Verona {
  readonly xmpp: XmppServer;
  readonly irc: IrcServer;
  readonly page: WebPage;
  close(): Promise<void>;
}

export async function openVerona(): Promise<Verona> {
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const secret = 'a secret between the two';
    const xmpp = await startProsody({
      components: [{ domain: GATEWAY, secret }],
      users: USERS.map((name) => ({ name, password: PASSWORD })),
      websocket: true,
    });
    ends.push(() => xmpp.stop());
    const irc = await startNgircd();
    ends.push(() => irc.stop());
    const friar: IrcClient = await seatFriar(irc.port, CHANNEL);
    ends.push(() => friar.close());
    const servers = { [SERVER]: { host: irc.host, port: irc.port, tls: false } };
    const gateway: GatewayProcess = await startGateway({
      componentPort: xmpp.componentPort,
      gateways: [{ domain: GATEWAY, secret, network: 'irc', settings: { servers } }],
    });
    ends.push(() => gateway.remove());
    const page = await serveWebPage({
      port: await freePort(),
      websocketUrl: xmpp.websocketUrl ?? '',
      jid: 'juliet@localhost',
      password: PASSWORD,
      room: ROOM,
      nick: 'juliet',
    });
    ends.push(() => page.close());
    return { xmpp, irc, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
