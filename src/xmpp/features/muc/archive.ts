// What was said in a room, read again by its clients in pages (XEP-0313, XEP-0059); what there is of it for whom is the bridge's archive.

import type { Archived, ArchivePage, ArchiveQuery } from '../../../model/archive.ts';
import type { Conversation, Participant } from '../../../model/conversation.ts';
import { BridgeError } from '../../../model/errors.ts';
import { type ConversationId, type ParticipantId, participantId } from '../../../model/ids.ts';
import { pageIn } from '../../../model/pages.ts';
import { words } from '../../../model/words.ts';
import {
  type Feature,
  type FeatureHost,
  type Inbound,
  type IqReply,
  type IqRequest,
  StanzaError,
} from '../../feature.ts';
import { FORMS } from '../../forms.ts';
import { setElement, type Wanted, wantedIn } from '../../paging.ts';
import { freshId, timestamp } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

const MAM = 'urn:xmpp:mam:2';
const FORWARD = 'urn:xmpp:forward:0';
/** CORE-12: a page is written at once. */
const MOST_ITEMS = 100;
const MOST_COUNTED = 10_000;
const DEFAULT_ITEMS = 50;

const FIELDS = {
  with: 'jid-single',
  start: 'text-single',
  end: 'text-single',
  'before-id': 'text-single',
  'after-id': 'text-single',
  ids: 'list-multi',
} as const;

export const archive: Feature = {
  specs: ['XEP-0313', 'XEP-0059'],
  register(host) {
    host.disco(['room'], { features: (request) => (isThere(host, request) ? [MAM, `${MAM}#extended`] : []) });
    host.onIq('get', MAM, 'query', ['room'], (request) => {
      roomOf(host, request);
      return { payload: el('query', { xmlns: MAM }, form()) };
    });
    host.onIq('set', MAM, 'query', ['room'], (request) => answer(host, request));
    host.onIq('get', MAM, 'metadata', ['room'], (request) => metadata(host, request));
  },
};

function isThere(host: FeatureHost, { user, to }: Inbound): boolean {
  return to.place !== undefined && host.bridge.archive.has(user, to.place.conversation);
}

/** @throws StanzaError service-unavailable where there is no archive. */
function roomOf(host: FeatureHost, request: Inbound): ConversationId {
  const { place } = request.to;
  if (place !== undefined && isThere(host, request)) return place.conversation;
  throw new StanzaError('cancel/service-unavailable', words`Nothing of what is said in this room is kept for you.`);
}

function form(): Element {
  return el(
    'x',
    { xmlns: FORMS, type: 'form' },
    el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, MAM)),
    ...Object.entries(FIELDS).map(([name, type]) => el('field', { var: name, type })),
  );
}

async function answer(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const room = roomOf(host, request);
  const { payload, user } = request;
  const wanted = wantedIn(payload, MOST_ITEMS) ?? { max: DEFAULT_ITEMS };
  const asked = filterIn(host, payload.child('x', FORMS));
  const page = await pageOf(host, { user, room, asked, wanted });
  const { items, complete } = page;
  const inOrder = payload.child('flip-page') === undefined ? items : items.toReversed();
  const render = new Renderer(host, request, room, items);
  for (const archived of inOrder) host.send(render.result(archived, payload.attrs['queryid']), 'state');
  const place = { first: inOrder[0]?.id, last: inOrder.at(-1)?.id, count: page.count };
  const fin = el('fin', { xmlns: MAM, ...(complete && { complete: 'true' }) }, setElement(place));
  return { payload: fin };
}

/** What the form says. */
interface Filter extends Pick<ArchiveQuery, 'from' | 'to' | 'after' | 'before' | 'matches'> {
  readonly ids?: readonly string[];
}

interface Asked {
  readonly user: Inbound['user'];
  readonly room: ConversationId;
  readonly asked: Filter;
  readonly wanted: Wanted;
}

/** @throws BridgeError by rejection. */
async function pageOf(host: FeatureHost, given: Asked): Promise<ArchivePage & { readonly count?: number }> {
  const { user, room, asked, wanted } = given;
  const { ids, ...filter } = asked;
  if (ids !== undefined) return await named(host, given, ids);
  const { max, after, before } = wanted;
  if (max === 0) {
    const { items } = await host.bridge.archive.page(user, room, { ...filter, limit: MOST_COUNTED });
    return { items: [], complete: items.length === 0, count: items.length };
  }
  const bounds = {
    // A cursor lies within the bounds of the form.
    ...(after !== undefined && { after }),
    ...(before !== undefined && before !== '' && { before }),
    ...(before !== undefined && { last: true }),
  };
  const page = await host.bridge.archive.page(user, room, { ...filter, ...bounds, limit: max });
  const isAll = page.complete && after === undefined && (before === undefined || before === '');
  return isAll ? { ...page, count: page.items.length } : page;
}

