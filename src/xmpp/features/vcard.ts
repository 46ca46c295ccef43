// Who somebody is: vCards of the gateway, contacts, rooms and people in them (XEP-0054, XEP-0292), out of the network's profiles.

import { Buffer } from 'node:buffer';
import type { EncodedPicture } from '../../model/commands.ts';
import type { Profile } from '../../model/conversation.ts';
import { BridgeError } from '../../model/errors.ts';
import type { Picture } from '../../model/queries.ts';
import { words } from '../../model/words.ts';
import {
  type Feature,
  type FeatureHost,
  type Inbound,
  type IqReply,
  type IqRequest,
  StanzaError,
  type Translator,
  type Where,
} from '../feature.ts';
import { performed } from '../performing.ts';
import { MAX_PICTURE_BYTES, profilesOf } from '../profiles.ts';
import { type Element, el } from '../xml.ts';

const VCARD = 'vcard-temp';
const VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const EVERYWHERE: readonly Where[] = ['gateway', 'contact', 'room', 'occupant'];

interface Card {
  readonly profile: Profile;
  readonly picture?: Picture | undefined;
}

export const vcard: Feature = {
  specs: ['XEP-0054', 'XEP-0292', 'XEP-0486'],
  register(host) {
    host.advertise(VCARD, ['gateway', 'contact', 'room']);
    host.advertise(VCARD4, ['gateway', 'contact', 'room']);
    host.onIq('get', VCARD, 'vCard', EVERYWHERE, async (request) => ({
      payload: vcardOf(await card(host, request), host.translator(request)),
    }));
    host.onIq('get', VCARD4, 'vcard', EVERYWHERE, async (request) => ({
      payload: vcard4Of(await card(host, request), host.translator(request)),
    }));
    const refuse = (): never => {
      throw new StanzaError('auth/forbidden', words`This is not yours to change.`);
    };
    host.onIq('set', VCARD, 'vCard', ['gateway', 'contact', 'occupant'], refuse);
    host.onIq('set', VCARD4, 'vcard', EVERYWHERE, refuse);
    host.onIq('set', VCARD, 'vCard', ['room'], (request) => setPicture(host, request));
  },
};

/** @throws BridgeError by rejection where there is nobody. */
async function card(host: FeatureHost, request: Inbound): Promise<Card> {
  switch (request.to.where) {
    case 'gateway':
      return gatewayCard(host);
    case 'room':
      return roomCard(host, request);
    case 'contact':
    case 'occupant': {
      const profiles = profilesOf(host);
      const subject = profiles.subject(request);
      const profile = await profiles.of(subject);
      return { profile, picture: await profiles.picture(subject, profile.avatar) };
    }
    default:
      return request.to.where satisfies never;
  }
}

function gatewayCard({ gateway }: FeatureHost): Card {
  const { title } = gateway.network;
  const note = words`The gateway to ${title}: people and rooms there have addresses at ${gateway.domain}.`;
  return { profile: { name: title, note, uris: [`xmpp:${gateway.domain}`] } };
}

async function roomCard(host: FeatureHost, request: Inbound): Promise<Card> {
  const { user, to } = request;
  const profiles = profilesOf(host);
  const subject = profiles.subject(request);
  const room = to.place && host.bridge.conversation(user, to.place.conversation);
  const profile = {
    name: room?.name ?? subject.conversation,
    ...(room?.topic !== undefined && { note: room.topic.text }),
    ...subject.known,
  };
  return { profile, picture: await profiles.picture(subject, room?.avatar) };
}

/** XEP-0486: of all that a vCard says, a room takes the picture; one without takes it away. @throws BridgeError by rejection. */
async function setPicture(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const { user, from, to, payload } = request;
  const conversation = to.place?.conversation;
  if (conversation === undefined || !host.bridge.joined(user, conversation).includes(from))
    throw new BridgeError('forbidden', words`You are not in this room.`);
  const photo = payload.child('PHOTO');
  const picture = photo && pictureIn(photo);
  await performed(host, request, { kind: 'setPicture', conversation, ...(picture !== undefined && { picture }) });
  return {};
}

/** @throws BridgeError `malformed`, `too-large`. */
function pictureIn(photo: Element): EncodedPicture {
  const mediaType = photo.childText('TYPE')?.trim().toLowerCase() ?? '';
  const base64 = photo.childText('BINVAL')?.replace(/\s/g, '') ?? '';
  if (!PICTURES.has(mediaType) || base64 === '' || !BASE64.test(base64))
    throw new BridgeError('malformed', words`This is no picture of a kind that can be shown: PNG, JPEG, GIF or WebP.`);
  if (Buffer.byteLength(base64, 'base64') > MAX_PICTURE_BYTES)
    throw new BridgeError('too-large', words`A picture may have at most ${MAX_PICTURE_BYTES} bytes.`);
  return { mediaType, base64 };
}

function isTelephone(uri: string): boolean {
  return uri.startsWith('tel:');
}

function vcardOf({ profile: { name, nick, note, uris = [] }, picture }: Card, translate: Translator): Element {
  const telephones = uris.filter(isTelephone);
  const fullName = name ?? nick ?? telephones[0]?.slice('tel:'.length);
  const [url] = uris.filter((uri) => !isTelephone(uri));
  return el(
    'vCard',
    { xmlns: VCARD },
    fullName === undefined ? undefined : el('FN', {}, fullName),
    nick === undefined ? undefined : el('NICKNAME', {}, nick),
    ...telephones.map((uri) => el('TEL', {}, el('CELL'), el('NUMBER', {}, uri.slice('tel:'.length)))),
    url === undefined ? undefined : el('URL', {}, url),
    note === undefined ? undefined : el('DESC', {}, translate(note)),
    picture && el('PHOTO', {}, el('TYPE', {}, picture.mediaType), el('BINVAL', {}, base64(picture))),
  );
}

/** RFC 6351. */
function vcard4Of({ profile: { name, nick, note, uris = [] }, picture }: Card, translate: Translator): Element {
  const text = (property: string, value: string | undefined): Element | undefined =>
    value === undefined ? undefined : el(property, {}, el('text', {}, value));
  const uri = (property: string, value: string): Element => el(property, {}, el('uri', {}, value));
  return el(
    'vcard',
    { xmlns: VCARD4 },
    text('fn', name ?? nick),
    text('nickname', nick),
    ...uris.map((one) => uri(isTelephone(one) ? 'tel' : 'impp', one)),
    text('note', note && translate(note)),
    picture && uri('photo', `data:${picture.mediaType};base64,${base64(picture)}`),
  );
}

function base64({ bytes }: Picture): string {
  return Buffer.from(bytes).toString('base64');
}
