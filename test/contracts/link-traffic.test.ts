// What goes over a link that is up: our stanzas, our requests, back-pressure, and the end in good order (CORE-1, CORE-11 to CORE-14, COMP-7,
// COMP-8).

import { describe, expect, test } from 'vitest';
import { el } from '../../src/xmpp/xml.ts';
import type { ComponentPeer } from '../support/component-server.ts';
import { DOMAIN, incoming, LinkRig, message } from '../support/link-rig.ts';
import { textOf } from '../support/xml-tree.ts';

const VICTIM = 'juliet@localhost/balcony';
const ask = (to = VICTIM): ReturnType<typeof el> =>
  el('iq', { type: 'get', from: DOMAIN, to }, el('query', { xmlns: 'jabber:iq:version' }));

async function asked(peer: ComponentPeer, to = VICTIM): Promise<string> {
  const request = await peer.receives(`<iq type='get' from='*' to='${to}' id='*'/>`);
  return request.attrs['id'] ?? '';
}

describe('CORE-1, CORE-11, CORE-12: what may not go out does not', () => {
  const BAD: readonly (readonly [what: string, stanza: string])[] = [
    ['no from', `<message to='a@localhost'/>`],
    ['an empty from', `<message from='' to='a@localhost'/>`],
    ['a from of somebody else', `<message from='a@localhost' to='b@localhost'/>`],
    ['a from of another component', `<message from='sms.localhost' to='b@localhost'/>`],
    ['a from that only ends like ours', `<message from='x.${DOMAIN}' to='b@localhost'/>`],
    ['a from that has us in the resource', `<message from='a@localhost/b@${DOMAIN}' to='b@localhost'/>`],
    ['no to', `<message from='${DOMAIN}'/>`],
    ['an empty to', `<message from='${DOMAIN}' to=''/>`],
    ['from and to of a child', `<message><x from='${DOMAIN}' to='b@localhost'/></message>`],
    ['300,000 bytes', `<message from='${DOMAIN}' to='b@localhost'><body>${'ä'.repeat(150_000)}</body></message>`],
  ];
  test.each(BAD)('%s: dropped, logged, counted; the rest goes on', async (_, stanza) => {
    const { rig, peer } = await LinkRig.online();
    expect(rig.link.write(stanza)).toBe(false);
    expect(rig.link.send(message('good'))).toBe(true);
    await peer.receives(`<message><body>good</body></message>`);
    expect(peer.all()).toHaveLength(1);
    expect(rig.link.counters()).toMatchObject({ sent: 1, dropped: 1 });
    expect(rig.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test.each([...BAD, ['broken XML', `<message from='${DOMAIN}' to='a@b'><body></message>`] as const])(
    '%s: thrown at whoever wrote it, where that is wanted',
    async (_, stanza) => {
      const { rig } = await LinkRig.online({ strict: true });
      expect(() => rig.link.write(stanza)).toThrow('must not be sent');
    },
  );

  test('foreign text with what XML can not carry gets through without it', async () => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    const text = `\u0002bold\u000f \u0000\u001f <&>"' \ud800 \ufffe tab\t 🌹`;
    rig.link.send(message(text));
    const stanza = await peer.receives(`<message><body>*</body></message>`);
    const body = stanza.children.find((child) => typeof child !== 'string');
    expect(body && typeof body !== 'string' ? textOf(body) : '').toBe(`bold  <&>"'   tab\t 🌹`);
  });

  test.each([
    `#c@${DOMAIN}/Alice to=Bob`,
    `#c@${DOMAIN}/ from='x@y' to='`,
    `#c@${DOMAIN}/a>b/><c from=`,
    `#c@${DOMAIN}/"quoted" = 'so'`,
  ])('a nick that looks like XML is none: %s', async (from) => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    expect(rig.link.send(el('message', { id: 'x', from, to: 'juliet@localhost' }))).toBe(true);
    expect((await peer.receives(`<message id='x' to='juliet@localhost'/>`)).attrs['from']).toBe(from);
    expect(rig.link.send(el('message', { id: 'y', to: from, from: DOMAIN }))).toBe(true);
    expect((await peer.receives(`<message id='y' from='${DOMAIN}'/>`)).attrs['to']).toBe(from);
    expect(() => rig.link.write(`<message id='from=' to='${'a@b'}' type="from='${DOMAIN}'"/>`)).toThrow('no from');
  });

  test('further domains of ours may be used', async () => {
    const { rig } = await LinkRig.online({ extraFrom: ['rooms.irc.localhost'] });
    expect(rig.link.write(`<message from='a@rooms.irc.localhost' to='b@localhost'/>`)).toBe(true);
    expect(rig.link.write(`<message from="${DOMAIN}/x" to="b@localhost"/>`)).toBe(true);
  });
});

describe('CORE-13: order and gathering', () => {
  test('10,000 stanzas arrive in order', async () => {
    const { rig, peer } = await LinkRig.online();
    for (let i = 0; i < 10_000; i++) rig.link.send(message(String(i)));
    await peer.receives(`<message id='9999'/>`);
    expect(peer.all().map(({ attrs }) => attrs['id'])).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i)));
  });

  test('stanzas of one turn leave in one packet', async () => {
    const { rig, peer } = await LinkRig.online();
    const packets: string[] = [];
    peer.onText((text) => packets.push(text));
    for (let i = 0; i < 50; i++) rig.link.send(message(String(i)));
    await peer.receives(`<message id='49'/>`);
    expect(packets).toHaveLength(1);
  });
});

