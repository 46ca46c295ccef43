// XEP-0030 and XEP-0115 for every address: answers derived from what the other features advertised.

import { type DiscoItem, type Feature, StanzaError, type Where } from '../feature.ts';
import { el } from '../xml.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const EVERYWHERE: readonly Where[] = ['gateway', 'contact', 'room', 'occupant'];
/** CORE-12: longer lists come in pages. */
const MOST_ITEMS = 100;

export const disco: Feature = {
  specs: ['XEP-0030', 'XEP-0115', 'XEP-0128'],
  register(host) {
    host.advertise(ITEMS, ['gateway', 'room']);
    host.advertise('http://jabber.org/protocol/caps', ['gateway', 'contact']);
    host.advertise('jid\\20escaping', ['gateway']);

    const { network, adminAddresses } = host.gateway;
    host.disco(['gateway'], {
      identities: () => [{ category: 'gateway', type: network.identity, name: network.title }],
      forms: () =>
        adminAddresses.length === 0
          ? []
          : [
              el(
                'x',
                { xmlns: 'jabber:x:data', type: 'result' },
                el(
                  'field',
                  { var: 'FORM_TYPE', type: 'hidden' },
                  el('value', {}, 'http://jabber.org/network/serverinfo'),
                ),
                el(
                  'field',
                  { var: 'admin-addresses', type: 'list-multi' },
                  ...adminAddresses.map((uri) => el('value', {}, uri)),
                ),
              ),
            ],
    });
    host.disco(['contact'], { identities: () => [{ category: 'account', type: 'registered' }] });

    host.onIq('get', INFO, 'query', EVERYWHERE, (request) => ({
      payload: host.discoInfo(request, request.payload.attrs['node']),
    }));
    host.onIq('get', ITEMS, 'query', EVERYWHERE, async (request) => {
      const { node } = request.payload.attrs;
      return { payload: itemsElement(page(await host.discoItems(request, node)), node) };
    });
  },
};

function page(items: readonly DiscoItem[]): readonly DiscoItem[] {
  if (items.length > MOST_ITEMS * 100) throw new StanzaError('wait/resource-constraint', 'The list is too long.');
  return items.slice(0, MOST_ITEMS);
}

function itemsElement(items: readonly DiscoItem[], node: string | undefined) {
  return el(
    'query',
    { xmlns: ITEMS, node },
    ...items.map(({ jid, name, node: inner }) => el('item', { jid, node: inner, name })),
  );
}
