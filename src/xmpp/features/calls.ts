// Calls are refused so that the caller's client ends them: those that are proposed by message (XEP-0353, XEP-0482) are rejected by message;
// Jingle itself is a request that nobody here knows, and the router refuses it.

import type { Feature, Inbound } from '../feature.ts';
import { freshId } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const PROPOSED = 'urn:xmpp:jingle-message:0';
const INVITED = 'urn:xmpp:call-message:1';

export const calls: Feature = {
  specs: ['XEP-0353', 'XEP-0482'],
  register(host) {
    const reject = ({ from, to, type }: Inbound, rejection: Element): { readonly kind: 'none' } => {
      // In a room nobody waits for this one answer.
      if (type !== 'groupchat')
        host.send(el('message', { from: to.jid, to: from, type: 'chat', id: freshId() }, rejection), 'state');
      return { kind: 'none' };
    };
    host.readMessage(PROPOSED, 'propose', ({ attrs: { id } }, _draft, message) => {
      const reason = el('reason', { xmlns: 'urn:xmpp:jingle:1' }, el('unsupported-applications'));
      return reject(message, el('reject', { xmlns: PROPOSED, id }, reason));
    });
    host.readMessage(INVITED, 'invite', (_child, _draft, message) =>
      reject(message, el('reject', { xmlns: INVITED, id: message.id })),
    );
  },
};
