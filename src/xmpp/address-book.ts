// The addresses of one gateway, taken apart and put together: localparts by address.ts, places by the network.

import { BridgeError } from '../model/errors.ts';
import { type ConversationId, resourceId, type UserId, userId } from '../model/ids.ts';
import type { Network, Place } from '../model/network.ts';
import { joined, type Text, words } from '../model/words.ts';
import type { Addresses } from './address.ts';
import type { Address, Inbound, Where } from './feature.ts';
import { splitJid } from './jid.ts';
import { el } from './xml.ts';

interface Known {
  readonly place: Place | undefined;
  readonly bare: string;
  readonly canonical: string | undefined;
}

const REMEMBERED = 20_000;

export class AddressBook {
  readonly #domain: string;
  readonly #network: Network;
  readonly #addresses: Addresses;
  readonly #places = new Map<string, Known>();
  readonly #jids = new Map<ConversationId, string>();

  constructor(domain: string, network: Network, addresses: Addresses) {
    this.#domain = domain;
    this.#network = network;
    this.#addresses = addresses;
  }

  jidOf(conversation: ConversationId): string {
    let jid = this.#jids.get(conversation);
    if (jid === undefined) {
      jid = this.#addresses.jidOf(conversation);
      remember(this.#jids, conversation, jid);
    }
    return jid;
  }

  /** Undefined where it is not one of ours. */
  idOf(jid: string): ConversationId | undefined {
    const { local, domain } = splitJid(jid);
    return domain === this.#domain && local !== '' ? this.#addresses.idOf(local) : undefined;
  }

  /** Undefined where the address can't stand for anything on this network. */
  addressOf(jid: string): Address | undefined {
    const { local, domain, resource } = splitJid(jid);
    if (domain !== this.#domain) return undefined;
    if (local === '')
      return { where: 'gateway', jid, bare: domain, local, resource, canonical: undefined, place: undefined };
    const known = this.#known(local);
    const { place, bare, canonical } = known;
    if (place === undefined) return undefined;
    return { where: whereOf(place, resource), jid, bare, local, resource, canonical, place };
  }

  /** In words, of an address that stands for nothing: what she may have meant (4.2: numbers as one writes them at home). */
  whyNone(jid: string, asker: UserId): Text {
    const none = words`There can be no such address on this gateway.`;
    const { local, domain } = splitJid(jid);
    const written = domain === this.#domain ? this.#addresses.idOf(local) : undefined;
    if (written === undefined) return none;
    try {
      const jid = this.jidOf(this.#network.parse(written, asker).conversation);
      return words`There can be no such address on this gateway: write to ${jid}.`;
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'malformed') return joined([none, error.text], ' ');
      return none;
    }
  }

  /** A request as a stranger would make it, for what is the same for everybody. */
  sample(where: 'gateway' | 'contact'): Inbound {
    const jid = where === 'gateway' ? this.#domain : `x@${this.#domain}`;
    const local = where === 'gateway' ? '' : 'x';
    const to: Address = { where, jid, bare: jid, local, resource: '', canonical: undefined, place: undefined };
    const from = `x@${this.#domain}/x`;
    return {
      stanza: el('iq'),
      to,
      user: userId(from),
      from: resourceId(from),
      id: undefined,
      type: 'get',
      lang: undefined,
      about: undefined,
      admin: false,
    };
  }

  #known(local: string): Known {
    const seen = this.#places.get(local);
    if (seen !== undefined) return seen;
    const id = this.#addresses.idOf(local);
    const place = id === undefined ? undefined : this.#network.placeOf(id);
    const bare = `${local}@${this.#domain}`;
    const written = place === undefined ? bare : this.jidOf(place.conversation);
    const known = { place, bare, canonical: written === bare ? undefined : written };
    remember(this.#places, local, known);
    return known;
  }
}

function whereOf(place: Place, resource: string): Where {
  if (place.kind !== 'group') return 'contact';
  return resource === '' ? 'room' : 'occupant';
}

/** Forgets everything when full: cheaper than an order, and what is in use comes back at once. */
function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (map.size >= REMEMBERED) map.clear();
  map.set(key, value);
}
