// Sections 11 and 23.1.22: channels that the server, or somebody who rules it, has put the user into (SAJOIN, SVSJOIN).

import { expect } from 'vitest';
import { GATEWAY, gone, ROOM, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { World } from './world.ts';

const FORCED = '#forced%test@irc.localhost';

const invited = (room: string): string =>
  `<message from='${GATEWAY}' to='romeo@localhost'><body>*</body><x xmlns='jabber:x:conference' jid='${room}'/></message>`;

function forces({ irc }: World, channel: string): void {
  irc.joins('romeo', channel);
  irc.tell('romeo', `:irc.test 353 romeo = ${channel} :@tybalt romeo`);
  irc.tell('romeo', `:irc.test 366 romeo ${channel} :End of /NAMES list.`);
}

conformance(
  { '11.6': ['bookmarks are out', 'invitations are lost'], '23.1.22': 'no goodbyes' },
  'a guest is invited where she was put in, leaves it like any room, and is not put back by us after the loss of the link',
  {},
  async (world) => {
    const { romeo, irc, clock } = world;
    await romeo.joins(ROOM, 'romeo');
    forces(world, '#forced');
    await romeo.receives(invited(FORCED));
    await romeo.asks(
      `<presence to='${FORCED}/romeo' type='unavailable'/>`,
      `<presence from='${FORCED}/romeo' type='unavailable'/>`,
    );
    await irc.receives(/^romeo PART #forced/);
    forces(world, '#mantua');
    await romeo.receives(invited('#mantua%test@irc.localhost'));
    irc.cut();
    await romeo.receives(gone('romeo', status(110, 333)));
    await romeo.joins(ROOM, 'romeo');
    clock.speed = 20;
    await clock.passed(5_000);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('JOIN #mantua'))).toEqual([]);
    forces(world, '#padua');
    await romeo.receives(invited('#padua%test@irc.localhost'));
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    await irc.receives(/^romeo QUIT/);
  },
);
