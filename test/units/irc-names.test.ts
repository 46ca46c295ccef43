import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adapter } from '../../adapters/irc/index.ts';
import { Names } from '../../adapters/irc/names.ts';
import { readSettings } from '../../adapters/irc/settings.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { accountKey, conversationId, participantId } from '../../src/model/ids.ts';
import type { Network } from '../../src/model/network.ts';
import { inEnglish } from '../../src/model/words.ts';

const libera = { host: 'irc.libera.chat', port: 6697 };
const open = adapter.create({
  servers: { libera, Local: { host: '127.0.0.1', port: 6000, tls: false } },
  allowAnyServer: true,
});
const fixed = adapter.create({ servers: { libera }, fixedServer: 'libera' });
const single = adapter.create({ servers: { libera } });
const oftc = { host: 'irc.oftc.net', port: 6697 };
const several = new Names(readSettings({ servers: { libera, oftc } }));

function failure(task: () => unknown): BridgeError {
  try {
    task();
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what people type', () => {
  test.each([
    ['#Verona%libera', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['  #verona%libera ', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['#verona@libera', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['#verona libera', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['#verona on irc.libera.chat', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['#50%%libera', '#50%%libera', 'group', 'irc://irc.libera.chat/%2350%25'],
    ['##c%libera', '##c%libera', 'group', 'irc://irc.libera.chat/%23%23c'],
    ['#a@b%libera', '#a@b%libera', 'group', 'irc://irc.libera.chat/%23a%40b'],
    ['Benvolio%libera', 'benvolio%libera', 'direct', 'irc://irc.libera.chat/benvolio,isnick'],
    ['benvolio@irc.oftc.net', 'benvolio%irc.oftc.net', 'direct', 'irc://irc.oftc.net/benvolio,isnick'],
    ['n[x]%LOCAL', 'n[x]%local', 'direct', 'irc://127.0.0.1:6000/n%5Bx%5D,isnick'],
    ['libera', 'libera', 'server', 'irc://irc.libera.chat/'],
    ['irc.oftc.net', 'irc.oftc.net', 'server', 'irc://irc.oftc.net/'],
    ['irc.oftc.net:6700', 'irc.oftc.net:6700', 'server', 'irc://irc.oftc.net:6700/'],
    ['irc.oftc.net:6697', 'irc.oftc.net', 'server', 'irc://irc.oftc.net/'],
    ['irc://irc.libera.chat/verona', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['ircs://irc.libera.chat:6697/%23verona', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['irc://libera/#verona?key=x', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
    ['irc://irc.oftc.net:7000/Nick,isnick', 'nick%irc.oftc.net:7000', 'direct', 'irc://irc.oftc.net:7000/nick,isnick'],
    ['irc://irc.oftc.net/', 'irc.oftc.net', 'server', 'irc://irc.oftc.net/'],
    ['irc:irc.oftc.net/a', '#a%irc.oftc.net', 'group', 'irc://irc.oftc.net/%23a'],
    ['benvolio irc.oftc.net', 'benvolio%irc.oftc.net', 'direct', 'irc://irc.oftc.net/benvolio,isnick'],
    ['benvolio on libera', 'benvolio%libera', 'direct', 'irc://irc.libera.chat/benvolio,isnick'],
    ['benvolio!ben@verona.lit%libera', 'benvolio%libera', 'direct', 'irc://irc.libera.chat/benvolio,isnick'],
    ['irc://irc.libera.chat:6667/verona', '#verona%libera', 'group', 'irc://irc.libera.chat/%23verona'],
  ])('%s', (typed, conversation, kind, uri) => {
    expect(open.parse(typed)).toEqual({ conversation, kind, uri });
  });

  test.each([
    ['#verona', '#verona', 'group'],
    ['Benvolio', 'benvolio', 'direct'],
    ['#verona%libera', '#verona', 'group'],
    ['irc://irc.libera.chat/verona', '#verona', 'group'],
    ['libera%', 'libera', 'direct'],
    ['benvolio!ben@verona.lit', 'benvolio', 'direct'],
    ['irc.libera.chat', '', 'server'],
    ['irc:#verona', '#verona', 'group'],
  ])('%s on a gateway fixed to one server', (typed, conversation, kind) => {
    expect(fixed.parse(typed)).toMatchObject({ conversation, kind });
  });

  test.each([
    ['#verona', '#verona%libera'],
    ['Benvolio', 'benvolio%libera'],
    [' Benvolio ', 'benvolio%libera'],
    ['n[x]', 'n[x]%libera'],
    ['benvolio!ben@verona.lit', 'benvolio%libera'],
    ['irc:#verona', '#verona%libera'],
    ['irc:%23verona', '#verona%libera'],
    ['irc:///verona', '#verona%libera'],
    ['irc:///benvolio,isnick', 'benvolio%libera'],
    ['libera', 'libera'],
    ['IRC.libera.chat', 'libera'],
  ])('%s alone is enough where there is one server', (typed, conversation) => {
    expect(single.parse(typed).conversation).toBe(conversation);
  });

  test('with one account, its server is meant; what names a server is that one', () => {
    const home = (typed: string, ...accounts: string[]): string => several.parse(typed, accounts).conversation;
    expect(home('Benvolio', 'oftc')).toBe('benvolio%oftc');
    expect(home('#verona', 'oftc')).toBe('#verona%oftc');
    expect(home('irc:///verona', 'libera')).toBe('#verona%libera');
    expect(home('benvolio%libera', 'oftc')).toBe('benvolio%libera');
    expect(home('libera', 'oftc')).toBe('libera');
  });

  test.each([
    ['benvolio', [], 'benvolio%libera or benvolio%oftc'],
    ['Benvolio!ben@verona.lit', [], 'Benvolio%libera or Benvolio%oftc'],
    ['#verona', [], '#verona%libera or #verona%oftc'],
    ['benvolio', ['oftc', 'libera'], 'benvolio%oftc or benvolio%libera'],
  ])(
    '%s with accounts %j might be on any of several servers, and is asked back with all its forms',
    (typed, accounts, forms) => {
      const error = failure(() => several.parse(typed, accounts));
      expect(error.code).toBe('malformed');
      expect(error.message).toBe(`On which server is “${typed.replace(/!.*/, '')}”? Write ${forms}.`);
    },
  );
  test('where any server may be typed, a name alone is not enough', () => {
    expect(failure(() => open.parse('benvolio')).message).toContain('Write benvolio%libera or benvolio%local');
    const any = new Names(readSettings({ allowAnyServer: true }));
    expect(failure(() => any.parse('benvolio')).message).toContain('Write benvolio%irc.example.org');
  });

  test.each([
    'benvolio%nosuch',
    'benvolio@nosuch',
    'benvolio on nosuch',
    '#verona%irc.oftc.net',
    'irc.oftc.net',
    'irc://nosuch/x',
  ])('%s is of a server that is not served here', (typed) => {
    const { unserved = '' } = single.parse(typed);
    expect(inEnglish(unserved)).toMatch(
      /^There is no server “(nosuch|irc\.oftc\.net)” on this gateway\. Known: libera\.$/,
    );
    expect(single.placeOf(single.parse(typed).conversation)?.unserved).toBeDefined();
  });
  test('of a server that might be a nick it is said how that is written', () => {
    expect(inEnglish(single.placeOf(conversationId('benvolio'))?.unserved ?? '')).toBe(
      'There is no server “benvolio” on this gateway. Known: libera. A nick is written benvolio%libera.',
    );
    expect(inEnglish(single.placeOf(conversationId('irc.oftc.net'))?.unserved ?? '')).toBe(
      'There is no server “irc.oftc.net” on this gateway. Known: libera.',
    );
  });

  test.each([
    '',
    '   ',
    '#a,b%libera',
    '#%libera',
    'a b c',
    'two words',
    '#two words',
    'nick!user%libera',
    '%',
    '#x%',
    '#x%bad_host!',
    'irc://',
    `#${'x'.repeat(500)}%libera`,
  ])('%j is refused with a word on what is expected', (typed) => {
    const error = failure(() => open.parse(typed));
    expect(error.code).toBe('malformed');
    expect(error.message).toMatch(/write #channel%libera, nick%libera/);
  });
  test('another server than the only one', () => {
    expect(failure(() => fixed.parse('#verona%oftc')).message).toBe('This gateway is for libera only.');
  });
});

describe('ids', () => {
  test('a place is found again by its own id, whatever the name', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((tail) => `#${tail}`),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.stringMatching(/^[\udc80-\udcff#%@a-z]{1,10}$/),
    );
    fc.assert(
      fc.property(name, fc.constantFrom(open, fixed), (written: string, network: Network) => {
        const id = conversationId(network === fixed ? written : `${written}%libera`);
        const place = network.placeOf(id);
        if (place === undefined) return;
        expect(network.placeOf(place.conversation)).toEqual(place);
        if (place.kind === 'server') return;
        expect(network.accountOf(place.conversation)).toBe(network === fixed ? '' : 'libera');
        if (place.kind === 'direct')
          expect(network.directOf(participantId(place.conversation))).toBe(place.conversation);
        else expect(network.directOf(participantId(place.conversation))).toBeUndefined();
      }),
      { numRuns: 5000 },
    );
  });

  test('only A to Z is folded', () => {
    expect(open.placeOf(conversationId('#ÜBER[X]%libera'))?.conversation).toBe('#Über[x]%libera');
  });

  test.each(['#a b%libera', 'a,b%libera', '#a%no server', '%libera%', '#x%'])('%j can not exist', (id) => {
    expect(open.placeOf(conversationId(id))).toBeUndefined();
  });

  test('the empty id is the only server of a fixed gateway, and nothing elsewhere', () => {
    expect(fixed.placeOf(conversationId(''))).toEqual({
      conversation: '',
      kind: 'server',
      uri: 'irc://irc.libera.chat/',
    });
    expect(open.placeOf(conversationId(''))).toBeUndefined();
  });

  test('commands of one connection share a lane', () => {
    const lane = open.laneOf({ kind: 'leave', conversation: conversationId('#a%libera') });
    expect(open.laneOf({ kind: 'setNick', account: accountKey('libera'), nick: 'x' })).toBe(lane);
    expect(open.laneOf({ kind: 'leave', conversation: conversationId('#a%local') })).not.toBe(lane);
  });

  test('answers name their account', () => {
    expect(open.accountFor?.({ server: 'irc.libera.chat', nick: 'x' })).toBe('libera');
    expect(open.accountFor?.({ server: 'irc.oftc.net' })).toBe('irc.oftc.net');
    expect(open.accountFor?.({ nick: 'x' })).toBeUndefined();
    expect(fixed.accountFor?.({})).toBe('');
  });
});

describe('the operator', () => {
  test.each([
    [{}, 'servers'],
    [{ servers: { 'a b': libera } }, 'servers'],
    [{ servers: { a: { host: '' } } }, 'servers'],
    [{ servers: { a: libera, A: libera } }, 'servers'],
    [{ servers: { a: { ...libera, encoding: 'nope' } } }, 'servers'],
    [{ servers: { a: libera }, fixedServer: 'b' }, 'fixedServer'],
  ])('is told what is wrong with %j', (settings, field) => {
    const error = failure(() => adapter.create(settings));
    expect(error.code).toBe('malformed');
    expect(error.details.field).toBe(field);
  });

  test('asks only for what must be asked', () => {
    const asked = (network: Network): string[] => network.signInForm.map((field) => field.name);
    expect(asked(fixed)).toEqual(['nick', 'account', 'password', 'serverPassword']);
    expect(single.signInForm[0]).toMatchObject({
      type: 'choice',
      name: 'server',
      choices: [{ value: 'libera', label: 'libera' }],
    });
    expect(asked(open)).toEqual(['server', 'tls', 'port', 'nick', 'account', 'password', 'serverPassword']);
  });
});
