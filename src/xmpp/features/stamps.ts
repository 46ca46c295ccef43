// Ids and times on messages: the room's own id and the client's (XEP-0359) and when it was written, if that is not now (XEP-0203).

import type { ArchivedKind } from '../../model/archive.ts';
import type { EventOf } from '../../model/events.ts';
import type { Delivery } from '../../model/ports.ts';
import type { Feature } from '../feature.ts';
import { delay } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const STANZA_ID = 'urn:xmpp:sid:0';

export const stanzaIds: Feature = {
  specs: ['XEP-0359'],
  register(host) {
    host.advertise(STANZA_ID, ['room']);
    host.decorate('said', ({ event, to }, stanza) => {
      if (to.length > 0 && stanza.attrs['type'] === 'groupchat') {
        stanza.add(el('stanza-id', { xmlns: STANZA_ID, by: host.jidOf(event.conversation), id: event.message.id }));
      }
    });
    const called = ({ origin }: Delivery, stanza: Element): void => {
      const id = origin?.alias;
      if (id !== undefined) stanza.add(el('origin-id', { xmlns: STANZA_ID, id }));
    };
    host.decorate('said', called);
    host.decorate('edited', called);
    const named = ({ event, archived }: Delivery<EventOf<ArchivedKind>>, stanza: Element, otherwise?: string): void => {
      const id = archived ?? otherwise;
      if (id !== undefined) stanza.add(el('stanza-id', { xmlns: STANZA_ID, by: host.jidOf(event.conversation), id }));
    };
    host.decorate('topicSet', (delivery, stanza) => named(delivery, stanza, stanza.attrs['id']));
    host.decorate('edited', (delivery, stanza) => named(delivery, stanza));
    host.decorate('retracted', (delivery, stanza) => named(delivery, stanza));
    host.decorate('reacted', (delivery, stanza) => named(delivery, stanza));
  },
};

export const delays: Feature = {
  specs: ['XEP-0203'],
  register(host) {
    host.decorate('said', ({ event, to }, stanza) => {
      const { at } = event.message;
      if (at !== undefined) stanza.add(delay(to.length > 0 ? host.jidOf(event.conversation) : host.gateway.domain, at));
    });
  },
};
