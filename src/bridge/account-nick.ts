// The nick of an account where the sign-in form asks for one: set like a preference, without signing in anew.

import type { Answers, Field } from '../model/form.ts';
import type { Network } from '../model/network.ts';
import { checkedAnswers } from './answers.ts';
import type { AccountRecord } from './ports.ts';

const NICK = 'nick';

/** None where the network can't tell what another nick makes of an account. */
export function nickFields(network: Network): readonly Field[] {
  return network.renamed === undefined ? [] : network.signInForm.filter(({ name }) => name === NICK);
}

/** The account with the nick that she has chosen for it. @throws BridgeError `malformed` with `field`. */
export function renamedAccount(network: Network, record: AccountRecord, answers: Answers): AccountRecord {
  const { [NICK]: nick } = checkedAnswers(nickFields(network), answers, record.settings);
  if (typeof nick !== 'string' || nick === record.settings[NICK]) return record;
  const { settings, title } = network.renamed?.(record.key, record.settings, nick) ?? record;
  return { ...record, settings, title };
}
