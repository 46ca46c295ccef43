// Stanzas that no sane client sends: every kind, type, address and payload that the specifications know, mixed at random from a seed.

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface RandomStanza {
  readonly xml: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly from: string;
  readonly to: string;
}

const NAMESPACES = [
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
  'jabber:iq:register',
  'jabber:iq:gateway',
  'jabber:iq:version',
  'jabber:iq:last',
  'jabber:iq:search',
  'urn:xmpp:ping',
  'urn:xmpp:time',
  'vcard-temp',
  'http://jabber.org/protocol/commands',
  'jabber:x:data',
  'http://jabber.org/protocol/muc',
  'http://jabber.org/protocol/muc#user',
  'http://jabber.org/protocol/muc#admin',
  'http://jabber.org/protocol/muc#owner',
  'urn:xmpp:mam:2',
  'http://jabber.org/protocol/pubsub',
  'urn:xmpp:message-correct:0',
  'urn:xmpp:message-retract:1',
  'urn:xmpp:reactions:0',
  'http://jabber.org/protocol/chatstates',
  'urn:xmpp:receipts',
  'urn:xmpp:chat-markers:0',
  'jabber:x:oob',
  'jabber:x:conference',
  'urn:xmpp:hints',
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:sid:0',
  'urn:xmpp:privilege:2',
  'urn:xmpp:jingle:1',
  'urn:ietf:params:xml:ns:xmpp-stanzas',
  'urn:nobody:knows',
];
const NAMES = [
  'query',
  'x',
  'ping',
  'time',
  'vCard',
  'command',
  'item',
  'replace',
  'retract',
  'reactions',
  'reaction',
  'composing',
  'request',
  'displayed',
  'remove',
  'field',
  'value',
  'prompt',
  'invite',
  'decline',
  'history',
  'password',
  'body',
  'subject',
  'thread',
  'status',
  'show',
  'priority',
  'error',
  'encrypted',
  'privilege',
];
const TEXTS = [
  '',
  ' ',
  'hello',
  '/me waves',
  '\u0001ACTION x\u0001'.replaceAll('\u0001', ''),
  'a'.repeat(5_000),
  'line\none\rtwo',
  '😀👩‍👩‍👧‍👦é',
  '\u202egnirts',
  '*b* _i_',
  '-1',
  '1e400',
  '../..',
  '%n%s',
  '{}',
  '\u00a0',
  '#verona%test',
  'irc://test/verona',
  '=3d=ff',
  'ﬀ',
  'İ',
  '𐏿',
  '99999999999999999999',
  '2026-13-45T99:99:99Z',
];
const ATTRIBUTES = [
  'id',
  'node',
  'action',
  'sessionid',
  'affiliation',
  'role',
  'nick',
  'jid',
  'type',
  'var',
  'maxstanzas',
  'maxchars',
  'seconds',
  'since',
  'to',
  'from',
  'by',
  'xml:lang',
];
const KINDS = {
  iq: ['get', 'set', 'get', 'set', 'result', 'error', 'subscribe', ''],
  message: ['chat', 'groupchat', 'normal', 'headline', 'error', 'nonsense', ''],
  presence: [
    '',
    '',
    'unavailable',
    'subscribe',
    'subscribed',
    'unsubscribe',
    'unsubscribed',
    'probe',
    'error',
    'invisible',
  ],
} as const;

const escaped = (text: string): string => text.replace(/[&<>'"]/g, (one) => `&#${one.charCodeAt(0)};`);

/** `domains` are the gateway's; `users` send. Addresses are well-formed, as a server lets no others through. */
export function randomStanzas(
  seed: number,
  count: number,
  places: { readonly domains: readonly string[]; readonly users: readonly string[] },
): RandomStanza[] {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const locals = [
    '',
    '',
    '#verona%test',
    '#other%test',
    'nick%test',
    'test',
    '%',
    '%%',
    '#',
    '#%',
    '=',
    '=zz',
    '\\20',
    'h-aaaa',
    '+15551234567',
    'a'.repeat(900),
    'bücher%test',
    '#a\\2fb%test',
    'room-one',
    'benvolio',
  ];
  const resources = ['', '', '/romeo', '/nick', '/a b', '/😀', `/${'r'.repeat(1000)}`, '/@', '/%'];

  const element = (depth: number): string => {
    const name = pick(NAMES);
    const attributes = random() < 0.5 ? '' : ` ${pick(ATTRIBUTES)}='${escaped(pick(TEXTS))}'`;
    const ns = random() < 0.8 ? ` xmlns='${pick(NAMESPACES)}'` : '';
    let inner = random() < 0.4 ? escaped(pick(TEXTS)) : '';
    if (depth < 4) while (random() < 0.45) inner += element(depth + 1);
    return `<${name}${ns}${attributes}>${inner}</${name}>`;
  };
  return Array.from({ length: count }, (_, i) => {
    const name = pick(Object.keys(KINDS) as (keyof typeof KINDS)[]);
    const type = pick(KINDS[name]) || undefined;
    const id = random() < 0.93 ? `random-${i}` : undefined;
    const local = pick(locals);
    const to = `${local === '' ? '' : `${local}@`}${pick(places.domains)}${pick(resources)}`;
    const from = `${pick(places.users)}/${pick(['phone', 'laptop', 'web'])}`;
    let inner = '';
    if (name === 'iq') inner = random() < 0.9 ? element(0) : '';
    else while (random() < 0.6) inner += element(0);
    if (name === 'presence' && random() < 0.3) inner += `<x xmlns='http://jabber.org/protocol/muc'/>`;
    if (name === 'message' && random() < 0.5) inner += `<body>${escaped(pick(TEXTS))}</body>`;
    const attrs = `${type === undefined ? '' : ` type='${type}'`}${id === undefined ? '' : ` id='${id}'`} from='${escaped(from)}' to='${escaped(to)}'`;
    return { xml: `<${name}${attrs}>${inner}</${name}>`, name, type, id, from, to };
  });
}
