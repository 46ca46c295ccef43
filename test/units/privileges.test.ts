// The XMPP server's word on what it lets the gateway do, as servers write it.

import { expect, test } from 'vitest';
import { userId } from '../../src/model/ids.ts';
import { Privileges } from '../../src/xmpp/contacts/privileges.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ROMEO = userId('romeo@example.org');
const word = (from: string, version: number, ...permissions: readonly Element[]): Element => {
  const ns = `urn:xmpp:privilege:${version}`;
  return el('message', { from }, el('privilege', { xmlns: ns }, ...permissions.map((one) => inNamespace(one, ns))));
};
/** As the parser gives it. */
function inNamespace(element: Element, xmlns: string): Element {
  const { name, attrs, children } = element;
  return el(
    name,
    { ...attrs, xmlns },
    ...children.map((child) => (typeof child === 'string' ? child : inNamespace(child, xmlns))),
  );
}

test('roster, messages and requests by namespace, nested in each other too', () => {
  const privileges = new Privileges(['example.org'], new ManualClock());
  const inner = el('namespace', { ns: 'jabber:iq:register', type: 'get' });
  const outer = el('namespace', { ns: 'http://jabber.org/protocol/pubsub', type: 'both' });
  expect(
    privileges.read(
      word(
        'example.org',
        2,
        el('perm', { access: 'roster', type: 'both' }, el('perm', { access: 'message', type: 'outgoing' })),
        el('perm', { access: 'iq' }, outer, inner, el('namespace', { ns: 'x', type: 'sometimes' })),
      ),
    ),
  ).toBe(true);
  expect(privileges.of(ROMEO)).toEqual({
    ns: 'urn:xmpp:privilege:2',
    readsRoster: true,
    writesRoster: true,
    sendsMessages: true,
    iq: new Map([
      ['http://jabber.org/protocol/pubsub', 'both'],
      ['jabber:iq:register', 'get'],
    ]),
  });
});

test('only for users of the host that says so, as long as it says so', () => {
  const privileges = new Privileges(['example.org', 'example.net'], new ManualClock());
  const reads = el('perm', { access: 'roster', type: 'get' });
  for (const stranger of ['evil.example', 'mallory@example.org', 'example.org/x'])
    expect(privileges.read(word(stranger, 1, reads))).toBe(false);
  expect(privileges.read(word('example.net', 1, reads))).toBe(true);
  expect(privileges.of(ROMEO)).toBeUndefined();
  expect(privileges.of(userId('juliet@example.net'))).toMatchObject({ readsRoster: true, writesRoster: false });
  privileges.read(word('example.net', 1));
  expect(privileges.of(userId('juliet@example.net'))).toBeUndefined();
});

test('a server that says nothing is waited for, and asked again with each link', () => {
  const clock = new ManualClock();
  const privileges = new Privileges(['example.org'], clock);
  let changes = 0;
  privileges.onChange(() => changes++);
  for (let link = 1; link <= 2; link++) {
    privileges.linkUp();
    expect(privileges.isSettled(ROMEO)).toBe(false);
    clock.advance(1_000);
    expect(privileges.isSettled(ROMEO)).toBe(true);
    expect(changes).toBe(link);
    privileges.linkDown();
  }
});
