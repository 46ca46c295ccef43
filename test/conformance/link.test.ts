// Section 2: the component link, seen from the server's side.

import { expect } from 'vitest';
import { GATEWAY, ping, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  { 'COMP-1': ['another namespace', 'another domain'], 'COMP-2': 'a wrong handshake' },
  'the stream opens for our own domain in the component namespace, and the handshake is right',
  { unlinked: true },
  async (world) => {
    await world.linked();
    const { server, proxy, romeo } = world;
    expect(proxy.header).toMatch(/ xmlns=(['"])jabber:component:accept\1/);
    expect(proxy.header).toMatch(/ to=(['"])irc\.localhost\1/);
    expect(server.attempts).toEqual([{ domain: GATEWAY, outcome: 'accepted' }]);
    await romeo.asks(ping(GATEWAY), `<iq type='result'/>`);
  },
);

conformance(
  { '26.1': 'one connection only' },
  'the link is cut in the middle of a join: it comes back by itself, and the room can be joined',
  { claims: ['COMP-4'] },
  async (world) => {
    const { irc, romeo } = world;
    irc.refuse('JOIN #verona', 'NOTICE %n :wait');
    romeo.sends(`<presence to='${ROOM}/romeo' id='j'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await irc.receives(/JOIN #verona/);
    world.peer.reset();
    await world.reconnected();
    irc.tell('romeo', ':romeo!romeo@host.test JOIN #verona');
    irc.tell('romeo', ':irc.test 353 romeo = #verona :@tybalt benvolio romeo');
    irc.tell('romeo', ':irc.test 366 romeo #verona :End of NAMES');
    const got = await romeo.joins(ROOM, 'romeo');
    expect(got.length).toBeGreaterThan(3);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result'/>`);
  },
);

conformance(
  ['COMP-8'],
  'the end of the stream is said and awaited',
  { sabotage: ['no end of the stream'] },
  async (world) => {
    const { peer, romeo } = world;
    await romeo.asks(ping(GATEWAY), `<iq type='result'/>`);
    await world.stop();
    await world.ended();
    expect(peer.ended).toBe(true);
  },
);
