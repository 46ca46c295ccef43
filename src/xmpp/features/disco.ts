// XEP-0030 and XEP-0115 for every address: answers derived from what the other features advertised. Lists come in pages (XEP-0059). Rooms of a
// network are the items of the contact that stands for its server, and of the gateway.

import { BridgeError } from '../../model/errors.ts';
import type { AccountKey } from '../../model/ids.ts';
import { pageIn } from '../../model/pages.ts';
import type { AnswerTo } from '../../model/queries.ts';
import { inEnglish, type Text } from '../../model/words.ts';
import { type DiscoItem, type Feature, type FeatureHost, type IqRequest, type Where } from '../feature.ts';
import { fitting } from '../fitting.ts';
import { noSuchItem, type PagePlace, RSM, setElement, type Wanted, wantedIn } from '../paging.ts';
import { type Element, el } from '../xml.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const SERVER_INFO = 'http://jabber.org/network/serverinfo';
const EVERYWHERE: readonly Where[] = ['gateway', 'contact', 'room', 'occupant'];
/** CORE-12: longer lists come in pages. */
const MOST_ITEMS = 100;
/** CORE-12: of a name that networks may make as long as they like. */
const NAME_CHARACTERS = 100;
/** Of a list that is only one of several. */
const SOME_ITEMS = 50;
/** What no page is before or behind is named so: a network's own names of pages are nothing to be made up. */
const FIRST = 'first:';
const LAST = 'last:';
const LIST_WITHIN_MS = 5_000;

interface Page extends PagePlace {
  readonly items: readonly DiscoItem[];
}

export const disco: Feature = {
  specs: ['XEP-0030', 'XEP-0115', 'XEP-0128', 'XEP-0157', 'XEP-0059'],
  register(host) {
    host.advertise(ITEMS, ['gateway', 'contact', 'room']);
    host.advertise(RSM, ['gateway', 'contact', 'room']);
    host.advertise('http://jabber.org/protocol/caps', ['gateway', 'contact']);
    host.advertise('jid\\20escaping', ['gateway']);

    const { network, adminAddresses } = host.gateway;
    host.disco(['gateway'], {
      identities: () => [{ category: 'gateway', type: network.identity, name: network.title }],
      forms: () => (adminAddresses.length === 0 ? [] : [operatorForm(adminAddresses)]),
    });
    host.disco(['contact'], { identities: () => [{ category: 'account', type: 'registered' }] });

    host.onIq('get', INFO, 'query', EVERYWHERE, (request) => {
      const unserved = request.to.place?.unserved;
      // There are clients that try no join then.
      if (unserved !== undefined) throw new BridgeError('host-unknown', unserved);
      return { payload: host.discoInfo(request, request.payload.attrs['node']) };
    });
    const rooms = new RoomLists(host);
    host.onIq('get', ITEMS, 'query', EVERYWHERE, async (request) => {
      const { node } = request.payload.attrs;
      const wanted = wantedIn(request.payload, MOST_ITEMS);
      const page = (await rooms.page(request, wanted)) ?? pageOf(await host.discoItems(request, node), wanted);
      const nameOf = (name: Text): string => (typeof name === 'string' ? name : host.translator(request)(name));
      return { payload: itemsElement(page, node, wanted !== undefined, nameOf) };
    });
  },
};

/** XEP-0157: the operators answer for everything. */
function operatorForm(addresses: readonly string[]): Element {
  const field = (name: string, type: string, values: readonly string[]): Element =>
    el('field', { var: name, type }, ...values.map((value) => el('value', {}, value)));
  const kinds = ['abuse-addresses', 'admin-addresses', 'support-addresses'];
  return el(
    'x',
    { xmlns: 'jabber:x:data', type: 'result' },
    field('FORM_TYPE', 'hidden', [SERVER_INFO]),
    ...kinds.map((kind) => field(kind, 'list-multi', addresses)),
  );
}

