// The prompt that turns what people type into an address (XEP-0100 6, jabber:iq:gateway).

import { BridgeError } from '../../model/errors.ts';
import { type Feature, StanzaError } from '../feature.ts';
import { typedPlace } from '../typed-place.ts';
import { el } from '../xml.ts';

const NS = 'jabber:iq:gateway';

export const addressPrompt: Feature = {
  specs: ['XEP-0100'],
  register(host) {
    const { network } = host.gateway;
    host.advertise(NS, ['gateway']);
    host.onIq('get', NS, 'query', ['gateway'], (request) => {
      const translate = host.translator(request);
      const { help, label } = network.prompt;
      return {
        payload: el('query', { xmlns: NS }, el('desc', {}, translate(help)), el('prompt', {}, translate(label))),
      };
    });
    host.onIq('set', NS, 'query', ['gateway'], ({ payload, user }) => {
      try {
        const { conversation } = typedPlace(host, payload.childText('prompt') ?? '', user);
        return { payload: el('query', { xmlns: NS }, el('jid', {}, host.jidOf(conversation))) };
      } catch (thrown) {
        // PRM-4: clients show exactly this text under the field.
        if (thrown instanceof BridgeError && thrown.code === 'malformed')
          throw new StanzaError('modify/not-acceptable', thrown.text);
        throw thrown;
      }
    });
  },
};