describe('CORE-14: our own requests', () => {
  test('a result comes back to who asked, and to nobody else', async () => {
    const { rig, peer } = await LinkRig.online();
    const answer = rig.link.request(ask(), 10_000);
    const id = await asked(peer);
    peer.send(`<iq type='result' id='${id}' from='${VICTIM}' to='${DOMAIN}'><query xmlns='jabber:iq:version'/></iq>`);
    expect((await answer).child('query')?.ns).toBe('jabber:iq:version');
    peer.send(incoming('after'));
    expect((await rig.has(1)).length).toBe(1);
  });

  test('an error is told with type, condition, text and detail', async () => {
    const { rig, peer } = await LinkRig.online();
    const answer = rig.link.request(ask(), 10_000);
    const id = await asked(peer);
    peer.send(
      `<iq type='error' id='${id}' from='${VICTIM}' to='${DOMAIN}'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>later</text><x xmlns='urn:x'/></error></iq>`,
    );
    await expect(answer).rejects.toMatchObject({
      error: 'wait/resource-constraint',
      message: 'later',
      detail: { name: 'x' },
    });
  });

  test('an error that says nothing', async () => {
    const { rig, peer } = await LinkRig.online();
    const answer = rig.link.request(ask(), 10_000);
    const id = await asked(peer);
    peer.send(`<iq type='error' id='${id}' from='${VICTIM}' to='${DOMAIN}'/>`);
    await expect(answer).rejects.toMatchObject({ error: 'cancel/undefined-condition' });
  });

  test('an answer from anybody else is none', async () => {
    const { rig, peer } = await LinkRig.online();
    const answer = rig.link.request(ask(), 10_000);
    const id = await asked(peer);
    for (const from of ['mallory@evil.example/x', 'juliet@localhost', 'juliet@localhost/other', 'localhost', DOMAIN]) {
      peer.send(`<iq type='result' id='${id}' from='${from}' to='${DOMAIN}'><forged xmlns='urn:x'/></iq>`);
    }
    peer.send(`<iq type='result' id='${id}' from='${VICTIM}' to='${DOMAIN}'><genuine xmlns='urn:x'/></iq>`);
    expect((await answer).child('genuine')).toBeDefined();
    expect(rig.stanzas).toHaveLength(5);
  });

  test('ids are our own and never the same', async () => {
    const { rig, peer } = await LinkRig.online();
    const answers = Array.from({ length: 100 }, () => rig.link.request(ask(), 10_000));
    await expect.poll(() => peer.all().length).toBe(100);
    const ids = new Set(peer.all().map(({ attrs }) => attrs['id']));
    expect(ids.size).toBe(100);
    for (const id of ids) peer.send(`<iq type='result' id='${id}' from='${VICTIM}' to='${DOMAIN}'/>`);
    await Promise.all(answers);
  });

  test('no answer in time', async () => {
    const { rig, peer } = await LinkRig.online();
    const answer = rig.link.request(ask(), 10_000);
    const outcome = expect(answer).rejects.toMatchObject({ code: 'timeout' });
    const id = await asked(peer);
    rig.clock.advance(10_000);
    await outcome;
    peer.send(`<iq type='result' id='${id}' from='${VICTIM}' to='${DOMAIN}'/>`);
    await rig.has(1);
    expect(rig.link.state().state).toBe('online');
  });

  test('the link goes down meanwhile', async () => {
    const { rig, peer } = await LinkRig.online();
    const outcome = expect(rig.link.request(ask(), 10_000)).rejects.toMatchObject({ code: 'network-down' });
    await asked(peer);
    peer.end();
    await outcome;
    await expect(rig.link.request(ask(), 10_000)).rejects.toMatchObject({ code: 'network-down' });
  });

  test('a request that may not go out', async () => {
    const { rig } = await LinkRig.online();
    await expect(rig.link.request(el('iq', { type: 'get', to: VICTIM }), 10_000)).rejects.toMatchObject({
      code: 'internal',
    });
    expect(rig.clock.pending()).toEqual((await LinkRig.online()).rig.clock.pending());
  });
});