/** The rooms of a network. */
class RoomLists {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** Undefined where the address has other items. @throws BridgeError or StanzaError by rejection. */
  async page(request: IqRequest, wanted: Wanted | undefined): Promise<Page | undefined> {
    const { network } = this.#host.gateway;
    const { place, where } = request.to;
    const node = request.payload.attrs['node'] ?? '';
    if (node !== '' || !network.capabilities.answers.includes('directory')) return undefined;
    if (place?.kind === 'server')
      return this.#directory(request, network.accountOf(place.conversation), wanted ?? { max: MOST_ITEMS });
    if (where !== 'gateway') return undefined;
    const [first] = this.#online(request);
    if (wanted !== undefined && first !== undefined) return this.#directory(request, first, wanted);
    return pageOf(await this.#hers(request), wanted);
  }

  /** DSC-6: where she is, and what else there is on the networks that she is connected to. */
  async #hers(request: IqRequest): Promise<readonly DiscoItem[]> {
    const { administration, bridge } = this.#host;
    const items = new Map<string, DiscoItem>();
    for (const room of administration.rooms(request.user)) {
      const jid = this.#host.jidOf(room);
      items.set(jid, { jid, name: bridge.conversation(request.user, room)?.name ?? room });
    }
    const { promise: enough, resolve } = Promise.withResolvers<undefined>();
    const callOff = this.#host.clock.after(LIST_WITHIN_MS, () => resolve(undefined));
    const lists = this.#online(request).map((account) =>
      Promise.race([this.#directory(request, account, { max: SOME_ITEMS }), enough]),
    );
    for (const list of await Promise.allSettled(lists))
      if (list.status === 'fulfilled')
        for (const item of list.value?.items ?? []) if (!items.has(item.jid)) items.set(item.jid, item);
    callOff();
    return [...items.values()];
  }

  #online({ user }: IqRequest): readonly AccountKey[] {
    const states = this.#host.bridge.accountStates(user);
    return states.flatMap(({ account, state }) => (state === 'online' ? [account] : []));
  }

  async #directory({ user }: IqRequest, account: AccountKey, { max, after, before }: Wanted): Promise<Page> {
    const isBeyond = after?.startsWith(LAST) === true || before?.startsWith(FIRST) === true;
    const answer = await this.#host.bridge.ask(user, {
      kind: 'directory',
      account,
      limit: Math.max(max, 1),
      ...(after !== undefined && !isBeyond && { after }),
      ...(before !== undefined && !isBeyond && { before }),
    });
    const counted = answer.total === undefined ? {} : { count: answer.total };
    return max === 0 || isBeyond ? { items: [], ...counted } : { ...this.#named(answer), ...counted };
  }

  #named({ entries, next, previous }: AnswerTo<'directory'>): Page {
    const items = entries.map(({ conversation, name }) => ({ jid: this.#host.jidOf(conversation), name }));
    const [first] = items;
    const last = items.at(-1);
    if (first === undefined || last === undefined) return { items };
    return { items, first: previous ?? `${FIRST}${first.jid}`, last: next ?? `${LAST}${last.jid}` };
  }
}

/** A page of a list that is known as a whole, as far as it fits; items are named by their number. @throws StanzaError item-not-found. */
function pageOf(all: readonly DiscoItem[], { max: limit, ...cursor }: Wanted = { max: MOST_ITEMS }): Page {
  const count = all.length;
  const { from, to } = pageIn(count, { ...cursor, limit }, (name) => {
    const at = Number(name);
    if (!Number.isInteger(at) || at < 0 || at >= count) throw noSuchItem();
    return at;
  });
  const asked = all.slice(from, to);
  const isFromLast = cursor.before !== undefined;
  const fits = fitting(
    asked.map((item) => itemElement(item, inEnglish)),
    isFromLast,
  );
  const index = isFromLast ? to - fits : from;
  const items = all.slice(index, index + fits);
  if (items.length === 0) return { items, count };
  return { items, count, index, first: String(index), last: String(index + fits - 1) };
}

/** `nameOf`: in somebody's language. */
function itemElement({ jid, name, node }: DiscoItem, nameOf: (name: Text) => string): Element {
  return el('item', { jid, node, name: name === undefined ? undefined : shortened(nameOf(name)) });
}

function shortened(name: string): string {
  return name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS)}…` : name;
}

function itemsElement(page: Page, node: string | undefined, paged: boolean, nameOf: (name: Text) => string): Element {
  const { items, count } = page;
  const isCut = count !== undefined && items.length < count;
  return el(
    'query',
    { xmlns: ITEMS, node },
    ...items.map((item) => itemElement(item, nameOf)),
    paged || isCut ? setElement(page) : undefined,
  );
}
