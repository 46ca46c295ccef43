// Client tags of IRC: written so that the line holds, and only where the server passes them on.

import { expect, test } from 'vitest';
import { UNKNOWN_FEATURES, withTokens } from '../../adapters/irc/isupport.ts';
import { parseLine, tagOf } from '../../adapters/irc/line.ts';
import { answeredIn, passesOn, REACT, REPLY, TYPING, withTags } from '../../adapters/irc/tags.ts';

const TAGGED = new Set(['message-tags']);

test.each(['👍', 'a b', 'semi;colon', 'back\\slash', 'line\r\nend', ''])(
  'the value %j comes back as it was',
  (value) => {
    const line = withTags({ label: '1', [REACT]: value }, 'TAGMSG #verona');
    expect(line).not.toMatch(/[\r\n]/);
    const read = parseLine(line);
    expect([read?.command, read?.params]).toEqual(['TAGMSG', ['#verona']]);
    expect(tagOf(read?.tags ?? '', REACT)).toBe(value);
    expect(withTags({}, 'PRIVMSG #verona :hello')).toBe('PRIVMSG #verona :hello');
  },
);

test.each([
  ['', [true, true]],
  ['CLIENTTAGDENY=', [true, true]],
  ['CLIENTTAGDENY=typing', [false, true]],
  ['CLIENTTAGDENY=*', [false, false]],
  ['CLIENTTAGDENY=*,-draft/react', [false, true]],
] as const)('with %j typing and reactions are passed on: %j', (token, passed) => {
  const features = withTokens(UNKNOWN_FEATURES, token === '' ? [] : [token]);
  expect([TYPING, REACT].map((tag) => passesOn(features, TAGGED, tag))).toEqual(passed);
  expect([TYPING, REACT].some((tag) => passesOn(features, new Set(), tag))).toBe(false);
});

test('the message that is answered, under both names of the tag', () => {
  for (const tag of [REPLY, '+reply']) {
    const line = parseLine(`@${tag}=a1 :b!b@h PRIVMSG #verona :hello`);
    expect(line && answeredIn(line)).toBe('a1');
  }
  const plain = parseLine(`@+draft/reply= :b!b@h PRIVMSG #verona :hello`);
  expect(plain && answeredIn(plain)).toBeUndefined();
});