describe('COMP-7: a server that reads slowly', () => {
  const big = 'x'.repeat(30_000);
  const fill = (rig: LinkRig, units: number): void => {
    for (let sent = 0; sent < units; sent += 30_000) rig.link.send(message(big));
  };

  test('the sources are told to pause above 1 MiB unsent and to go on below 256 KiB; nothing is lost', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.pauseReading();
    fill(rig, 900_000);
    expect(rig.pressure).toEqual([]);
    fill(rig, 9_000_000);
    expect([rig.pressure, rig.link.congested]).toEqual([[true], true]);
    peer.resumeReading();
    await expect.poll(() => rig.pressure, { timeout: 5_000 }).toEqual([true, false]);
    expect(rig.link.congested).toBe(false);
    rig.link.send(message('last'));
    await peer.receives(`<message id='last'/>`);
    expect(peer.all()).toHaveLength(rig.link.counters().sent);
  });

  test('what the server sends is read all the while', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.pauseReading();
    fill(rig, 9_000_000);
    peer.send(incoming('meanwhile'));
    await rig.has(1);
    expect(rig.link.congested).toBe(true);
  });

  test('30 s without anything taken is a dead link, and the sources may go on', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.pauseReading();
    fill(rig, 9_000_000);
    await expect.poll(() => rig.clock.pending().includes(30_000)).toBe(true);
    // The kernel's buffers take some at first, each piece with a new deadline.
    await new Promise((resolve) => setImmediate(resolve));
    rig.clock.advance(30_000);
    await rig.reaches('offline');
    expect(rig.downs).toMatchObject([{ kind: 'dead' }]);
    expect(rig.pressure).toEqual([true, false]);
    peer.resumeReading();
    await peer.closed();
    (await rig.reconnected()).send(incoming('after'));
    await rig.has(1);
  });

  test('more than 16 MiB are never kept', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.pauseReading();
    fill(rig, 40_000_000);
    expect(rig.link.state()).toMatchObject({ state: 'offline', error: { kind: 'dead' } });
    expect(rig.link.send(message('x'))).toBe(false);
    peer.resumeReading();
    await peer.closed();
    await rig.reconnected();
  });
});

describe('COMP-8: the end in good order', () => {
  test('sends what is left, ends the stream, waits for the server, and stays down', async () => {
    const { rig, peer } = await LinkRig.online();
    for (let i = 0; i < 1_000; i++) rig.link.send(message(String(i)));
    await rig.link.stop();
    await peer.closed();
    expect([peer.all().length, peer.ended]).toEqual([1_000, true]);
    expect(rig.link.state().state).toBe('stopped');
    expect(rig.downs).toEqual([]);
    expect(rig.link.send(message('late'))).toBe(false);
    rig.clock.advance(600_000);
    rig.link.start();
    expect(rig.link.state().state).toBe('stopped');
    expect(rig.server.attempts).toHaveLength(1);
    expect(rig.clock.pending()).toEqual([]);
  });

  test('stanzas that come before the server ends its side are still handed on', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.scripted = true;
    const stopped = rig.link.stop();
    await expect.poll(() => peer.ended).toBe(true);
    peer.send(`${incoming('last')}</stream:stream>`);
    await stopped;
    expect(rig.stanzas.map(({ attrs }) => attrs['id'])).toEqual(['last']);
  });

  test('a server that does not answer is not waited for longer than 5 s', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.scripted = true;
    const stopped = rig.link.stop();
    await expect.poll(() => peer.ended).toBe(true);
    rig.clock.advance(4_999);
    expect(rig.link.state().state).toBe('online');
    rig.clock.advance(1);
    await stopped;
    await peer.closed();
  });

  test('nor one that does not read', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.pauseReading();
    for (let i = 0; i < 300; i++) rig.link.send(message('x'.repeat(30_000)));
    const stopped = rig.link.stop();
    await expect.poll(() => rig.clock.pending().includes(2_500)).toBe(true);
    rig.clock.advance(2_500);
    await expect.poll(() => rig.clock.pending()).toContain(2_500);
    rig.clock.advance(2_500);
    await stopped;
    expect(rig.link.state().state).toBe('stopped');
  });

  test('while it connects, while it waits, before it began, twice', async () => {
    const connecting = await LinkRig.make();
    connecting.server.script = () => undefined;
    connecting.link.start();
    await connecting.server.attempted(1);
    await connecting.link.stop();
    const waiting = await LinkRig.make();
    waiting.server.script = (peer) => peer.end();
    waiting.link.start();
    await waiting.reaches('offline');
    await Promise.all([waiting.link.stop(), waiting.link.stop()]);
    const idle = await LinkRig.make();
    await idle.link.stop();
    idle.link.start();
    for (const rig of [connecting, waiting, idle]) {
      expect(rig.link.state().state).toBe('stopped');
      expect(rig.clock.pending()).toEqual([]);
    }
    expect(idle.server.attempts).toEqual([]);
  });

  test('requests under way are given up', async () => {
    const { rig, peer } = await LinkRig.online();
    const outcome = expect(rig.link.request(ask(), 10_000)).rejects.toMatchObject({ code: 'network-down' });
    await asked(peer);
    await rig.link.stop();
    await outcome;
  });
});
