// What becomes of each kind of command where the network lacks it, and how a body is made to fit.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Degrading, degrade } from '../../src/bridge/degrade.ts';
import { cutText, fitBody } from '../../src/bridge/fit.ts';
import type { Capabilities } from '../../src/model/capabilities.ts';
import { type AnyCommand, COMMAND_KINDS, type CommandKind } from '../../src/model/commands.ts';
import type { Body } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, messageId, participantId } from '../../src/model/ids.ts';
import { ONE_OF_EACH } from '../support/one-of-each.ts';

const PLAIN: Capabilities = {
  accepts: ['say'],
  reports: [],
  answers: [],
  text: { max: 1_000, unit: 'bytes', lines: 'many', styles: [] },
};
const NOTHING: Capabilities = { ...PLAIN, accepts: [] };
const ALL: Capabilities = { ...PLAIN, accepts: COMMAND_KINDS };
const about = (capabilities: Capabilities, reactionsInWords = false): Degrading => ({
  capabilities,
  reactionsInWords,
  refusesEdits: false,
  refusesLongTexts: false,
  nickOf: (id) => (id === 'u1' ? 'tybalt' : undefined),
});

const conversation = conversationId('#verona');
const who = participantId('u1');
const target = { by: 'network', ids: [messageId('n1')] } as const;
const body: Body = { kind: 'text', text: 'hello' };

/** What becomes of one of each kind where only lines can be said. */
const EXPECTED: { readonly [K in CommandKind]: string } = {
  join: 'refuse',
  leave: 'drop',
  say: 'say: hello',
  edit: 'say: * hello',
  retract: 'refuse',
  moderate: 'refuse',
  react: 'drop',
  type: 'drop',
  display: 'drop',
  setTopic: 'refuse',
  setPicture: 'refuse',
  setRank: 'refuse',
  eject: 'refuse',
  invite: 'refuse',
  accept: 'refuse',
  decline: 'drop',
  configure: 'refuse',
  create: 'refuse',
  destroy: 'refuse',
  add: 'drop',
  remove: 'drop',
  answer: 'drop',
  block: 'refuse',
  poke: 'refuse',
  appear: 'drop',
  watch: 'drop',
  setNick: 'refuse',
  setProfile: 'refuse',
  raw: 'refuse',
};

function short(command: AnyCommand, degrading: Degrading): string {
  const outcome = degrade(command, degrading);
  if (outcome.do !== 'perform') return outcome.do;
  return outcome.commands.map((one) => (one.kind === 'say' ? `say: ${one.body.text}` : one.kind)).join(' | ');
}

test.for(COMMAND_KINDS)('%s', (kind) => {
  const [command, expected] = [ONE_OF_EACH[kind], EXPECTED[kind]];
  expect(short(command, about(PLAIN))).toBe(expected);
  expect(short(command, about(ALL))).toBe(kind === 'say' ? 'say: hello' : kind);
  const outcome = degrade(command, about(NOTHING));
  expect(outcome.do).toBe(expected.startsWith('say') ? 'refuse' : expected);
  if (outcome.do === 'refuse') {
    expect(outcome.error.code).toBe('unsupported');
    expect(outcome.error.message).toMatch(/^[A-Z].*\.$/);
  }
});

test('what the network can do goes through as the same object', () => {
  const command = ONE_OF_EACH.say;
  expect(degrade(command, about(PLAIN))).toEqual({ do: 'perform', commands: [command] });
  const outcome = degrade(command, about(PLAIN));
  expect(outcome.do === 'perform' && outcome.commands[0]).toBe(command);
});

test('reactions are said in words for those who want that, their withdrawal is not', () => {
  const command = ONE_OF_EACH.react;
  expect(short(command, about(PLAIN, true))).toBe('say: reacts with 👍');
  expect(short({ ...command, emoji: [] }, about(PLAIN, true))).toBe('drop');
});

test('a correction that is too long for one message is refused where it is a correction', () => {
  const long = { ...ONE_OF_EACH.edit, body: { kind: 'text', text: 'x'.repeat(1_001) } } as const;
  expect(short(long, about(ALL))).toBe('refuse');
  expect(short(long, about(PLAIN))).toMatch(/^say: \* x+ \| say: x+$/);
});

const nickOf = about(PLAIN).nickOf;
const fit = (given: Partial<Body>, able: Partial<Capabilities> = {}): readonly Body[] =>
  fitBody({ ...body, ...given }, { ...PLAIN, ...able }, nickOf);
const texts = (given: Partial<Body>, able: Partial<Capabilities> = {}): readonly string[] =>
  fit(given, able).map(({ text }) => text);
const limits = (max: number, lines: 'many' | 'one' = 'many', unit: 'bytes' | 'characters' = 'bytes') => ({
  text: { max, unit, lines, styles: [] },
});

test('replies are quoted where there are none, with the nick of the author', () => {
  const replyTo = { target, author: who, quote: 'What, drawn,\nand talk of peace?' };
  expect(texts({ replyTo })).toEqual(['> tybalt: What, drawn,\n> and talk of peace?\nhello']);
  expect(texts({ replyTo }, limits(1_000, 'one'))).toEqual(['tybalt: "What, drawn, and talk of peace?" — hello']);
  expect(texts({ replyTo: { target, author: who } })).toEqual(['tybalt: hello']);
  expect(texts({ replyTo: { target } })).toEqual(['hello']);
  expect(fit({ replyTo }, { replies: true })).toEqual([{ ...body, replyTo }]);
  const [long = ''] = texts({ replyTo: { target, quote: 'x'.repeat(500) } });
  expect(long).toBe(`> ${'x'.repeat(119)}…\nhello`);
});

