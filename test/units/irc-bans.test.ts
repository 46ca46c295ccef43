import { expect, test } from 'vitest';
import { banMask, maskFits, maskOf, RecentBans } from '../../adapters/irc/bans.ts';
import { ONLINE } from '../../src/model/conversation.ts';
import { participantId } from '../../src/model/ids.ts';
import { ManualClock } from '../support/manual-clock.ts';

const mercutio = { id: participantId('mercutio%test'), nick: 'Mercutio', rank: 'member', presence: ONLINE } as const;

function recentBans(): { readonly bans: RecentBans; readonly clock: ManualClock } {
  const clock = new ManualClock();
  return { bans: new RecentBans({ clock, fold: (nick) => nick.toLowerCase() }), clock };
}

test('a kick is a ban’s while that is young, stands, and is hers, however it is written', () => {
  const { bans, clock } = recentBans();
  expect(bans.fits(mercutio)).toBe(false);
  bans.set('MERCUTIO!*@*');
  expect(bans.fits(mercutio)).toBe(true);
  expect(bans.fits({ ...mercutio, nick: 'benvolio' })).toBe(false);
  bans.lift('mercutio!*@*');
  expect(bans.fits(mercutio)).toBe(false);
  bans.set('*!*@paris.test');
  expect(bans.fits(mercutio)).toBe(false);
  expect(bans.fits({ ...mercutio, address: 'Mercutio!m@Paris.test' })).toBe(true);
  clock.advance(29_000);
  expect(bans.fits({ ...mercutio, address: 'Mercutio!m@Paris.test' })).toBe(true);
  clock.advance(2_000);
  expect(bans.fits({ ...mercutio, address: 'Mercutio!m@Paris.test' })).toBe(false);
});

test.each([
  [undefined, '~romeo@gateway.test', 'Mercutio!*@*'],
  ['Mercutio!~m@paris.test', '~romeo@gateway.test', '*!*@paris.test'],
  ['Mercutio!~m@Gateway.test', '~romeo@gateway.test', '*!~m@Gateway.test'],
  ['Mercutio!~romeo@gateway.test', '~romeo@gateway.test', 'Mercutio!*@*'],
])('%s is banned by %s as %s: never with all of a gateway', (address, own, mask) => {
  expect(banMask({ ...mercutio, ...(address !== undefined && { address }) }, own)).toBe(mask);
});

test.each([
  ['*!*@host', 'n!u@host', true],
  ['n!*@*', 'n!u@host', true],
  ['*!*@h?st', 'n!u@host', true],
  ['*', '', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyyd', false],
  ['other!*@*', 'n!u@host', false],
  ['', 'x', false],
])('mask %s on %s: %s', (mask, address, fits) => {
  expect(maskFits(mask, address)).toBe(fits);
});

test.each([
  ['nurse!*@*', 'nurse!*@*'],
  ['nurse*', 'nurse*!*@*'],
  ['nurse!n', 'nurse!n@*'],
  ['*@host', '*!*@host'],
  ['$a:nurse', '$a:nurse'],
  ['m:nurse!*@*', 'm:nurse!*@*'],
  ['nurse', undefined],
  ['a b!*@*', undefined],
  [':x!*@*', undefined],
  [`${'x'.repeat(250)}!*@*`, undefined],
])('%s as a ban is %s', (written, mask) => {
  expect(maskOf(written)).toBe(mask);
});
