// A link whose other end is gone without a word, and what a ping confirms (COMP-6).

import { expect, test } from 'vitest';
import { el } from '../../src/xmpp/xml.ts';
import { DOMAIN, incoming, LinkRig, message } from '../support/link-rig.ts';

const PING = `<iq type='get' from='*' to='localhost' id='*'><ping xmlns='urn:xmpp:ping'/></iq>`;
const silent = { answerPings: false };

test('after a minute of silence the server is asked, from an address of the link itself', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  rig.clock.advance(59_999);
  rig.link.send(message('first'));
  await peer.receives(`<message id='first'/>`);
  expect(peer.unread()).toEqual([]);
  rig.clock.advance(1);
  const ping = await peer.receives(PING);
  expect(ping.attrs['from']).toMatch(new RegExp(`^${DOMAIN}/.{16,}$`));
  peer.send(`<iq type='result' id='${ping.attrs['id']}' from='localhost' to='${ping.attrs['from']}'/>`);
  await expect.poll(() => rig.clock.pending()).toEqual([60_000]);
  rig.clock.advance(59_999);
  expect(peer.unread()).toEqual([]);
  rig.clock.advance(1);
  await peer.receives(PING);
});

test('a link that hears something is not asked', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  for (let i = 1; i <= 10; i++) {
    rig.clock.advance(50_000);
    peer.send(incoming(String(i)));
    await rig.has(i);
  }
  expect(peer.unread()).toEqual([]);
  rig.clock.advance(60_000);
  await peer.receives(PING);
});

test('no answer in 30 s: the link is dead and made anew', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  rig.clock.advance(60_000);
  await peer.receives(PING);
  rig.clock.advance(29_999);
  expect(rig.link.state().state).toBe('online');
  rig.clock.advance(1);
  expect(await rig.reaches('offline')).toMatchObject({ error: { kind: 'dead' } });
  expect(rig.downs.map(({ kind }) => kind)).toEqual(['dead']);
  await peer.closed();
  const next = await rig.reconnected();
  next.send(incoming('after'));
  await rig.has(1);
});

test('an error is an answer', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  rig.clock.advance(60_000);
  const { attrs } = await peer.receives(PING);
  peer.send(
    `<iq type='error' id='${attrs['id']}' from='localhost' to='${attrs['from']}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  );
  await expect.poll(() => rig.clock.pending()).toEqual([60_000]);
  expect(rig.link.state().state).toBe('online');
});

test('where the configured domain never answers, our own coming home will do, and the log says so once', async () => {
  const { rig, peer } = await LinkRig.online({ serverDomain: 'elsewhere.example' }, silent);
  for (let round = 0; round < 3; round++) {
    rig.clock.advance(60_000);
    await peer.receives(`<iq to='elsewhere.example' type='get'/>`);
    rig.clock.advance(15_000);
    const { attrs } = await peer.receives(`<iq to='${DOMAIN}' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`);
    peer.send(
      `<iq type='get' id='${attrs['id']}' from='${attrs['from']}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    await expect.poll(() => rig.clock.pending()).toContain(60_000);
    rig.clock.advance(15_000);
    expect(rig.link.state().state).toBe('online');
    peer.send(incoming(String(round)));
    await rig.has(round + 1);
  }
  expect(rig.stanzas).toHaveLength(3);
  expect(rig.log.lines.filter(({ fields }) => fields['serverDomain'] === 'elsewhere.example')).toHaveLength(1);
});

test('an answer confirms what was written before the ping, and nothing after it', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  for (const id of ['1', '2', '3']) rig.link.send(message(id));
  expect(rig.link.counters()).toMatchObject({ sent: 3, confirmed: 0 });
  rig.clock.advance(60_000);
  rig.link.send(message('4'));
  const { attrs } = await peer.receives(PING);
  await peer.receives(`<message id='4'/>`);
  peer.send(`<iq type='result' id='${attrs['id']}' from='localhost' to='${attrs['from']}'/>`);
  await expect.poll(() => rig.link.counters()).toMatchObject({ sent: 5, confirmed: 3 });
});

test('a ping of a link that is gone does not end the next one', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  rig.clock.advance(60_000);
  await peer.receives(PING);
  peer.end();
  await rig.reaches('offline');
  const next = await rig.reconnected();
  rig.clock.advance(59_000);
  expect(rig.link.state().state).toBe('online');
  next.send(incoming('after'));
  await rig.has(1);
});

test('somebody who guesses the address of the link gets nowhere', async () => {
  const { rig, peer } = await LinkRig.online({}, silent);
  rig.clock.advance(60_000);
  const { attrs } = await peer.receives(PING);
  const iq = el('iq', { type: 'result', id: attrs['id'], from: 'mallory@evil.example', to: attrs['from'] });
  peer.send(iq.toString());
  await rig.has(1);
  rig.clock.advance(30_000);
  expect((await rig.reaches('offline')).error?.kind).toBe('dead');
});
