// How the link gets in, and what it says when it can't (COMP-1 to COMP-4).

import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LinkErrorKind } from '../../src/xmpp/link.ts';
import { freePort } from '../support/processes.ts';
import { DOMAIN, incoming, LinkRig, message } from '../support/link-rig.ts';
import type { ComponentPeer } from '../support/component-server.ts';

describe('COMP-1, COMP-2: the handshake', () => {
  test('opens a stream to its own name, without a version', async () => {
    const rig = await LinkRig.make();
    let header = '';
    rig.server.script = (peer) => {
      peer.onText((text) => {
        header += text;
      });
    };
    rig.link.start();
    await expect.poll(() => header).toContain('>');
    await expect.poll(() => header.split('?>')[1]).toMatch(/^<stream:stream [^>]*>$/);
    expect(header).toContain('xmlns="jabber:component:accept"');
    expect(header).toContain('xmlns:stream="http://etherx.jabber.org/streams"');
    expect(header).toContain(`to="${DOMAIN}"`);
    expect(header.split('?>')[1]).not.toContain('version');
  });

  test('comes online, carries stanzas both ways at once, and says so once', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.send(incoming('soft'));
    await rig.has(1);
    expect(rig.link.send(message('hello'))).toBe(true);
    await peer.receives(
      `<message from='#verona%net@${DOMAIN}/tybalt' to='juliet@localhost/balcony'><body>hello</body></message>`,
    );
    expect([rig.ups.length, rig.downs.length]).toEqual([1, 0]);
    expect(rig.states.map(({ state }) => state)).toEqual(['connecting', 'online']);
    expect(rig.link.counters()).toMatchObject({ received: 1, sent: 1, unusable: 0, dropped: 0 });
  });

  test('takes the stream id after unescaping, and the secret as UTF-8', async () => {
    const rig = await LinkRig.make({ secret: 's3crét🌹' });
    let digest = '';
    rig.server.script = (peer) => {
      peer.onText((text) => {
        digest = /<handshake>([^<]*)</.exec(text)?.[1] ?? digest;
      });
      peer.header({ id: 'a&amp;b&lt;&#x40;' });
    };
    rig.link.start();
    const expected = createHash('sha1').update(Buffer.from('a&b<@s3crét🌹', 'utf8')).digest('hex');
    await expect.poll(() => digest).toBe(expected);
  });

  test('nothing is sent before the handshake is accepted', async () => {
    const rig = await LinkRig.make();
    rig.server.script = (peer) => peer.header();
    rig.link.start();
    await rig.server.attempted(1);
    expect(rig.link.send(message('early'))).toBe(false);
    await expect(rig.link.request(message('early'), 1_000)).rejects.toMatchObject({ code: 'network-down' });
  });

  test('the answer may come in any pieces', async () => {
    const rig = await LinkRig.make();
    rig.server.script = (peer) => {
      for (const char of `<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='1'>`) {
        peer.send(char);
      }
      for (const char of `<handshake/>${incoming('grüße')}`) peer.send(char);
    };
    rig.link.start();
    await rig.reaches('online');
    const [stanza] = await rig.has(1);
    expect(stanza?.childText('body')).toBe('grüße');
  });
});

