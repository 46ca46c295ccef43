// The stream parser: what it makes of good XML, and each kind of bad.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMPONENT_NS, NO_NAMESPACE, type StreamLimits, StreamParser } from '../../src/xmpp/stream-parser.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1&amp;2'>`;

class Reading {
  header: Readonly<Record<string, string>> | undefined;
  readonly stanzas: Element[] = [];
  ended = 0;
  readonly errors: string[] = [];
  readonly refused: string[] = [];
  readonly parser: StreamParser;

  constructor(limits: Partial<StreamLimits> = {}) {
    this.parser = new StreamParser(
      {
        onHeader: (attrs) => {
          this.header = { ...attrs };
        },
        onStanza: (stanza) => this.stanzas.push(stanza),
        onRefused: (stanza, { condition, message }) =>
          this.refused.push(`${condition}: ${message}: ${stanza.toString()}`),
        onEnd: () => this.ended++,
        onError: ({ condition }) => this.errors.push(condition),
      },
      limits,
    );
  }

  write(...texts: (string | Uint8Array)[]): this {
    for (const text of texts) this.parser.write(typeof text === 'string' ? Buffer.from(text) : text);
    return this;
  }

  get only(): Element {
    const [stanza] = this.stanzas;
    if (stanza === undefined) throw new Error(`no stanza: ${this.errors.join()}`);
    return stanza;
  }
}

const read = (...texts: (string | Uint8Array)[]): Reading => new Reading().write(HEADER, ...texts);

describe('what it makes of a stream', () => {
  test('the header, its attributes unescaped', () => {
    expect(read().header).toMatchObject({ id: '1&2' });
  });

  test('stanzas are in the empty namespace, their payloads in their own, children in what they inherit', () => {
    const { only } = read(`<iq type='get' from='a@b/c' to='d'><query xmlns='urn:q'><item/></query></iq>`);
    expect(only).toMatchObject({ name: 'iq', ns: '', attrs: { type: 'get', from: 'a@b/c', to: 'd' } });
    expect(only.child('query', 'urn:q')?.child('item')?.ns).toBe('urn:q');
    expect(only.toString()).toBe(`<iq type='get' from='a@b/c' to='d'><query xmlns='urn:q'><item/></query></iq>`);
  });

  test('prefixes are resolved, and what they said stands in xmlns wherever it is not inherited', () => {
    const { only } = read(
      `<message xmlns:x='urn:x'><x:a x:y='z' q='1'><b/><x:c/></x:a><a xmlns='urn:x'><x:c/></a></message>`,
    );
    const [first, second] = only.elements('a');
    expect([first?.ns, first?.attrs]).toEqual(['urn:x', { q: '1', xmlns: 'urn:x' }]);
    expect([first?.child('b')?.ns, first?.child('b')?.attrs]).toEqual(['', { xmlns: COMPONENT_NS }]);
    expect(first?.child('c')?.ns).toBe('urn:x');
    expect(second?.child('c', 'urn:x')).toBeDefined();
    expect(read(only.toString()).only.toString()).toBe(only.toString());
  });

  test('a stream error is an element like others, in its own namespace', () => {
    const { only } = read(`<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`);
    expect(only).toMatchObject({ name: 'error', ns: 'http://etherx.jabber.org/streams' });
  });

  test('an element without any namespace is not taken for one of the stanza', () => {
    const { only } = read(`<message><body xmlns=''>no</body><body>yes</body></message>`);
    expect(only.children.map((child) => (typeof child === 'string' ? child : child.ns))).toEqual([NO_NAMESPACE, '']);
    expect(only.child('body', '')?.text()).toBe('yes');
    expect(only.child('body', NO_NAMESPACE)?.toString()).toBe(`<body xmlns=''>no</body>`);
  });

  test('xml:lang stays, names that objects have of their own are plain names', () => {
    const { only } = read(`<message xml:lang='de' __proto__='p' constructor='c'><toString/></message>`);
    expect(only.attrs['xml:lang']).toBe('de');
    expect(Object.keys(only.attrs)).toEqual(['xml:lang', '__proto__', 'constructor']);
    expect(only.attrs['hasOwnProperty']).toBeUndefined();
  });

  test('text in pieces and CDATA is one text', () => {
    expect(
      read(`<message><body>a&lt;<![CDATA[<b> & ]]>c&#x1F339;</body></message>`).only.child('body')?.children,
    ).toEqual(['a<<b> & c🌹']);
  });

  test('the end of the stream comes once, and nothing after it', () => {
    const reading = read('<message/></stream:stream>', '<message/>', '</a>');
    expect([reading.stanzas.length, reading.ended, reading.errors]).toEqual([1, 1, []]);
  });

  test('after close nothing comes, not even what stands in the same packet', () => {
    const reading = new Reading();
    reading.stanzas.push = (...items) => {
      reading.parser.close();
      return Array.prototype.push.apply(reading.stanzas, items);
    };
    reading.write(`${HEADER}<message/><message/></stream:stream><`);
    expect([reading.stanzas.length, reading.ended, reading.errors]).toEqual([1, 0, []]);
  });
});

