// How long a person's client takes to answer: a command at the person, where the network lets clients ask each other (IRC's CTCP PING).

import { BridgeError } from '../../model/errors.ts';
import { words } from '../../model/words.ts';
import type { Feature } from '../feature.ts';
import { directWith, performed } from '../performing.ts';

export const reaching: Feature = {
  specs: ['XEP-0050'],
  register(host) {
    const { network } = host.gateway;
    if (!network.capabilities.accepts.includes('poke')) return;
    host.addCommand({
      node: 'contact-ping',
      name: words`Ask how fast their client answers`,
      where: ['contact'],
      available: (request) => {
        const conversation = directWith(host, request);
        return (
          conversation !== undefined && host.bridge.capabilities(request.user, conversation).accepts.includes('poke')
        );
      },
      async run(request) {
        const conversation = directWith(host, request);
        if (conversation === undefined) throw new BridgeError('not-found', words`There is nobody of that name.`);
        const said = await performed(host, request, { kind: 'poke', conversation, what: 'ping' });
        return { note: words`The client of ${request.to.jid} has answered: ${said?.text ?? ''}` };
      },
    });
  },
};
