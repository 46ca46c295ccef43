// Which of one's accounts a form is about.

import { BridgeError } from '../model/errors.ts';
import type { Field } from '../model/form.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { AccountSummary } from '../model/ports.ts';
import { words } from '../model/words.ts';
import type { FeatureHost } from './feature.ts';
import { readForm } from './forms.ts';
import type { Element } from './xml.ts';

// COMPAT(profanity, 0.13): it ends at an option whose value is empty, and a network's only account may have an empty key.
const ONLY = 'only';

const valueOf = ({ key }: AccountSummary): string => (key === '' ? ONLY : key);

export function accountField(accounts: readonly AccountSummary[]): Field {
  const choices = accounts.map((account) => ({ value: valueOf(account), label: account.title }));
  const [only, ...others] = choices;
  const preset = only !== undefined && others.length === 0 ? { default: only.value } : {};
  return { name: 'account', label: words`Account`, type: 'choice', required: true, choices, ...preset };
}

/** @throws BridgeError `malformed` with `field`. */
export function chosenAccount(accounts: readonly AccountSummary[], submitted: Element): AccountSummary {
  const field = accountField(accounts);
  const answer = readForm(submitted, [field])[field.name];
  const chosen = accounts.find((account) => valueOf(account) === answer);
  if (chosen === undefined)
    throw new BridgeError('malformed', words`Choose one of your accounts.`, { field: field.name });
  return chosen;
}

/** Whether she has the account that a room belongs to: on IRC one may be in rooms of servers without any. */
export function hasAccountOf({ desk, gateway }: FeatureHost, user: UserId, room: ConversationId): boolean {
  const account = gateway.network.accountOf(room);
  return desk.accounts(user).some(({ key }) => key === account);
}