describe('wherever packets cut it', () => {
  const text = `${HEADER} <message to='ö@b'><body>grüße 🌹 &amp; \r\n\t<![CDATA[]]]]></body></message>\r\n<presence/>\n </stream:stream>`;
  const whole = new Reading().write(text);

  test('byte by byte', () => {
    const reading = new Reading();
    for (const byte of Buffer.from(text)) reading.write(Uint8Array.of(byte));
    expect(reading.stanzas.map(String)).toEqual(whole.stanzas.map(String));
    expect(reading.only.child('body')?.text()).toBe('grüße 🌹 & \n\t]]');
    expect([reading.ended, reading.errors]).toEqual([1, []]);
  });

  test('anywhere', () => {
    const bytes = Buffer.from(text);
    const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (where) => {
        const reading = new Reading();
        const points = [0, ...where.toSorted((a, b) => a - b), bytes.length];
        for (const [index, from] of points.entries()) reading.write(bytes.subarray(from, points[index + 1] ?? from));
        expect(reading.stanzas.map(String)).toEqual(whole.stanzas.map(String));
        expect([reading.ended, reading.errors]).toEqual([1, []]);
      }),
    );
  });

  test('comments and instructions are found over the cut', () => {
    for (const bad of ['<!-- a -->', '<?a b?>', '<!DOCTYPE a>']) {
      const reading = read();
      for (const char of `<message/>${bad}`) reading.write(char);
      expect([bad, reading.errors]).toEqual([bad, ['restricted-xml']]);
    }
  });
});

