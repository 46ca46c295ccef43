// An account that is changed while it is connected, on real servers: InspIRCd changes a real name (IRCv3 `setname`), ngIRCd does not.

import { expect, test } from 'vitest';
import { conversationId, userId } from '../../src/model/ids.ts';
import { Person, startNetwork } from '../support/irc-world.ts';
import { startInspircd, startNgircd } from '../support/servers.ts';

test.each([
  ['InspIRCd', startInspircd, true],
  ['ngIRCd', startNgircd, false],
] as const)('%s: a real name, and a nick on either', async (_name, start, hasSetname) => {
  const server = await start();
  const { host, port } = server;
  const servers = { test: { host, port, tls: false, linesPerSecond: 0 } };
  const { network } = await startNetwork({ servers });
  try {
    const romeo = await Person.open(network, { nick: 'romeo', account: { realname: 'Romeo' } });
    const changed = (settings: { readonly nick: string; readonly realname: string }): boolean | undefined =>
      romeo.session.adopt?.({ user: userId('romeo@example.org'), key: romeo.key, guest: false, settings });
    const realname = hasSetname ? 'Romeo Montague' : 'Romeo';
    expect(changed({ nick: 'romeo', realname: 'Romeo Montague' })).toBe(hasSetname);
    expect(changed({ nick: 'monty', realname })).toBe(true);
    await romeo.until('connected', ({ nick }) => nick === 'monty');
    const conversation = conversationId('monty%test');
    const profile = await romeo.session.ask?.({ kind: 'profile', account: romeo.key, conversation });
    expect(profile).toMatchObject({ name: realname });
    await romeo.session.close('paused');
  } finally {
    await network.stop();
    await server.stop();
  }
});
