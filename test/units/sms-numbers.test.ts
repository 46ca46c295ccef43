// Numbers as people write them, and what stands for whoever texts.

import { expect, test } from 'vitest';
import { addressOf, contactOf, countryOf, parse, personOf, placeOf } from '../../adapters/sms/numbers.ts';
import { conversationId } from '../../src/model/ids.ts';

const written: readonly (readonly [typed: string, country: string, id: string])[] = [
  ['+15551234567', '', '+15551234567'],
  ['+1 (555) 123-4567', '', '+15551234567'],
  ['+1.555.123.4567', '', '+15551234567'],
  ['\u202a+1\u00a0555\u2011123\u20114567\u202c', '', '+15551234567'],
  ['0015551234567', '', '+15551234567'],
  ['555 123 4567', 'US', '+15551234567'],
  ['1-555-123-4567', 'US', '+15551234567'],
  ['011 44 7911 123456', 'US', '+447911123456'],
  ['070-123 45 67', 'SE', '+46701234567'],
  ['07911 123456', 'GB', '+447911123456'],
  ['+44 (0)7911 123456', '', '+447911123456'],
  ['06 698 12345', 'IT', '+390669812345'],
  ['tel:+1-555-123-4567', '', '+15551234567'],
  ['tel:555-1234;phone-context=+1555', '', '+15555551234'],
  ['TEL:%2B15551234567', '', '+15551234567'],
  ['sms:+15551234567?body=hello', '', '+15551234567'],
  ['sms://+15551234567', '', '+15551234567'],
  ['33733', 'US', '33733;phone-context=us'],
  ['72 001', 'DE', '72001;phone-context=de'],
  ['tel:33733;phone-context=us', '', '33733;phone-context=us'],
  ['33733;phone-context=US', '', '33733;phone-context=us'],
];
test.each(written)('%s in %j is %s', (typed, country, id) => {
  const place = parse(typed, countryOf(country));
  expect(place).toMatchObject({ conversation: id, kind: 'direct' });
  expect(parse(place.uri, undefined)).toEqual(place);
});

const refused: readonly (readonly [typed: string, country: string, why: RegExp])[] = [
  ['', 'US', /such as \+1/],
  ['romeo', 'US', /digits only/],
  ['1-800-FLOWERS', 'US', /digits only/],
  ['romeo@example.org', 'US', /digits only/],
  ['555 123 4567', '', /with \+ and the code/],
  ['33733', '', /with \+ and the code|of one country/],
  ['+123456789012345678', '', /too long/],
  ['+1555', '', /no possible/],
  ['+999 123 456 789', '', /no possible/],
  ['911', 'US', /Emergency/],
  ['112', '', /Emergency/],
  ['tel:999', 'GB', /Emergency/],
  ['tel:911;phone-context=us', '', /Emergency/],
  ['911;phone-context=US', '', /Emergency/],
  ['12', 'US', /no possible/],
  ['+1 555 123 4567 ext. 5', '', /digits only/],
  ['tel:+15551234567;ext=5', '', /extension/i],
  ['sms:+15551234567,+15551234568', '', /One number/],
  ['tel:%E0%A4%A', '', /valid address/],
  ['1+5551234567', 'US', /plus/],
  ['9'.repeat(300), 'US', /too long/],
];
test.each(refused)('%s in %j is refused in words', (typed, country, why) => {
  expect(() => parse(typed, countryOf(country))).toThrow(
    expect.objectContaining({ code: 'malformed', message: expect.stringMatching(why) }),
  );
});

test('a number that the metadata does not know as valid is taken all the same', () => {
  expect(parse('+1 555 000 0000', undefined).conversation).toBe('+15550000000');
});

test('whoever texts has an address that says how to answer, or that one can not', () => {
  const home = countryOf('SE');
  expect(contactOf('+15551234567', home)).toBe('+15551234567');
  expect(contactOf('72001', home)).toBe('72001;phone-context=se');
  const named = contactOf('Montague Co', home);
  expect(named).toBe(`${Buffer.from('Montague Co').toString('hex')};sender`);
  expect(contactOf('', home)).toBeUndefined();
  expect(contactOf('112', home)).toBe('112;phone-context=se');
  expect(contactOf('+12', home)).toBe('2b3132;sender');
  const of = (id: string | undefined) => [addressOf(conversationId(id ?? '')), personOf(conversationId(id ?? '')).nick];
  expect(of('+15551234567')).toEqual(['+15551234567', '+1 555 123 4567']);
  expect(of('72001;phone-context=se')).toEqual(['72001', '72001']);
  expect(of(named)).toEqual([undefined, 'Montague Co']);
});

test.each([
  '',
  '+1',
  '+0551234567',
  '15551234567',
  '+1 555 123 4567',
  '33733',
  '911;phone-context=xx',
  'zz;sender',
  'c3;sender',
  '2b3135353531323334353637;sender',
  '20;sender',
])('%j is no place', (id) => {
  expect(placeOf(conversationId(id))).toBeUndefined();
});
