import fc from 'fast-check';
import { expect, test } from 'vitest';
import { el, escapeXml, xmlSafe } from '../../src/xmpp/xml.ts';

test('text is written so that no reader can take it for markup', () => {
  expect(el('a', { b: `'"<&>` }, `<x/> & "y"`).toString()).toBe(
    `<a b='&apos;&quot;&lt;&amp;&gt;'>&lt;x/&gt; &amp; &quot;y&quot;</a>`,
  );
});

test('what XML cannot carry is left out (CORE-11)', () => {
  expect(xmlSafe('\u0002bold\u0003 \ufffe\ud83d\ude00\ud83d tab\tend')).toBe('bold 😀 tab\tend');
});

test('any text comes out free of raw markup and forbidden characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const out = escapeXml(text);
      expect(out).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|apos;)/);
      expect(xmlSafe(out)).toBe(out);
    }),
  );
});

test('attributes that are undefined and empty children are left out', () => {
  expect(el('iq', { id: undefined, type: 'get' }, undefined, '').toString()).toBe(`<iq type='get'/>`);
});
