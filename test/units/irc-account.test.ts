// What another nick makes of an IRC account.

import { expect, test } from 'vitest';
import { withNick } from '../../adapters/irc/account.ts';

test.each([
  ['a password of the account that is named by the nick', { password: 'p' }, { account: 'romeo' }],
  ['a password of an account that has a name', { password: 'p', account: 'montague' }, { account: 'montague' }],
  ['no password', {}, {}],
])('%s', (_, before, after) => {
  expect(withNick({ nick: 'romeo', ...before }, 'monty')).toEqual({ nick: 'monty', ...before, ...after });
});