/** XEP-0313 4.1.4: all of them or none. */
async function named(
  host: FeatureHost,
  { user, room, wanted: { max: limit, ...cursor } }: Asked,
  ids: readonly string[],
): Promise<ArchivePage & { readonly count: number }> {
  const wanted = [...new Set(ids)];
  if (wanted.length > MOST_ITEMS)
    throw new StanzaError(
      'cancel/policy-violation',
      words`At most ${MOST_ITEMS} messages of the archive can be asked for by name at once.`,
    );
  const all = await host.bridge.archive.find(user, room, wanted);
  const noneSuch = new BridgeError('not-found', words`There is no such message in the archive.`);
  if (all.length < wanted.length) throw noneSuch;
  const { from, to, whole } = pageIn(all.length, { ...cursor, limit }, (id) => {
    const index = all.findIndex((one) => one.id === id);
    if (index < 0) throw noneSuch;
    return index;
  });
  return { items: all.slice(from, to), complete: whole, count: all.length };
}

/** @throws StanzaError feature-not-implemented for a field that we don't know, bad-request for what can't be read. */
function filterIn(host: FeatureHost, given: Element | undefined): Filter {
  const values = new Map<string, readonly string[]>();
  for (const field of given?.elements('field') ?? []) {
    const name = field.attrs['var'] ?? '';
    if (name === 'FORM_TYPE') continue;
    if (!Object.hasOwn(FIELDS, name))
      throw new StanzaError('cancel/feature-not-implemented', words`The archive can't be searched by "${name}".`);
    const texts = field.elements('value').map((value) => value.text());
    if (texts.length > 0) values.set(name, texts);
  }
  const one = (name: keyof typeof FIELDS): string | undefined => values.get(name)?.[0];
  const [from, to, after, before] = [time(one('start')), time(one('end')), one('after-id'), one('before-id')];
  const [ids, who] = [values.get('ids'), one('with')];
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    ...(ids !== undefined && { ids }),
    ...(who !== undefined && { matches: isFrom(host, who) }),
  };
}

function time(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-\d\d-\d\dT/.test(text))
    throw new StanzaError('modify/bad-request', words`"${text}" is not a time (XEP-0082).`);
  return at;
}

/** By the address in the room, or of the contact; the room's own is everybody's. */
function isFrom(host: FeatureHost, jid: string): (archived: Archived) => boolean {
  const address = host.addressOf(jid);
  if (address?.where === 'room') return () => true;
  const { network } = host.gateway;
  return (archived) => {
    const from = personIn(archived);
    if (from === undefined || address === undefined) return false;
    if (address.where !== 'occupant') return network.directOf(from.id) === address.place?.conversation;
    return jid === host.occupants.jid(conversationWith(archived.event.conversation, undefined, [archived]), from);
  };
}

function personIn({ event }: Archived): Participant | undefined {
  if (event.kind === 'said' || event.kind === 'edited') return event.message.from;
  return event.by;
}

/** The room with everybody who is in the page, whether they are in the room now or not. */
function conversationWith(id: ConversationId, now: Conversation | undefined, items: readonly Archived[]): Conversation {
  const participants = new Map<ParticipantId, Participant>();
  for (const item of items) {
    const who = personIn(item);
    if (who !== undefined) participants.set(who.id, who);
  }
  return { id, kind: 'group', name: id, self: now?.self ?? participantId(''), participants };
}

class Renderer {
  readonly #host: FeatureHost;
  readonly #request: Inbound;
  readonly #room: string;
  readonly #conversation: Conversation;

  constructor(host: FeatureHost, request: Inbound, room: ConversationId, items: readonly Archived[]) {
    this.#host = host;
    this.#request = request;
    this.#room = host.jidOf(room);
    const now = host.bridge.conversation(request.user, room);
    // Where nicks are not unique, people are called as they are now.
    const isUnique = host.gateway.network.capabilities.uniqueNicks === true;
    this.#conversation = isUnique || now === undefined ? conversationWith(room, now, items) : now;
  }

  result(archived: Archived, queryId: string | undefined): Element {
    const forwarded = el(
      'forwarded',
      { xmlns: FORWARD },
      el('delay', { xmlns: 'urn:xmpp:delay', stamp: timestamp(archived.at) }),
      ...this.#stanzas(archived),
    );
    const result = el('result', { xmlns: MAM, queryid: queryId, id: archived.id }, forwarded);
    return el('message', { from: this.#room, to: this.#request.from, id: freshId() }, result);
  }

  #stanzas({ id, event, name }: Archived): readonly Element[] {
    const { user, from } = this.#request;
    const shown = this.#host.rendered({
      user,
      event: withoutTime(event),
      conversation: this.#conversation,
      to: [from],
      archived: id,
      ...(name !== undefined && { origin: { resource: from, id: name } }),
    });
    // Of the stream that a client has it from, and to nobody (XEP-0313 5.1.2).
    return shown.map(({ name: tag, attrs, children }) => el(tag, { xmlns: 'jabber:client', ...attrs }, ...children));
  }
}

/** It stands beside the message. */
function withoutTime(event: Archived['event']): Archived['event'] {
  if (event.kind !== 'said' && event.kind !== 'edited') return event;
  const { at: _at, ...message } = event.message;
  return { ...event, message };
}

/** XEP-0313 6: where the archive begins and ends. */
async function metadata(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const room = roomOf(host, request);
  const { user } = request;
  const end = async (name: 'start' | 'end'): Promise<Element | undefined> => {
    const { items } = await host.bridge.archive.page(user, room, { limit: 1, last: name === 'end' });
    const [one] = items;
    return one && el(name, { id: one.id, timestamp: timestamp(one.at) });
  };
  return { payload: el('metadata', { xmlns: MAM }, await end('start'), await end('end')) };
}
