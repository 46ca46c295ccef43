// CORE-12: what of a list one stanza takes, in bytes as they are written.

import { expect, test } from 'vitest';
import { offerByExchange } from '../../src/xmpp/contacts/by-exchange.ts';
import { fitting, LIST_BYTES, pieces } from '../../src/xmpp/fitting.ts';
import { resourceId, userId } from '../../src/model/ids.ts';
import { inEnglish, type Text } from '../../src/model/words.ts';
import { formElement } from '../../src/xmpp/forms.ts';
import { el, type Element } from '../../src/xmpp/xml.ts';

const HOME = resourceId('romeo@example.org/home');
const itemOf = (name: string): Element => el('item', { name });
const bytesOf = (names: readonly string[]): number =>
  Buffer.byteLength(names.map((name) => itemOf(name).toString()).join(''));

for (const [kind, text] of [
  ['plain', 'x'],
  ['of three bytes', '愛'],
  ['escaped', '"'],
] as const) {
  test(`lists of names that are ${kind} are cut where they would be too long, from either end`, () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `${text.repeat(40)}${i}`);
    const items = names.map(itemOf);
    const first = fitting(items);
    expect(bytesOf(names.slice(0, first))).toBeLessThanOrEqual(LIST_BYTES);
    expect(bytesOf(names.slice(0, first + 1))).toBeGreaterThan(LIST_BYTES);
    const last = fitting(items, true);
    expect(bytesOf(names.slice(-last))).toBeLessThanOrEqual(LIST_BYTES);
    expect(bytesOf(names.slice(-last - 1))).toBeGreaterThan(LIST_BYTES);
    const cut = pieces(names, 5_000, itemOf);
    expect(cut.flat()).toEqual(names);
    expect(cut.length).toBeGreaterThan(1);
    for (const piece of cut) expect(bytesOf(piece)).toBeLessThanOrEqual(LIST_BYTES);
  });
}

test('what is too long alone stands alone; short lists are one piece, or as many as they may be', () => {
  const long = 'x'.repeat(LIST_BYTES + 1);
  expect(fitting([itemOf(long), itemOf('a')])).toBe(1);
  expect(pieces(['a', long, 'b', 'c'], 100, itemOf)).toEqual([['a'], [long], ['b', 'c']]);
  expect(pieces(['a', 'b', 'c'], 2, itemOf)).toEqual([['a', 'b'], ['c']]);
  expect([fitting([]), pieces([], 2, itemOf)]).toEqual([0, []]);
});

test('a form has as many options as fit', () => {
  const choices = Array.from({ length: 500 }, (_, i) => ({
    value: `${i}@example.org`,
    label: `${'愛'.repeat(100)}${i}`,
  }));
  const field = { name: 'who', label: 'Who', type: 'choice', choices } as const;
  const translate = Object.assign((text: Text) => inEnglish(text), { language: 'en' });
  const form = formElement([field], {}, { title: 'Whom', formType: 'urn:test' }, translate);
  const options = form.elements('field').flatMap((one) => one.elements('option'));
  expect(options.map((option) => option.childText('value'))).toEqual(
    choices.slice(0, options.length).map(({ value }) => value),
  );
  expect(options.length).toBeGreaterThan(100);
  expect(Buffer.byteLength(form.toString())).toBeLessThan(60 * 1024);
});

test('contacts are offered in as many requests as they take, each small', async () => {
  const asked: Element[] = [];
  const host = {
    gateway: { domain: 'example.org' },
    subscriptions: { of: () => new Map() },
    request: (iq: Element) => Promise.resolve(void asked.push(iq)),
  };
  const work = { host, user: userId('romeo@example.org'), clients: { having: () => HOME }, offered: () => undefined };
  const fresh = Array.from({ length: 250 }, (_, i) => {
    const local = `contact${i}`;
    return { local, jid: `${local}@example.org`, name: `"${'"'.repeat(150)}"`, groups: ['Kinsmen'] };
  });
  await offerByExchange(work as unknown as Parameters<typeof offerByExchange>[0], { fresh, renamed: [], gone: [] });
  const items = asked.flatMap((iq) => iq.elements('x')).flatMap((x) => x.elements('item'));
  expect(items.map(({ attrs }) => attrs['jid'])).toEqual(fresh.map(({ jid }) => jid));
  for (const iq of asked) expect(Buffer.byteLength(iq.toString())).toBeLessThan(60 * 1024);
});