test('files are linked where they can not be carried, each once', () => {
  const attachments = [
    { url: 'https://a/1.png', mediaType: 'image/png', bytes: 10 },
    { url: 'https://a/2.pdf', mediaType: 'application/pdf' },
  ];
  expect(fit({ attachments })).toEqual([{ kind: 'text', text: 'hello\nhttps://a/1.png\nhttps://a/2.pdf' }]);
  expect(texts({ text: 'https://a/1.png', attachments })).toEqual(['https://a/1.png\nhttps://a/2.pdf']);
  expect(texts({ text: '', attachments })).toEqual(['https://a/1.png\nhttps://a/2.pdf']);
  const images = { attachments: { maxBytes: 10, mediaTypes: ['image/*'] } };
  expect(fit({ attachments }, images)).toEqual([
    { kind: 'text', text: 'hello\nhttps://a/2.pdf', attachments: [attachments[0]] },
  ]);
  expect(texts({ attachments }, { attachments: { maxBytes: 9, mediaTypes: ['*/*'] } })).toEqual([
    'hello\nhttps://a/1.png',
  ]);
});

test('styles and threads that the network lacks are taken off, the text stays', () => {
  const spans = [
    { style: 'strong', start: 0, end: 2 },
    { style: 'code', start: 2, end: 5 },
  ] as const;
  expect(fit({ spans, thread: 't' })).toEqual([body]);
  const able = { text: { ...PLAIN.text, styles: ['code'] }, threads: true } as const;
  expect(fit({ spans, thread: 't' }, able)).toEqual([{ ...body, thread: 't', spans: [spans[1]] }]);
});

test('marked stretches keep their place behind a quote, and through a cut', () => {
  const able = { text: { max: 8, unit: 'characters', lines: 'many', styles: ['strong'] } } as const;
  const spans = [{ style: 'strong', start: 2, end: 10 }] as const;
  expect(fit({ text: '😀bcdefghijkl', spans }, able)).toEqual([
    { kind: 'text', text: '😀bcdefgh', spans: [{ style: 'strong', start: 2, end: 8 }] },
    { kind: 'text', text: 'ijkl', spans: [{ style: 'strong', start: 0, end: 2 }] },
  ]);
  const quoted = fit(
    { text: 'ok', spans: [{ style: 'strong', start: 0, end: 2 }], replyTo: { target, quote: '😀' } },
    { ...able, text: { ...able.text, max: 100 } },
  );
  expect(quoted).toMatchObject([{ text: '> 😀\nok', spans: [{ start: 4, end: 6 }] }]);
});

test('lines become messages where a message is a line, empty ones do not', () => {
  expect(texts({ text: 'one\r\n\n  \ntwo\n' }, limits(100, 'one'))).toEqual(['one', 'two']);
  expect(texts({ text: 'one\ntwo' }, limits(100))).toEqual(['one\ntwo']);
  expect(
    degrade(
      { kind: 'say', conversation, body: { kind: 'text', text: '\n \n' } },
      about({ ...PLAIN, ...limits(100, 'one') }),
    ),
  ).toEqual({ do: 'drop' });
});

test('texts are cut between words, then between graphemes, then between code points', () => {
  expect(texts({ text: 'wherefore art thou' }, limits(14))).toEqual(['wherefore art ', 'thou']);
  expect(texts({ text: 'aaaaaaaaaa' }, limits(4))).toEqual(['aaaa', 'aaaa', 'aa']);
  const family = '👨‍👩‍👧';
  expect(texts({ text: `abc${family}d` }, limits(20))).toEqual(['abc', `${family}d`]);
  expect(texts({ text: 'e\u0301e\u0301e\u0301' }, limits(4))).toEqual(['e\u0301', 'e\u0301', 'e\u0301']);
  expect(texts({ text: `e${'\u0301'.repeat(6)}` }, limits(5))).toEqual([
    'e\u0301\u0301',
    '\u0301\u0301',
    '\u0301\u0301',
  ]);
});

test('characters are code points, bytes are UTF-8', () => {
  expect(texts({ text: '😀😀😀' }, limits(3, 'many', 'characters'))).toEqual(['😀😀😀']);
  expect(texts({ text: '😀😀😀' }, limits(8))).toEqual(['😀😀', '😀']);
});

test('more than eight messages for one are refused, and quickly', () => {
  expect(texts({ text: 'a\n'.repeat(8) }, limits(100, 'one'))).toHaveLength(8);
  expect(() => texts({ text: 'a\n'.repeat(9) }, limits(100, 'one'))).toThrow(BridgeError);
  const before = performance.now();
  expect(() => texts({ text: 'e\u0301'.repeat(1_000_000) }, limits(100))).toThrow(BridgeError);
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('the pieces of any text fit, and together are the text', () => {
  const unit = fc.constantFrom('bytes', 'characters');
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 4, max: 60 }),
      unit,
      (text, max, of) => {
        const pieces = cutText(text, { max, unit: of, lines: 'many', styles: [] });
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        for (const piece of pieces) {
          const size = of === 'bytes' ? Buffer.byteLength(piece.text) : Array.from(piece.text).length;
          expect(size).toBeLessThanOrEqual(max);
          expect(Array.from(text).slice(piece.start).join('').startsWith(piece.text)).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});
