import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldAscii, foldOf } from '../../adapters/irc/casemapping.ts';
import { CtcpAnswers, readCtcp, writeCtcp } from '../../adapters/irc/ctcp.ts';
import { readFormatting } from '../../adapters/irc/formatting.ts';
import { UNKNOWN_FEATURES, withTokens } from '../../adapters/irc/isupport.ts';
import { formatLine, nickOf, parseLine, parseSource, tagOf } from '../../adapters/irc/line.ts';
import { modeFor, rankChange, rankOf, readModes, traitsOf, withMode, withSign } from '../../adapters/irc/modes.ts';
import { systemClock } from '../support/irc-world.ts';

describe('lines', () => {
  test.each([
    ['PING :a b', { tags: '', source: '', command: 'PING', params: ['a b'] }],
    [':n!u@h privmsg #c ::)', { tags: '', source: 'n!u@h', command: 'PRIVMSG', params: ['#c', ':)'] }],
    ['@a=1;b :s 353 me = #c :x y ', { tags: 'a=1;b', source: 's', command: '353', params: ['me', '=', '#c', 'x y '] }],
    [':s   001    me', { tags: '', source: 's', command: '001', params: ['me'] }],
    ['MODE #c +o  nick', { tags: '', source: '', command: 'MODE', params: ['#c', '+o', 'nick'] }],
    ['AWAY :', { tags: '', source: '', command: 'AWAY', params: [''] }],
  ])('%s', (text, expected) => {
    expect(parseLine(text)).toEqual(expected);
  });

  test.each(['', '   ', ':only-a-source', '@tags', '@t :s ', ':'])('%j has no command', (text) => {
    expect(parseLine(text)).toBeUndefined();
  });

  test('any text is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void parseLine(text)),
      { numRuns: 2000 },
    );
  });

  test('what was formatted is one line and read back', () => {
    const middle = fc.stringMatching(/^[!-9;-~][!-~]{0,10}$/);
    fc.assert(
      fc.property(fc.array(middle, { maxLength: 4 }), fc.string({ unit: 'grapheme' }), (middles, last) => {
        const line = formatLine('CMD', ...middles, last);
        expect(line).not.toMatch(/[\r\n\0]/);
        expect(parseLine(line)?.params).toEqual([...middles, last.replace(/[\r\n\0]+/g, ' ')]);
      }),
    );
  });

  test('tags are found by name and unescaped', () => {
    const tags = 'time=2026-01-01T00:00:00.000Z;+draft/x;label=a\\sb\\:c\\\\d\\';
    expect(tagOf(tags, 'label')).toBe('a b;c\\d');
    expect(tagOf(tags, '+draft/x')).toBe('');
    expect(tagOf(tags, 'lab')).toBeUndefined();
    expect(tagOf('', 'label')).toBeUndefined();
  });

  test('sources', () => {
    expect(nickOf('n!u@h')).toBe('n');
    expect(nickOf('irc.example.org')).toBe('irc.example.org');
    expect(parseSource('n!u@h')).toEqual({ nick: 'n', user: 'u', host: 'h' });
    expect(parseSource('n@h')).toEqual({ nick: 'n', user: '', host: 'h' });
  });
});

describe('case mappings', () => {
  test.each([
    ['ascii', 'A[]\\~Ä', 'a[]\\~Ä'],
    ['rfc1459', 'A[]\\~Ä', 'a{}|^Ä'],
    ['rfc1459-strict', 'A[]\\~Ä', 'a{}|~Ä'],
    ['strict-rfc1459', '[', '{'],
    ['rfc7613', 'AÄ', 'aä'],
    [undefined, 'N[', 'n{'],
    ['who-knows', 'N[', 'n{'],
  ])('%s', (mapping, name, folded) => {
    expect(foldOf(mapping)(name)).toBe(folded);
  });
  test('addresses fold A to Z only', () => {
    expect(foldAscii('#Über[X]')).toBe('#Über[x]');
  });
});

describe('formatting codes', () => {
  test.each([
    ['plain', { text: 'plain' }],
    [
      '\x02bold\x02 and \x1ditalic\x0f not',
      {
        text: 'bold and italic not',
        spans: [
          ['strong', 0, 4],
          ['emphasis', 9, 15],
        ],
      },
    ],
    ['\x0304,12red\x03 12', { text: 'red 12' }],
    ['\x0312345', { text: '345' }],
    ['\x04ff00ffx\x16y\x1fz', { text: 'xyz' }],
    [
      '\x1estrike\x1e\x11code',
      {
        text: 'strikecode',
        spans: [
          ['strike', 0, 6],
          ['code', 6, 10],
        ],
      },
    ],
    ['🎭\x02🎭', { text: '🎭🎭', spans: [['strong', 1, 2]] }],
    ['\x02\x02', { text: '' }],
    ['a\x07b\x00c', { text: 'abc' }],
  ])('%j', (raw, { text, spans }: { text: string; spans?: (string | number)[][] }) => {
    const read = readFormatting(raw);
    expect(read.text).toBe(text);
    expect(read.spans?.map((span) => [span.style, span.start, span.end])).toEqual(spans);
  });
});

