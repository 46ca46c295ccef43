// Whatever the server's side sends: nothing crashes, the outcome is said, the link comes back and the rest of the traffic goes on.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rendered, type Text } from '../../src/model/words.ts';
import type { LinkErrorKind } from '../../src/xmpp/link.ts';
import { el } from '../../src/xmpp/xml.ts';
import { DOMAIN, incoming, LinkRig, message } from '../support/link-rig.ts';
import { matches } from '../support/matcher.ts';

/** What the component must have said before it closed. */
const told = (condition: string): string =>
  `<error xmlns='http://etherx.jabber.org/streams'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>`;

describe('what ends the stream, and only the stream', () => {
  const CASES: readonly (readonly [what: string, bytes: string | Uint8Array, condition: string])[] = [
    ['an undefined entity', `${incoming('a').replace('<body>', '<body>&nbsp;')}`, 'not-well-formed'],
    ['the character zero', `<message><body>&#0;</body></message>`, 'not-well-formed'],
    ['a close tag that does not fit', '<message><body></message>', 'not-well-formed'],
    ['a close tag too many', '</message>', 'not-well-formed'],
    [
      'a document type with entities',
      `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><message>&c;</message>`,
      'restricted-xml',
    ],
    ['a comment', '<!-- nothing to see -->', 'restricted-xml'],
    ['a processing instruction', '<?xml-stylesheet href="a"?>', 'restricted-xml'],
    ['an attribute twice', `<message from='a@b' from='c@d' to='${DOMAIN}'/>`, 'not-well-formed'],
    ['a control character', `<message><body>\u0003bold</body></message>`, 'not-well-formed'],
    ['200,000 elements inside each other', '<a>'.repeat(200_000), 'policy-violation'],
    [
      'a text node of 64 MB',
      Buffer.concat([Buffer.from('<message><body>'), Buffer.alloc(64 << 20, 'a')]),
      'policy-violation',
    ],
    [
      'an attribute of 64 MB',
      Buffer.concat([Buffer.from(`<message to='`), Buffer.alloc(64 << 20, 'a')]),
      'policy-violation',
    ],
    ['bytes that are not UTF-8', Uint8Array.of(0x3c, 0x62, 0x3e, 0xc3, 0x28), 'unsupported-encoding'],
    ['an unbound prefix', '<x:message/>', 'bad-namespace-prefix'],
    ['text between stanzas', 'hello?', 'bad-format'],
    ['binary', Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) % 256), 'not-well-formed'],
  ];
  test.each(CASES)('%s', async (_, bytes, condition) => {
    const { rig, peer } = await LinkRig.online();
    peer.send(incoming('before'));
    peer.sendBytes(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    await rig.reaches('offline');
    expect(rig.stanzas.map(({ attrs }) => attrs['id'])).toEqual(['before']);
    expect(rig.downs).toMatchObject([{ kind: 'protocol', condition }]);
    await peer.closed();
    if (peer.all().length > 0) expect(matches(told(condition), peer.all().at(-1) ?? '')).toBe(true);
    else expect(bytes.length).toBeGreaterThan(1 << 20);
    const next = await rig.reconnected();
    next.send(incoming('after'));
    expect((await rig.has(2)).map(({ attrs }) => attrs['id'])).toEqual(['before', 'after']);
    expect(rig.ups.length).toBe(2);
  });

  const ENDINGS: readonly (readonly [what: string, xml: string, kind: LinkErrorKind, state: string])[] = [
    ['the end of the stream with the connection left open', '</stream:stream>', 'shutdown', 'offline'],
    ['the end of the stream and more behind it', '</stream:stream></a><message/>', 'shutdown', 'offline'],
    [
      'a stream error',
      `<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
      'shutdown',
      'offline',
    ],
    [
      'a stream error out of nowhere',
      `<stream:error><invalid-from xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
      'protocol',
      'offline',
    ],
    ['a stream error that is empty', '<stream:error/>', 'protocol', 'offline'],
    [
      'being replaced',
      `<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
      'conflict',
      'refused',
    ],
  ];
  test.each(ENDINGS)('%s', async (_, xml, kind, state) => {
    const { rig, peer } = await LinkRig.online();
    peer.send(xml);
    await expect.poll(() => rig.link.state()).toMatchObject({ state, error: { kind } });
    // The tests' server leaves the socket open; that the component does not is what is looked at.
    rig.clock.advance(2_000);
    await peer.closed();
    const next = await rig.reconnected();
    next.send(incoming('after'));
    await rig.has(1);
  });

  test('a reset in the middle of a stanza', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.send(incoming('before'));
    await rig.has(1);
    peer.send(incoming('half').slice(0, 40));
    peer.reset();
    await rig.reaches('offline');
    expect(rig.downs).toMatchObject([{ kind: 'unreachable' }]);
    (await rig.reconnected()).send(incoming('after'));
    expect((await rig.has(2)).map(({ attrs }) => attrs['id'])).toEqual(['before', 'after']);
  });

  test('the same poison at every try is tried ever more slowly', async () => {
    const rig = await LinkRig.make({ random: () => 1 });
    rig.server.script = (peer) => {
      peer.header();
      peer.send('<handshake/></a>');
    };
    rig.link.start();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt++) {
      await expect.poll(() => rig.downs.length).toBe(attempt);
      waits.push(rig.retryMs);
      rig.clock.advance(rig.retryMs);
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000]);
  });
});

describe('what any person can have the server write to us: refused to her, and nobody else notices', () => {
  const BIG: readonly (readonly [what: string, content: string])[] = [
    ['100 elements inside each other', '<a>'.repeat(100) + '</a>'.repeat(100)],
    ['70,000 elements inside each other', '<a>'.repeat(70_000) + '</a>'.repeat(70_000)],
    ['300 attributes', `<a ${Array.from({ length: 300 }, (_, i) => `a${i}=''`).join(' ')}/>`],
    ['a text of 3 MB', `<body>${'&apos;'.repeat(500_000)}</body>`],
    ['100,000 elements', `<body>${'<i/>'.repeat(150_000)}</body>`],
  ];
  const around = (start: string, content: string): string =>
    `${incoming('before')}${start}${content}</${start.slice(1, start.indexOf(' '))}>${incoming('after')}`;
  const from = 'mallory@localhost/lair';
  const to = `#verona@${DOMAIN}/tybalt`;

  test.each(BIG)('a message with %s', async (_, content) => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    peer.send(around(`<message from='${from}' to='${to}' id='big' type='groupchat'>`, content));
    expect((await rig.has(2)).map(({ attrs }) => attrs['id'])).toEqual(['before', 'after']);
    await peer.receives(
      `<message from='${to}' to='${from}' id='big' type='error'><error type='modify'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>*</text></error></message>`,
    );
    expect([rig.link.state().state, rig.downs.length, rig.link.counters().unusable]).toEqual(['online', 0, 1]);
  });

  test('whoever sent it reads why in her language', async () => {
    const german = new Map([
      ['Too much for one stanza: {0}.', 'Zu viel auf einmal: {0}.'],
      ['more than {0} attributes', 'mehr als {0} Attribute'],
    ]);
    const translator = Object.assign((text: Text): string => rendered(text, german, 'de'), { language: 'de' });
    const { peer } = await LinkRig.online({ strict: true, translator: () => translator });
    peer.send(around(`<message from='${from}' to='${to}' id='big' xml:lang='de'>`, BIG[2]?.[1] ?? ''));
    await peer.receives(
      `<message from='${to}' to='${from}' id='big' type='error'><error type='modify'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='de'>Zu viel auf einmal: mehr als 256 Attribute.</text></error></message>`,
    );
  });

  const [, deep = ''] = BIG[0] ?? [];
  test.each(['get', 'set'])('a request (%s)', async (type) => {
    const { peer } = await LinkRig.online({ strict: true });
    peer.send(around(`<iq from='${from}' to='${to}' id='q' type='${type}'>`, deep));
    await peer.receives(`<iq from='${to}' to='${from}' id='q' type='error'><error type='modify'/></iq>`);
  });

  test('a presence', async () => {
    const { peer } = await LinkRig.online({ strict: true });
    peer.send(around(`<presence from='${from}' to='${to}'>`, deep));
    await peer.receives(`<presence from='${to}' to='${from}' type='error'><error type='modify'/></presence>`);
  });

  test('a leave is a leave', async () => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    peer.send(around(`<presence from='${from}' to='${to}' type='unavailable'>`, deep));
    expect((await rig.has(3)).map(String)[1]).toBe(`<presence from='${from}' to='${to}' type='unavailable'/>`);
    expect(peer.all()).toEqual([]);
  });

  test('errors are not answered, whatever they hold', async () => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    for (const name of ['message', 'presence', 'iq']) {
      peer.send(around(`<${name} from='${from}' to='${to}' type='error' id='e'>`, deep));
    }
    peer.send(around(`<iq from='${from}' to='${to}' type='result' id='e'>`, deep));
    await rig.has(8);
    rig.link.send(message('last'));
    await peer.receives(`<message id='last'/>`);
    expect(peer.all()).toHaveLength(1);
  });

  test('the answer to a request of ours', async () => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    const query = el('iq', { type: 'get', from: DOMAIN, to: from }, el('query', { xmlns: 'urn:q' }));
    const answer = expect(rig.link.request(query, 10_000)).rejects.toMatchObject({ error: 'modify/policy-violation' });
    const { attrs } = await peer.receives(`<iq type='get' to='${from}'/>`);
    peer.send(around(`<iq from='${from}' to='${DOMAIN}' type='result' id='${attrs['id']}'>`, deep));
    await answer;
  });

  test('one that has no valid sender', async () => {
    const { rig, peer } = await LinkRig.online({ strict: true });
    peer.send(around(`<message from='@' to='${to}'>`, deep));
    await rig.has(2);
    expect(rig.link.counters()).toMatchObject({ unusable: 1, sent: 0 });
  });
});

