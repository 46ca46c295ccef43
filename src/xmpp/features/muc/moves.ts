// A room that lives on under another address (XEP-0045 10.9).

import type { Feature } from '../../feature.ts';
import { words } from '../../../model/words.ts';
import { MUC_USER } from '../../stanza.ts';
import { el } from '../../xml.ts';

export const roomMoves: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    host.present('moved', ({ event, conversation, user }) => {
      const self = conversation?.participants.get(conversation.self);
      if (conversation === undefined || self === undefined) return undefined;
      const reason = el('reason', {}, host.textFor(user, words`The room has moved.`, conversation.id));
      const destroy = el('destroy', { jid: host.jidOf(event.to) }, reason);
      const item = el('item', { affiliation: 'none', role: 'none' });
      const from = host.occupants.jid(conversation, self);
      return el(
        'presence',
        { from, type: 'unavailable' },
        el('x', { xmlns: MUC_USER }, item, destroy, el('status', { code: '110' })),
      );
    });
  },
};
