// What a picture in a form is made of, for the client that shows it (XEP-0221 by XEP-0231).

import { words } from '../../model/words.ts';
import { type Feature, StanzaError, type Where } from '../feature.ts';
import { BITS, MEDIA, shownPicturesOf } from '../shown-pictures.ts';
import { el } from '../xml.ts';

/** Wherever there are forms. */
const WHERE: readonly Where[] = ['gateway', 'contact', 'room'];
/** By its name it never is anything else. */
const MAX_AGE_S = '86400';

export const bits: Feature = {
  specs: ['XEP-0221', 'XEP-0231'],
  register(host) {
    host.advertise(BITS, ['gateway', 'contact']);
    host.advertise(MEDIA, ['gateway', 'contact']);
    host.onIq('get', BITS, 'data', WHERE, ({ user, payload }) => {
      const { cid = '' } = payload.attrs;
      const picture = shownPicturesOf(host).get(user, cid);
      if (picture === undefined) throw new StanzaError('cancel/item-not-found', words`There is no such thing here.`);
      const { bytes, mediaType: type } = picture;
      return {
        payload: el('data', { xmlns: BITS, cid, type, 'max-age': MAX_AGE_S }, Buffer.from(bytes).toString('base64')),
      };
    });
  },
};
