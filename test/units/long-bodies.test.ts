// Bodies that are too long for a stanza.

import { expect, test } from 'vitest';
import { bodyText } from '../../src/xmpp/stanza.ts';
import { el } from '../../src/xmpp/xml.ts';

const written = (text: string): string => el('body', {}, bodyText({ kind: 'text', text })).toString();

test.each(['x', '&', '"', '<', '€', '🌹', '\r', '\n', 'é'])(
  'of very many %j so many are shown that a server takes it, and that more was said',
  (char) => {
    const text = char.repeat(120_000);
    const shown = bodyText({ kind: 'text', text });
    expect(shown).toMatch(/ \[…\]$/);
    expect(text.startsWith(shown.slice(0, -4))).toBe(true);
    const bytes = Buffer.byteLength(written(text));
    expect(bytes).toBeLessThan(100_100);
    expect(bytes).toBeGreaterThan(60_000);
  },
);

test.each(['x'.repeat(90_000), '&'.repeat(16_000), '€'.repeat(30_000)])('what fits is whole', (text) => {
  expect(bodyText({ kind: 'text', text })).toBe(text);
});