describe('what is put right or left out, with the stream going on', () => {
  test('a character of several bytes cut by packets', async () => {
    const { rig, peer } = await LinkRig.online();
    const bytes = Buffer.from(incoming('grüße 🌹'));
    const at = bytes.indexOf(Buffer.from('🌹')) + 2;
    const received = rig.link.counters().received;
    peer.sendBytes(bytes.subarray(0, at));
    await expect.poll(() => peer.bytesReceived).toBeGreaterThan(0);
    peer.sendBytes(bytes.subarray(at));
    const [stanza] = await rig.has(received + 1);
    expect(stanza?.childText('body')).toBe('grüße 🌹');
  });

  const to = DOMAIN;
  const LEFT_OUT: readonly (readonly [what: string, xml: string])[] = [
    [`from='@'`, `<message from='@' to='${to}'/>`],
    ['an empty from', `<message from='' to='${to}'/>`],
    ['no from', `<message to='${to}'/>`],
    ['an empty localpart', `<presence from='@localhost' to='${to}'/>`],
    ['an empty resource', `<presence from='a@localhost/' to='${to}'/>`],
    ['a space in the domain', `<presence from='a@local host' to='${to}'/>`],
    ['a from of 5,000 bytes', `<presence from='${'a'.repeat(5_000)}@localhost' to='${to}'/>`],
    ['no to', `<message from='a@localhost'/>`],
    ['an invalid to', `<message from='a@localhost' to='@${to}'/>`],
    ['another domain', `<message from='a@localhost' to='sms.localhost'/>`],
    ['something that is not a stanza', `<enable xmlns='urn:xmpp:sm:3'/>`],
    ['an element that is called as a stanza', `<message xmlns='jabber:client' from='a@localhost' to='${to}'/>`],
    ['an unknown element', `<wurst from='a@localhost' to='${to}'/>`],
    ['a second handshake', '<handshake/>'],
  ];
  test.each(LEFT_OUT)('%s', async (_, xml) => {
    const { rig, peer } = await LinkRig.online();
    peer.send(xml + incoming('after'));
    const [stanza] = await rig.has(1);
    expect(stanza?.attrs['id']).toBe('after');
    expect(rig.link.counters()).toMatchObject({ received: 2, unusable: 1 });
    expect(rig.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect([rig.link.state().state, rig.downs.length, rig.stanzas.length]).toEqual(['online', 0, 1]);
  });

  test('many unusable stanzas are counted, and logged without flooding the log', async () => {
    const { rig, peer } = await LinkRig.online();
    peer.send(`<message from='@' to='${to}'/>`.repeat(5_000) + incoming('after'));
    await rig.has(1);
    expect(rig.link.counters().unusable).toBe(5_000);
    expect(rig.log.lines.length).toBeLessThan(20);
    rig.clock.advance(10_000);
    peer.send(`<message from='@' to='${to}'/>${incoming('more')}`);
    await rig.has(2);
    expect(rig.log.lines.at(-1)?.fields).toMatchObject({ unlogged: 4_999 });
  });

  test('white space between stanzas, however much', async () => {
    const { rig, peer } = await LinkRig.online();
    for (let i = 0; i < 200; i++) peer.send(` ${' '.repeat(10_000)}\n`);
    peer.send(incoming('after'));
    await rig.has(1);
    expect(rig.link.state().state).toBe('online');
  });

  test('a handler that throws', async () => {
    const { rig, peer } = await LinkRig.online();
    rig.onStanza = (stanza) => {
      if (stanza.attrs['id'] === 'bad') throw new Error('in the handler');
    };
    peer.send(incoming('bad') + incoming('good'));
    await rig.has(2);
    expect(rig.link.state().state).toBe('online');
    expect(rig.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test('10,000 random stanzas', async () => {
    const { rig, peer } = await LinkRig.online();
    const name = fc.constantFrom('message', 'presence', 'iq', 'body', 'x', 'handshake', 'error');
    const jid = fc.constantFrom(
      'a@localhost/b',
      DOMAIN,
      `#c@${DOMAIN}/n`,
      '@',
      '',
      'a@b@c',
      '/x',
      '\u{1F339}@localhost',
      'x y@z',
    );
    const random = fc
      .tuple(
        name,
        jid,
        jid,
        fc.constantFrom('get', 'result', 'error', '', 'wurst'),
        fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      )
      .map(([tag, from, target, type, text]) => {
        const clean = text.replaceAll(/[<&>'"]/g, '.');
        return `<${tag} from='${from}' to='${target}' type='${type}' id='${clean}'><x xmlns='urn:${tag}'>${clean}</x></${tag}>`;
      });
    const all = fc.sample(random, 10_000);
    for (let i = 0; i < all.length; i += 500) peer.send(all.slice(i, i + 500).join(''));
    peer.send(incoming('after'));
    await expect.poll(() => rig.stanzas.at(-1)?.attrs['id'], { timeout: 10_000 }).toBe('after');
    expect(rig.link.counters().received).toBe(10_001);
    expect(rig.link.counters().unusable + rig.stanzas.length).toBe(10_001);
    expect([rig.link.state().state, rig.downs.length]).toEqual(['online', 0]);
  });
});
