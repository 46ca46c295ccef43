// What the gateway says of itself: version (XEP-0092), time (XEP-0202) and uptime (XEP-0012).

import type { Feature } from '../feature.ts';
import { el } from '../xml.ts';

const VERSION = 'jabber:iq:version';
const TIME = 'urn:xmpp:time';
const LAST = 'jabber:iq:last';

export const about: Feature = {
  specs: ['XEP-0092', 'XEP-0202', 'XEP-0012'],
  register(host) {
    const { clock, gateway } = host;
    const startedAt = clock.monotonic();
    for (const feature of [VERSION, TIME, LAST]) host.advertise(feature, ['gateway']);
    host.onIq('get', VERSION, 'query', ['gateway'], () => ({
      payload: el(
        'query',
        { xmlns: VERSION },
        el('name', {}, `Viaduct ${gateway.network.title}`),
        el('version', {}, gateway.version),
      ),
    }));
    host.onIq('get', TIME, 'time', ['gateway'], () => ({
      payload: el(
        'time',
        { xmlns: TIME },
        el('tzo', {}, '+00:00'),
        el('utc', {}, new Date(clock.now()).toISOString().replace(/\.\d+/, '')),
      ),
    }));
    host.onIq('get', LAST, 'query', ['gateway'], () => ({
      payload: el('query', { xmlns: LAST, seconds: String(Math.floor((clock.monotonic() - startedAt) / 1000)) }),
    }));
  },
};
