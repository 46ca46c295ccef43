// A subscription that can't be (SUB-3): the error; `unsubscribed`, without which the roster would wait for an answer for ever; and the reason in a
// message, since clients show no errors of presence.

import { BridgeError } from '../model/errors.ts';
import { type Text, words } from '../model/words.ts';
import { errorElement } from './errors.ts';
import type { StanzaClass, StanzaError, Translator } from './feature.ts';
import { bareOf, domainOf } from './jid.ts';
import { freshId } from './stanza.ts';
import { type Element, el } from './xml.ts';

export interface Refused {
  /** The request's, full where they were. */
  readonly from: string;
  readonly to: string;
  readonly id: string | undefined;
}
export type Send = (stanza: Element, kind: StanzaClass) => void;

export function refuseSubscription(
  { from, to, id }: Refused,
  error: BridgeError | StanzaError,
  translate: Translator,
  send: Send,
): void {
  const [contact, user] = [bareOf(to), bareOf(from)];
  send(el('presence', { to: from, from: to, id, type: 'error' }, errorElement(error, 'subscribe', translate)), 'state');
  send(el('presence', { to: user, from: contact, type: 'unsubscribed' }), 'state');
  // Whom the gateway does not serve it sends no messages.
  const isServed = error instanceof BridgeError || error.error === 'modify/jid-malformed';
  if (isServed) send(notAContact(contact, user, error.text, translate), 'spooled');
}

/** What the gateway says of it; `contact` and `user` are bare. */
export function notAContact(contact: string, user: string, why: Text, translate: Translator): Element {
  const attrs = { from: domainOf(contact), to: user, type: 'chat', id: freshId(), 'xml:lang': translate.language };
  return el('message', attrs, el('body', {}, translate(words`${contact} is not in your contact list: ${why}`)));
}
