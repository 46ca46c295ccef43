// Section 26.2: a second process for the same domain. That it can't have the store is ours; that it can't have the link is the XMPP server's.

import { expect, test } from 'vitest';
import { GATEWAY, joinOf, ping, ROOM, status } from './patterns.ts';
import { claims } from './proves.ts';
import { World } from './world.ts';

test(
  claims(['26.2'], 'a second process does not start where one serves the domain, and the first goes on undisturbed'),
  async () => {
    const world = await World.open({ patienceMs: 5_000 });
    try {
      const { romeo, server } = world;
      await romeo.joins(ROOM, 'romeo');
      await expect(world.start()).rejects.toThrow(/another process has it open/);
      expect(server.attempts).toHaveLength(1);
      await romeo.asks(ping(GATEWAY), `<iq type='result' id='ping'/>`);
      await romeo.asks(
        joinOf('romeo'),
        `<presence from='${ROOM}/romeo' !type><x xmlns='http://jabber.org/protocol/muc#user'>${status(110)}</x></presence>`,
      );
    } finally {
      await world.close();
    }
  },
);
