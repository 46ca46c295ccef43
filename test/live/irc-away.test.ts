// Whether people who are watched are away, on real servers: ngIRCd tells who is there by ISON alone, InspIRCd by MONITOR.

import { afterEach, describe, expect, test } from 'vitest';
import { inEnglish } from '../../src/model/words.ts';
import { IrcClient } from '../support/irc-client.ts';
import { Person, startNetwork } from '../support/irc-world.ts';
import { startInspircd, startNgircd } from '../support/servers.ts';

describe.each([
  ['ngIRCd', startNgircd],
  ['InspIRCd', startInspircd],
] as const)('%s', (_name, start) => {
  const endings: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  test('who is away already when she is watched is shown so, and who is not is not', async () => {
    const server = await start({});
    endings.push(() => server.stop());
    const servers = { test: { host: server.host, port: server.port, tls: false, linesPerSecond: 0 } };
    const { network } = await startNetwork({ servers });
    endings.push(() => network.stop());
    for (const nick of ['tybalt', 'paris']) {
      const client = await IrcClient.connect({ port: server.port, nick });
      endings.push(() => client.close());
      if (nick !== 'tybalt') continue;
      client.send('AWAY :at supper');
      await client.until(/ 306 /);
    }
    const romeo = await Person.open(network, { nick: 'romeo' });
    endings.push(() => romeo.session.close('paused'));
    const people = ['Tybalt', 'paris', 'nobody'].map((nick) => romeo.place(nick));
    await romeo.session.send({ kind: 'watch', account: romeo.key, people });
    await romeo.until('appeared', ({ who }) => who.nick === 'Tybalt' && who.presence.show === 'away');
    await romeo.until('appeared', ({ who }) => who.nick === 'nobody');
    const shows = romeo.all('appeared').map(({ who }) => `${who.nick} ${who.presence.show}`);
    expect(shows.toSorted()).toEqual(['Tybalt away', 'Tybalt online', 'nobody offline', 'paris online']);
    expect(romeo.all('told').filter(({ text }) => inEnglish(text).includes('='))).toEqual([]);
  });
});
