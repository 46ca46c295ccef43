// What the gateway says in a chat with its own address.

import type { Text } from '../../model/words.ts';
import type { FeatureHost, Inbound } from '../feature.ts';
import { freshId } from '../stanza.ts';
import { el } from '../xml.ts';

/** Whom it is told, and in answer to what. */
export type Partner = Pick<Inbound, 'user'> & Partial<Pick<Inbound, 'lang' | 'type' | 'stanza'>>;

/** `isPrivate`: with a hint not to store it (XEP-0334). */
export function sayTo(host: FeatureHost, request: Partner, text: Text, isPrivate = false): void {
  const translate = host.translator(request);
  const type = request.type === 'normal' ? 'normal' : 'chat';
  const thread = request.stanza?.childText('thread');
  host.send(
    el(
      'message',
      { from: host.gateway.domain, to: request.user, type, id: freshId(), 'xml:lang': translate.language },
      el('body', {}, translate(text)),
      thread === undefined ? undefined : el('thread', {}, thread),
      isPrivate ? el('no-store', { xmlns: 'urn:xmpp:hints' }) : undefined,
    ),
    'spooled',
  );
}
