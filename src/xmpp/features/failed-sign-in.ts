// A sign-in that failed is told so that it is seen (XEP-0100 4.5): the gateway's presence says why, an error to the client and a message say what
// to do, once for each reason.

import type { AccountKey, UserId } from '../../model/ids.ts';
import { words } from '../../model/words.ts';
import type { Feature } from '../feature.ts';
import { freshId } from '../stanza.ts';
import { el } from '../xml.ts';

export const failedSignIn: Feature = {
  specs: ['XEP-0100'],
  register(host) {
    const told = new Map<UserId, Map<AccountKey, string>>();
    host.onAccountState((user, { account, state, error }) => {
      if (state === 'online') told.get(user)?.delete(account);
      if (state !== 'failed' || error === undefined) return;
      // Who has no account signs in by joining, and hears of it there.
      const title = host.desk.accounts(user).find(({ key }) => key === account)?.title;
      if (title === undefined || told.get(user)?.get(account) === error.message) return;
      told.set(user, (told.get(user) ?? new Map<AccountKey, string>()).set(account, error.message));
      const from = host.gateway.domain;
      host.send(el('presence', { from, to: user, type: 'error' }, host.errorElement(error, 'iq', { user })), 'state');
      const translate = host.translator({ user });
      const text = words`${title} could not sign in: ${error.text} Change the account to have it tried again.`;
      const attrs = { from, to: user, type: 'chat', id: freshId(), 'xml:lang': translate.language };
      host.send(el('message', attrs, el('body', {}, translate(text))), 'spooled');
    });
  },
};
