// Versioned affiliations (XEP-0463): which join asks for them; the list comes with what the join is answered by, and changes of it behind the
// presence that shows them.

import { AFFILIATIONS, affiliationsOf } from '../../affiliation-versions.ts';
import type { Feature } from '../../feature.ts';
import { MUC } from '../../stanza.ts';

export const affiliations: Feature = {
  specs: ['XEP-0463'],
  register(host) {
    host.advertise(AFFILIATIONS, ['room']);
    host.renderAlone((delivery) => affiliationsOf(host).isWanted(delivery));
    host.onPresence(['occupant'], ({ type, user, from, to, stanza }) => {
      const x = type === '' ? stanza.child('x', MUC) : undefined;
      if (x !== undefined && to.place !== undefined)
        affiliationsOf(host).joining(user, from, to.place.conversation, x.child('mav', AFFILIATIONS));
      return false;
    });
  },
};
