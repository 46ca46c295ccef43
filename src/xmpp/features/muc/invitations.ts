// Inviting somebody, and declining (XEP-0045 7.8, XEP-0249).

import type { Feature } from '../../feature.ts';
import { bareOf } from '../../jid.ts';
import { MUC_USER } from '../../stanza.ts';

export const invitations: Feature = {
  specs: ['XEP-0045', 'XEP-0249'],
  register(host) {
    host.readMessage(MUC_USER, 'x', (x, draft, { to }) => {
      if (to.where !== 'room') return draft;
      const invite = x.child('invite');
      const decline = x.child('decline');
      const reason = (invite ?? decline)?.childText('reason');
      const why = reason === undefined ? {} : { reason };
      if (decline !== undefined) return { kind: 'decline', ...why };
      const who = invite?.attrs['to'];
      if (who === undefined) return draft;
      // Somebody of this gateway is named as the network knows them.
      const place = host.addressOf(bareOf(who))?.place;
      return { kind: 'invite', who: place?.conversation ?? who, ...why };
    });
  },
};
