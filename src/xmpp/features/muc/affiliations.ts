// Versioned affiliations (XEP-0463): which join asks for them; the list itself comes with what the join is answered by.

import { AFFILIATIONS, affiliationsOf } from '../../affiliation-versions.ts';
import type { Feature } from '../../feature.ts';
import { MUC } from '../../stanza.ts';

export const affiliations: Feature = {
  specs: ['XEP-0463'],
  register(host) {
    host.advertise(AFFILIATIONS, ['room']);
    host.onPresence(['occupant'], ({ type, from, to, stanza }) => {
      const x = type === '' ? stanza.child('x', MUC) : undefined;
      if (x !== undefined && to.place !== undefined)
        affiliationsOf(host).joining(from, to.place.conversation, x.child('mav', AFFILIATIONS));
      return false;
    });
  },
};