describe('what it refuses', () => {
  const CASES: readonly (readonly [what: string, bytes: string | Uint8Array, condition: string])[] = [
    ['an unknown entity', '<message>&nbsp;</message>', 'not-well-formed'],
    ['an unknown entity in an attribute', `<message to='&x;'/>`, 'not-well-formed'],
    ['a character that XML has not', '<message>&#0;</message>', 'not-well-formed'],
    ['a control character', '<message>\u0001</message>', 'not-well-formed'],
    ['U+FFFE', '<message>\ufffe</message>', 'not-well-formed'],
    ['the wrong close tag', '<message><body></message>', 'not-well-formed'],
    ['an attribute twice', `<message to='a' to='b'/>`, 'not-well-formed'],
    ['an attribute without quotes', '<message to=a/>', 'not-well-formed'],
    ['a bare ampersand, at the next semicolon', '<message>a & b</message>;', 'not-well-formed'],
    ['a close tag that closes another stanza', '<message></presence>', 'not-well-formed'],
    ['a close tag in place of the end', '</a>', 'not-well-formed'],
    ['a comment', '<!-- a -->', 'restricted-xml'],
    ['a comment in a stanza', '<message><!-- a --></message>', 'restricted-xml'],
    ['a processing instruction', '<?php ?>', 'restricted-xml'],
    ['a second XML declaration', `<?xml version='1.0'?>`, 'restricted-xml'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b 'c'>]><message>&b;</message>`, 'restricted-xml'],
    ['text between stanzas', 'hello', 'bad-format'],
    ['CDATA between stanzas', '<![CDATA[a]]>', 'bad-format'],
    ['an unbound prefix', '<x:message/>', 'bad-namespace-prefix'],
    ['an unbound prefix of an attribute', `<message x:y='z'/>`, 'bad-namespace-prefix'],
    ['a prefix for nothing', `<message xmlns:x=''/>`, 'bad-namespace-prefix'],
    ['the xml prefix for something else', `<message xmlns:xml='urn:x'/>`, 'bad-namespace-prefix'],
    ['another prefix for xml', `<message xmlns:x='http://www.w3.org/XML/1998/namespace'/>`, 'bad-namespace-prefix'],
    ['a name with two colons', `<message xmlns:x='u'><x:a:b/></message>`, 'bad-namespace-prefix'],
    ['bytes that are not UTF-8', Uint8Array.of(0x3c, 0x61, 0x3e, 0xff, 0xfe), 'unsupported-encoding'],
    ['a surrogate in UTF-8', Buffer.from('3c613eeda0803c2f613e', 'hex'), 'unsupported-encoding'],
    ['an overlong slash', Buffer.from('3c613ec0af3c2f613e', 'hex'), 'unsupported-encoding'],
    ['200,000 deep', '<a>'.repeat(200_000), 'policy-violation'],
    [
      '100,001 attributes',
      `<a ${Array.from({ length: 100_001 }, (_, i) => `a${i}=''`).join(' ')}/>`,
      'policy-violation',
    ],
  ];
  test.each(CASES)('%s', (_, bytes, condition) => {
    const reading = read(bytes);
    expect([reading.errors, reading.stanzas, reading.ended]).toEqual([[condition], [], 0]);
  });

  const BEFORE: readonly (readonly [what: string, text: string, condition: string])[] = [
    ['another root', '<html>', 'invalid-namespace'],
    ['another root of that name', `<stream:stream xmlns:stream='urn:x'>`, 'invalid-namespace'],
    [
      'a stream for clients',
      `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
      'invalid-namespace',
    ],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'not-well-formed'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b 'c'>]>${HEADER.slice(21)}`, 'restricted-xml'],
    ['a comment', `<!-- a -->${HEADER}`, 'restricted-xml'],
    ['an instruction behind the declaration', `<?xml version='1.0'?><?a ?>${HEADER.slice(21)}`, 'restricted-xml'],
    ['a header without end', `<stream:stream a='${'a'.repeat(600_000)}`, 'policy-violation'],
  ];
  test.each(BEFORE)('in place of a header: %s', (_, text, condition) => {
    const reading = new Reading().write(text);
    expect([reading.errors, reading.header]).toEqual([[condition], undefined]);
  });

  test('one error, and nothing after it; what came before it has been handed on', () => {
    const reading = read('<message/><presence/></a>', '<message/></b>');
    expect([reading.stanzas.length, reading.ended, reading.errors]).toEqual([2, 0, ['not-well-formed']]);
    expect(read(Buffer.concat([Buffer.from('<message/>'), Uint8Array.of(0xc3, 0x28)])).stanzas).toHaveLength(1);
    expect(read('<message/>&').write('x;').stanzas).toHaveLength(1);
    expect(read('<message/><presence>&x;').stanzas).toHaveLength(1);
  });
});