describe('CTCP', () => {
  test('is read with and without its end', () => {
    expect(readCtcp('\x01ACTION waves\x01')).toEqual({ command: 'ACTION', text: 'waves' });
    expect(readCtcp('\x01version')).toEqual({ command: 'VERSION', text: '' });
    expect(readCtcp('no')).toBeUndefined();
    expect(readCtcp('\x01')).toEqual({ command: '', text: '' });
    expect(writeCtcp('ACTION', 'a\x01b')).toBe('\x01ACTION ab\x01');
  });
  test('is answered once in five seconds, and not at all for what we do not know', () => {
    let now = 0;
    const answers = new CtcpAnswers({ ...systemClock, monotonic: () => now });
    expect(answers.answer({ command: 'DCC', text: 'SEND x' })).toBeUndefined();
    expect(answers.answer({ command: 'PING', text: '42' })).toBe('\x01PING 42\x01');
    expect(answers.answer({ command: 'VERSION', text: '' })).toBeUndefined();
    now = 5001;
    expect(answers.answer({ command: 'VERSION', text: '' })).toBe('\x01VERSION Viaduct XMPP gateway\x01');
  });
});

describe('what servers announce', () => {
  test('is taken over token by token', () => {
    const features = withTokens(UNKNOWN_FEATURES, [
      'CASEMAPPING=ascii',
      'CHANTYPES=#',
      'PREFIX=(ov)@+',
      'CHANMODES=b,k,l,imnpst',
      'NETWORK=Some\\x20Net',
      'NICKLEN=16',
      'TOPICLEN=307',
      'KICKLEN=255',
      'AWAYLEN=0',
      'LINELEN=1024',
      'UTF8ONLY',
    ]);
    expect(features).toMatchObject({
      channelTypes: '#',
      prefixModes: 'ov',
      prefixSigns: '@+',
      modeKinds: ['b', 'k', 'l', 'imnpst'],
      network: 'Some Net',
      nickLength: 16,
      topicLength: 307,
      kickLength: 255,
      lineLength: 1024,
      utf8Only: true,
    });
    expect(features.fold('[A')).toBe('[a');
    expect(features.awayLength).toBeUndefined();
  });
  test('nonsense changes nothing', () => {
    const features = withTokens(UNKNOWN_FEATURES, [
      'PREFIX=(ov@+',
      'PREFIX=(ovh)@+',
      'LINELEN=9',
      'NICKLEN=x',
      '=',
      '',
    ]);
    expect(features).toEqual(UNKNOWN_FEATURES);
    expect(withTokens(UNKNOWN_FEATURES, ['CHANMODES']).modeKinds).toEqual(['', '', '', '']);
    expect(withTokens(UNKNOWN_FEATURES, ['PREFIX']).prefixSigns).toBe('');
  });
});

describe('modes', () => {
  const features = withTokens(UNKNOWN_FEATURES, ['PREFIX=(Yqaohv)!~&@%+', 'CHANMODES=beI,k,l,imnpst']);

  test.each([
    [
      '+o-v',
      ['a', 'b'],
      [
        { on: true, mode: 'o', param: 'a' },
        { on: false, mode: 'v', param: 'b' },
      ],
    ],
    [
      '+kl',
      ['key', '5'],
      [
        { on: true, mode: 'k', param: 'key' },
        { on: true, mode: 'l', param: '5' },
      ],
    ],
    [
      '-l+m',
      [],
      [
        { on: false, mode: 'l' },
        { on: true, mode: 'm' },
      ],
    ],
    ['-k', [], [{ on: false, mode: 'k' }]],
    ['+b', [], []],
    [
      'nt',
      [],
      [
        { on: true, mode: 'n' },
        { on: true, mode: 't' },
      ],
    ],
  ])('%s %j', (letters, params, changes) => {
    expect(readModes(features, letters, params)).toEqual(changes);
  });

  test.each([
    ['', 'member'],
    ['!', 'admin'],
    ['~', 'owner'],
    ['&@', 'admin'],
    ['@+', 'admin'],
    ['%', 'helper'],
    ['+', 'voiced'],
    ['?', 'member'],
  ])('%s stands for %s', (signs, rank) => {
    expect(rankOf(features, signs)).toBe(rank);
  });

  test('signs stay in order as they come and go', () => {
    expect(withSign(features, '+', { on: true, mode: 'o' })).toBe('@+');
    expect(withSign(features, '@+', { on: true, mode: 'q' })).toBe('~@+');
    expect(withSign(features, '~@+', { on: false, mode: 'o' })).toBe('~+');
  });

  test.each([
    ['', 'voiced', '+v'],
    ['@+', 'voiced', '-o'],
    ['@', 'voiced', '-o+v'],
    ['~@', 'member', '-qo'],
    ['', 'member', ''],
    ['%', 'admin', '+o'],
    ['@', 'moderator', ''],
  ] as const)('from %j to %s', (signs, rank, letters) => {
    expect(rankChange(features, signs, modeFor(features, rank))).toBe(letters);
  });

  test('a server without half-operators has no mode for helpers', () => {
    expect(modeFor(withTokens(features, ['PREFIX=(ov)@+']), 'helper')).toBe('');
  });

  test('what modes let people do', () => {
    let modes = '';
    for (const change of readModes(features, '+imk-i+t', ['key'])) modes = withMode(modes, change);
    expect(traitsOf(modes, 'member')).toEqual({
      membersOnly: false,
      moderated: true,
      hidden: false,
      passwordProtected: true,
      topicOpen: false,
    });
    expect(traitsOf('t', 'helper').topicOpen).toBe(true);
    expect(traitsOf('', 'member').topicOpen).toBe(true);
  });
});
