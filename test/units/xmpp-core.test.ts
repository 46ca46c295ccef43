import { expect, test } from 'vitest';
import { BridgeError, ERROR_CODES } from '../../src/model/errors.ts';
import { EVENT_KINDS } from '../../src/model/events.ts';
import type { Field } from '../../src/model/form.ts';
import { capsHash } from '../../src/xmpp/disco.ts';
import { errorElement, stanzaError } from '../../src/xmpp/errors.ts';
import { ENGLISH } from '../../src/xmpp/languages.ts';
import { features } from '../../src/xmpp/features/index.ts';
import type { Feature, FeatureHost } from '../../src/xmpp/feature.ts';
import { formElement, readForm } from '../../src/xmpp/forms.ts';
import { el } from '../../src/xmpp/xml.ts';

test('the capabilities hash of the example in XEP-0115 5.2', () => {
  const names = [
    'http://jabber.org/protocol/caps',
    'http://jabber.org/protocol/disco#info',
    'http://jabber.org/protocol/disco#items',
    'http://jabber.org/protocol/muc',
  ];
  const query = el(
    'query',
    {},
    el('identity', { category: 'client', type: 'pc', name: 'Exodus 0.9.1' }),
    ...names.map((name) => el('feature', { var: name })),
  );
  expect(capsHash(query)).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
});

test('the capabilities hash with a form, of the example in XEP-0115 5.3', () => {
  const names = [
    'http://jabber.org/protocol/caps',
    'http://jabber.org/protocol/disco#info',
    'http://jabber.org/protocol/disco#items',
    'http://jabber.org/protocol/muc',
  ];
  const field = (name: string, ...values: string[]) =>
    el('field', { var: name }, ...values.map((value) => el('value', {}, value)));
  const form = el(
    'x',
    { xmlns: 'jabber:x:data', type: 'result' },
    field('FORM_TYPE', 'urn:xmpp:dataforms:softwareinfo'),
    field('ip_version', 'ipv6', 'ipv4'),
    field('os', 'Mac'),
    field('os_version', '10.5.1'),
    field('software', 'Psi'),
    field('software_version', '0.11'),
  );
  const query = el(
    'query',
    {},
    el('identity', { 'xml:lang': 'en', category: 'client', name: 'Psi 0.11', type: 'pc' }),
    el('identity', { 'xml:lang': 'el', category: 'client', name: 'Ψ 0.11', type: 'pc' }),
    ...names.map((name) => el('feature', { var: name })),
    form,
  );
  expect(capsHash(query)).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
});

test('joins are refused with what clients act on (type and condition)', () => {
  const rows = {
    'bad-password': 'auth/not-authorized',
    banned: 'auth/forbidden',
    'members-only': 'auth/registration-required',
    'nick-taken': 'cancel/conflict',
    'nick-invalid': 'cancel/not-acceptable',
    'not-found': 'cancel/item-not-found',
    unsupported: 'cancel/not-allowed',
    full: 'cancel/service-unavailable',
    quota: 'cancel/resource-constraint',
    'network-down': 'cancel/remote-server-timeout',
    'host-unknown': 'cancel/remote-server-not-found',
    moved: 'cancel/gone',
  } as const;
  for (const [code, error] of Object.entries(rows)) expect(stanzaError(code as keyof typeof rows, 'join')).toBe(error);
});

test('no join is refused with the type wait, which a client takes for "still connecting"', () => {
  for (const code of ERROR_CODES) expect(stanzaError(code, 'join')).not.toMatch(/^wait/);
});

test('registration errors carry the old number too (REG-7)', () => {
  expect(errorElement(new BridgeError('conflict', 'Taken.'), 'register').attrs).toEqual({
    code: '409',
    type: 'cancel',
  });
});

const FIELDS: readonly Field[] = [
  { name: 'server', label: 'Server', type: 'choice', choices: [{ value: 'a', label: 'A' }], required: true },
  { name: 'nick', label: 'Nick', type: 'text', default: 'romeo' },
  { name: 'password', label: 'Password', type: 'secret', required: true },
  { name: 'stay', label: 'Stay', type: 'boolean' },
  { name: 'port', label: 'Port', type: 'number' },
];

test('a form never holds a secret, and a kept one is not required again', () => {
  const xml = formElement(
    FIELDS,
    { password: 'hunter2' },
    { title: 'T', formType: 'jabber:iq:register' },
    ENGLISH,
  ).toString();
  expect(xml).not.toContain('hunter2');
  expect(xml).toContain(`<field var='password' type='text-private' label='Password'/>`);
  expect(xml).toContain(`<value>romeo</value>`);
});

test('a submitted form is read by type, unknown fields left out, missing ones missing', () => {
  const field = (name: string, value: string) => el('field', { var: name }, el('value', {}, value));
  expect(readForm(el('x', {}, field('nick', ' juliet '), field('stay', 'true'), field('other', 'x')), FIELDS)).toEqual({
    nick: 'juliet',
    stay: true,
  });
  expect(() => readForm(el('x', {}, field('port', 'many')), FIELDS)).toThrow(/“Port” must be a number/);
});

test('every kind of event is presented by exactly one feature, or is the bridge’s own business', () => {
  const presented: string[] = [];
  const host = new Proxy({} as FeatureHost, {
    get: (_target, name) => {
      if (name === 'present') return (kind: string) => presented.push(kind);
      if (name === 'gateway')
        return { network: { capabilities: { reports: [], accepts: [], answers: [] } }, hosts: [], adminAddresses: [] };
      if (name === 'clock') return { monotonic: () => 0 };
      return () => undefined;
    },
  });
  for (const feature of Object.values(features)) (feature as Feature).register(host);
  expect([...presented, 'connected', 'disconnected', 'sent'].sort()).toEqual([...EVENT_KINDS].sort());
});