describe('limits', () => {
  const stanza = (bytes: number, char = 'a'): string => {
    const frame = '<message><body></body></message>'.length;
    return `<message><body>${char.repeat((bytes - frame) / Buffer.byteLength(char))}</body></message>`;
  };

  test.each(['a', 'ä'])('a stanza of exactly the limit passes, two bytes more do not (%s)', (char) => {
    for (const size of [1_000, 7]) {
      const cut = (text: string): Buffer[] => {
        const bytes = Buffer.from(text);
        return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
      };
      const good = new Reading({ stanzaBytes: 1_000 }).write(
        HEADER,
        ...cut(stanza(1_000, char)),
        ...cut(stanza(1_000, char)),
      );
      expect([good.stanzas.length, good.errors]).toEqual([2, []]);
      const bad = new Reading({ stanzaBytes: 1_000 }).write(HEADER, '<presence/>', ...cut(stanza(1_002, char)));
      expect([bad.stanzas.length, bad.errors]).toEqual([1, []]);
      expect(bad.refused).toEqual(['policy-violation: more than 1000 bytes in one stanza: <message/>']);
    }
  });

  test('a text without end is stopped at the limit, not kept', () => {
    const reading = read('<message><body>');
    const packet = Buffer.alloc(65_536, 'a');
    let packets = 0;
    while (reading.errors.length === 0 && packets < 1_024) {
      reading.write(packet);
      packets++;
    }
    expect([reading.errors, packets]).toEqual([['policy-violation'], 256]);
  });

  test('a tag without end too', () => {
    const reading = read(`<message to='`);
    const packet = Buffer.alloc(65_536, 'a');
    for (let i = 0; i < 257; i++) reading.write(packet);
    expect(reading.errors).toEqual(['policy-violation']);
  });

  test('64 elements inside each other pass, 65 do not; 256 attributes pass, 257 do not', () => {
    const deep = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    const wide = (count: number): string => `<a ${Array.from({ length: count }, (_, i) => `a${i}=''`).join(' ')}/>`;
    const reading = read(deep(64), deep(65), `<b>${wide(256)}</b>`, `<b>${wide(257)}</b>`, '<c/>');
    expect(reading.stanzas.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(reading.refused).toEqual([
      'policy-violation: more than 64 elements inside each other: <a/>',
      'policy-violation: more than 256 attributes: <b/>',
    ]);
  });

  test('what comes behind a refused stanza is read as if nothing had been', () => {
    const bad = [
      `<message from='a' id='1' xmlns:x='urn:x'><x:a>${'<a xmlns="urn:y">text<b/>'.repeat(70)}${'</a>'.repeat(70)}</x:a>more</message>`,
      `<message from='a' id='1'><body>${'<i>&lt;</i>'.repeat(60_000)}</body></message>`,
      `<message from='a' id='1'><body>${'x'.repeat(600_000)}</body></message>`,
      `<message from='a' id='1' ${Array.from({ length: 300 }, (_, i) => `a${i}=''`).join(' ')}/>`,
    ];
    for (const stanza of bad) {
      const good = `<message xmlns:x='urn:x'><x:a/><b>t</b></message>`;
      const reading = read(`${good} ${stanza} ${good}`, good.slice(0, 20), good.slice(20));
      expect([reading.errors, reading.refused.length]).toEqual([[], 1]);
      expect(reading.refused[0]).toContain(`<message from='a' id='1'`);
      expect(reading.stanzas.map(String)).toEqual(Array(3).fill(read(good).only.toString()));
    }
  });

  test('a refused stanza that is also broken ends the stream', () => {
    const reading = read(`${'<a>'.repeat(70)}${'</a>'.repeat(69)}</b>`);
    expect([reading.refused, reading.errors]).toEqual([[], ['not-well-formed']]);
  });

  test('white space between stanzas has no limit and is not kept', () => {
    const reading = new Reading({ stanzaBytes: 1_000 }).write(HEADER);
    const spaces = Buffer.alloc(65_536, ' ');
    const heapBefore = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_000; i++) reading.write(' ', spaces, '\r\n');
    reading.write('<presence/>', spaces, '<presence/>');
    expect([reading.stanzas.length, reading.errors]).toEqual([2, []]);
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(50_000_000);
  });

  test('an address kept from a stanza does not keep its packet', () => {
    const reading = new Reading().write(HEADER);
    const addresses = new Set<string>();
    reading.stanzas.push = (stanza) => addresses.add(stanza.attrs['from'] ?? '').size;
    const filler = 'x'.repeat(60_000);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_000; i++) {
      reading.write(`<message from='somebody-number-${i}@example.org/here'><body>${filler}</body></message>`);
    }
    collectGarbage();
    expect(addresses.size).toBe(1_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });
});

describe('whatever comes', () => {
  test('bytes of any kind never make it throw, and it calls at most one of end and error', () => {
    const bits = fc.constantFrom(
      '<',
      '>',
      '/',
      '<message',
      ' to=',
      "'",
      '"',
      '&',
      'amp;',
      ';',
      '<!',
      '<?',
      ']]>',
      'a',
      ':',
      '\u0000',
      'é',
      '\ud83c',
      ' ',
      '\r',
      'xmlns',
      'xmlns:x',
      '</stream:stream>',
      '</message>',
      '<![CDATA[',
    );
    const texts = fc.array(bits, { maxLength: 40 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(texts, fc.uint8Array({ maxLength: 30 })), { maxLength: 10 }),
        fc.boolean(),
        (packets, header) => {
          const reading = new Reading();
          if (header) reading.write(HEADER);
          reading.write(...packets);
          expect(reading.errors.length + reading.ended).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('what it reads, written and read again, is the same', () => {
    const name = fc.constantFrom('a', 'body', 'x-y', 'ö');
    const ns = fc.constantFrom(undefined, 'urn:a', 'urn:b', COMPONENT_NS, '');
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const { element } = fc.letrec<{ element: Element }>((tie) => ({
      element: fc
        .tuple(name, ns, text, fc.array(fc.oneof({ depthSize: 'small' }, text, tie('element')), { maxLength: 3 }))
        .map(([tag, xmlns, value, children]) => el(tag, { xmlns, v: value }, ...children)),
    }));
    fc.assert(
      fc.property(element, (made) => {
        const once = read(made.toString()).only;
        expect(read(once.toString()).only.toString()).toBe(once.toString());
      }),
    );
  });
});