describe('COMP-3: what refuses it is told apart', () => {
  const header = `<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='1'>`;
  const error = (condition: string): string =>
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>why not</text></stream:error></stream:stream>`;

  const REFUSALS: readonly (readonly [
    what: string,
    script: (peer: ComponentPeer) => void,
    kind: LinkErrorKind,
    state: string,
    minMs: number,
  ])[] = [
    ['a wrong secret', (peer) => peer.send(header + error('not-authorized')), 'bad-secret', 'refused', 60_000],
    ['an unknown domain', (peer) => peer.send(header + error('host-unknown')), 'unknown-domain', 'refused', 60_000],
    ['a conflict', (peer) => peer.send(header + error('conflict')), 'conflict', 'refused', 5_000],
    ['a wrong namespace', (peer) => peer.send(header + error('invalid-namespace')), 'protocol', 'offline', 1_000],
    ['no name', (peer) => peer.send(header + error('improper-addressing')), 'protocol', 'offline', 1_000],
    ['a server going down', (peer) => peer.send(header + error('system-shutdown')), 'shutdown', 'offline', 1_000],
    ['an error without condition', (peer) => peer.send(`${header}<stream:error/>`), 'protocol', 'offline', 1_000],
    ['the end of the stream', (peer) => peer.send(`${header}</stream:stream>`), 'unreachable', 'offline', 1_000],
    ['an end of the connection', (peer) => peer.end(), 'unreachable', 'offline', 1_000],
    ['a reset', (peer) => peer.reset(), 'unreachable', 'offline', 1_000],
    [
      'something else than a handshake',
      (peer) => peer.send(`${header}${incoming('early')}`),
      'protocol',
      'offline',
      1_000,
    ],
    ['no stream id', (peer) => peer.send(header.replace(`id='1'`, '')), 'protocol', 'offline', 1_000],
    [
      'the port for clients',
      (peer) => peer.send(header.replace('component:accept', 'client')),
      'protocol',
      'offline',
      1_000,
    ],
    [
      'a web server',
      (peer) => peer.send('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n<html>'),
      'protocol',
      'offline',
      1_000,
    ],
    [
      'noise',
      (peer) => peer.sendBytes(Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256)),
      'protocol',
      'offline',
      1_000,
    ],
  ];
  test.each(REFUSALS)('%s', async (_, script, kind, state, minMs) => {
    const rig = await LinkRig.make();
    rig.server.script = script;
    rig.link.start();
    await expect.poll(() => rig.link.state()).toMatchObject({ state, error: { kind } });
    const text = kind === 'bad-secret' || kind === 'unknown-domain' ? 'error' : 'warn';
    expect(rig.log.lines.filter(({ fields }) => fields['kind'] === kind).map(({ level }) => level)).toEqual([text]);
    expect(JSON.stringify(rig.log.lines)).not.toContain('rosaline');
    expect(rig.retryMs).toBeGreaterThanOrEqual(minMs);
    rig.clock.advance(minMs - 1);
    expect(rig.server.attempts).toHaveLength(1);
    rig.server.script = undefined;
    await rig.reconnected();
    expect(rig.link.state().error).toBeUndefined();
    expect([rig.ups.length, rig.downs.length]).toEqual([1, 0]);
  });

  test('nobody listens', async () => {
    const rig = await LinkRig.make({ port: await freePort() });
    rig.link.start();
    const { error } = await rig.reaches('offline').then(() => untilError(rig));
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(error?.message).toContain('ECONNREFUSED');
  });

  test('a name that nobody knows', async () => {
    const rig = await LinkRig.make({ host: 'nowhere.invalid' });
    rig.link.start();
    expect((await untilError(rig)).error).toMatchObject({ kind: 'unreachable' });
  });

  test('a port that takes connections and says nothing', async () => {
    const rig = await LinkRig.make();
    rig.server.script = () => undefined;
    rig.link.start();
    await rig.server.attempted(1);
    rig.clock.advance(29_999);
    expect(rig.link.state().state).toBe('connecting');
    rig.clock.advance(1);
    expect(rig.link.state()).toMatchObject({ state: 'offline', error: { kind: 'unreachable' } });
  });

  test('a server that closes as soon as it accepts', async () => {
    const server = createServer((socket) => socket.destroy());
    onTestFinished(() => {
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const rig = await LinkRig.make({ port: address.port });
    rig.link.start();
    expect((await untilError(rig)).error).toMatchObject({ kind: 'unreachable' });
  });
});

describe('COMP-3, COMP-4: when it tries again', () => {
  test('waits longer after each failure, up to a minute, with jitter', async () => {
    let random = 0;
    const rig = await LinkRig.make({ random: () => random });
    rig.server.script = (peer) => peer.end();
    rig.link.start();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt++) {
      random = 1;
      await expect.poll(() => rig.log.lines.filter(({ fields }) => 'retryMs' in fields)).toHaveLength(attempt);
      waits.push(rig.retryMs);
      rig.clock.advance(rig.retryMs);
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
    random = 0;
    await expect.poll(() => rig.log.lines.filter(({ fields }) => 'retryMs' in fields)).toHaveLength(10);
    expect(rig.retryMs).toBe(1_000);
  });

  test('begins anew only after a link that lived for a minute', async () => {
    const { rig, peer } = await LinkRig.online({ random: () => 1 });
    peer.end();
    await rig.reaches('offline');
    expect(rig.retryMs).toBe(2_000);
    const second = await rig.reconnected();
    rig.clock.advance(59_000);
    second.end();
    await rig.reaches('offline');
    expect(rig.retryMs).toBe(4_000);
    const third = await rig.reconnected();
    rig.clock.advance(60_001);
    third.end();
    await rig.reaches('offline');
    expect(rig.retryMs).toBe(2_000);
  });

  test('a second link of the same domain is refused and leaves the first alone', async () => {
    const { rig, peer } = await LinkRig.online();
    const other = await LinkRig.make({ port: rig.server.port });
    other.link.start();
    await other.reaches('refused');
    expect(other.link.state().error).toMatchObject({ kind: 'conflict', condition: 'conflict' });
    peer.send(incoming('still here'));
    await rig.has(1);
    expect(rig.downs).toEqual([]);
  });

  test('two links that kick each other do not do it in a tight loop', async () => {
    const { rig } = await LinkRig.online({}, { conflict: 'kick_old' });
    const other = await LinkRig.make({ port: rig.server.port });
    other.link.start();
    await other.reaches('online');
    await rig.reaches('refused');
    expect(rig.downs.map(({ kind }) => kind)).toEqual(['conflict']);
    expect(rig.retryMs).toBeGreaterThanOrEqual(5_000);
  });
});

async function untilError(rig: LinkRig): Promise<ReturnType<LinkRig['link']['state']>> {
  await expect.poll(() => rig.link.state().error, { timeout: 5_000 }).toBeDefined();
  return rig.link.state();
}
