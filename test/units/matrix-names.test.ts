// Written names of Matrix, there and back.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { directWith, Names, personOf, placeOf } from '../../adapters/matrix/names.ts';
import { conversationId } from '../../src/model/ids.ts';

const names = new Names({ serverName: 'example.org' });
const anywhere = new Names({ serverName: undefined });

test.each([
  ['@juliet:example.org', 'juliet:example.org', 'matrix:u/juliet:example.org'],
  ['juliet:Example.ORG', 'juliet:example.org', 'matrix:u/juliet:example.org'],
  ['@Juliet:example.org:8448', 'Juliet:example.org:8448', 'matrix:u/Juliet:example.org:8448'],
  ['@a:[2001:db8::1]:8448', 'a:[2001:db8::1]:8448', 'matrix:u/a:%5B2001:db8::1%5D:8448'],
  ['@#odd:example.org', '@#odd:example.org', 'matrix:u/%23odd:example.org'],
  ['@@odd:example.org', '@@odd:example.org', 'matrix:u/%40odd:example.org'],
  ['@a/b:example.org', 'a/b:example.org', 'matrix:u/a%2Fb:example.org'],
  ['#Verona:example.org', '#Verona:example.org', 'matrix:r/Verona:example.org'],
  ['!AbC:example.org', '!AbC:example.org', 'matrix:roomid/AbC:example.org'],
  ['!AbC-12_x', '!AbC-12_x', 'matrix:roomid/AbC-12_x'],
  ['MATRIX:R/verona:example.org?action=join', '#verona:example.org', 'matrix:r/verona:example.org'],
  ['matrix:roomid/AbC:example.org/e/event?via=a.example', '!AbC:example.org', 'matrix:roomid/AbC:example.org'],
  ['https://matrix.to/#/@juliet:example.org', 'juliet:example.org', 'matrix:u/juliet:example.org'],
  ['https://matrix.to/#/%23verona%3Aexample.org', '#verona:example.org', 'matrix:r/verona:example.org'],
  ['https://matrix.to/#/!AbC:example.org/$event?via=a.example', '!AbC:example.org', 'matrix:roomid/AbC:example.org'],
  ['@juliet', 'juliet:example.org', 'matrix:u/juliet:example.org'],
  ['#verona', '#verona:example.org', 'matrix:r/verona:example.org'],
])('%s is %s', (typed, conversation, uri) => {
  const place = names.parse(typed);
  expect(place).toMatchObject({ conversation, uri });
  expect(names.parse(uri)).toEqual(place);
  expect(placeOf(place.conversation)).toEqual(place);
});

test.each([
  'juliet',
  '',
  '@',
  '@juliet:',
  '@:example.org',
  '@a b:example.org',
  '@a:b c',
  'matrix:x/a:b.c',
  'xmpp:a@b.c',
])('%j is none', (typed) => {
  expect(() => names.parse(typed)).toThrow(expect.objectContaining({ code: 'malformed' }));
});

test('without a server of its own a gateway wants one', () => {
  expect(() => anywhere.parse('@juliet')).toThrow(expect.objectContaining({ code: 'malformed' }));
});

test('a name without a server is on that of the account', () => {
  expect(anywhere.parse('@juliet', 'capulet.example').conversation).toBe('juliet:capulet.example');
  expect(names.parse('#verona', 'capulet.example').conversation).toBe('#verona:capulet.example');
  expect(names.parse('@juliet:example.org', 'capulet.example').conversation).toBe('juliet:example.org');
  const forms = /@name:capulet\.example, #room:capulet\.example/;
  expect(() => names.parse('juliet', 'capulet.example')).toThrow(forms);
});

test('servers that were named with a room are remembered for the join', () => {
  anywhere.parse('https://matrix.to/#/!room?via=a.example&via=b.example&via=not%20a%20server');
  expect(anywhere.via('!room')).toEqual(['a.example', 'b.example']);
  expect(anywhere.via('!other:c.example')).toEqual(['c.example']);
  expect(anywhere.via('!nothing')).toEqual([]);
});

test('a person has one conversation, and it is hers', () => {
  const local = fc.string({
    unit: fc.constantFrom(...Array.from('aZ09._=-/+!#$@é🌹\\&<')),
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(local, (name) => {
      const person = `@${name}:example.org`;
      const conversation = directWith(person);
      expect(placeOf(conversation)?.kind).toBe('direct');
      expect(personOf(conversation)).toBe(person);
    }),
  );
  expect(placeOf(conversationId(`${'a'.repeat(250)}:example.org`))).toBeUndefined();
});
