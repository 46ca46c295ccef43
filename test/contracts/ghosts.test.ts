// Clients of a server that was away: who does not come back is out of her rooms, and who does stays in, whatever comes back late.

import { expect, test } from 'vitest';
import { ComponentServer, type ComponentPeer } from '../support/component-server.ts';
import { startGateway } from '../support/gateway-process.ts';

const GATEWAY = 'echo.example.org';
const ROOM = `#garden@${GATEWAY}`;
const CLIENT = 'romeo@example.org/orchard';
const SECRET = 'secret';
const UNAVAILABLE = "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

async function join(peer: ComponentPeer): Promise<void> {
  peer.send(`<presence from='${CLIENT}' to='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await peer.receives(
    `<presence from='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>`,
  );
}

async function isIn(peer: ComponentPeer, id: string): Promise<boolean> {
  peer.send(`<iq from='${CLIENT}' to='${ROOM}/romeo' type='get' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  const { attrs } = await peer.receives(`<iq id='${id}' to='${CLIENT}'/>`);
  return attrs['type'] === 'result';
}

const bounce = (peer: ComponentPeer): void =>
  peer.send(`<message from='${CLIENT}' to='${ROOM}/tybalt' type='error' id='old'>${UNAVAILABLE}</message>`);

test('a bounce of what was sent before the server was away does not put out who has come in since', async () => {
  await using server = await ComponentServer.listen({ secret: SECRET, serverDomain: 'example.org' });
  const gateway = await startGateway({
    componentPort: server.port,
    serverDomain: 'example.org',
    gateways: [{ domain: GATEWAY, secret: SECRET, network: 'echo', settings: {} }],
  });
  try {
    const first = await server.accepted();
    first.send(
      `<iq from='${CLIENT}' to='${GATEWAY}' type='set' id='reg'><query xmlns='jabber:iq:register'>` +
        '<username>romeo</username><password>secret</password></query></iq>',
    );
    await first.receives("<iq type='result' id='reg'/>");
    await join(first);
    first.end();

    const second = await server.accepted(GATEWAY, 20_000);
    const { attrs } = await second.receives(
      `<iq type='get' to='${CLIENT}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    await join(second);
    bounce(second);
    second.send(`<iq type='error' from='${CLIENT}' to='${attrs['from']}' id='${attrs['id']}'>${UNAVAILABLE}</iq>`);
    expect(await isIn(second, 'ping1')).toBe(true);
    second.end();

    const third = await server.accepted(GATEWAY, 20_000);
    expect(await isIn(third, 'ping2')).toBe(true);
    bounce(third);
    expect(await isIn(third, 'ping3')).toBe(false);
  } finally {
    await gateway.remove();
  }
});
