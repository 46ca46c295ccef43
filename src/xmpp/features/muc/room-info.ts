// What a room is, before and after joining (XEP-0045 6.4 to 6.6): answered at once, also to those who are not in it.

import type { Conversation, GroupTraits } from '../../../model/conversation.ts';
import { BridgeError } from '../../../model/errors.ts';
import { words } from '../../../model/words.ts';
import type { Feature, FeatureHost, Inbound } from '../../feature.ts';
import { MUC } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

const ROOM_INFO = 'http://jabber.org/protocol/muc#roominfo';
const ROOM_NICK = 'x-roomuser-item';
const TRAFFIC = 'http://jabber.org/protocol/muc#traffic';

export const roomInfo: Feature = {
  specs: ['XEP-0045', 'XEP-0486'],
  register(host) {
    host.advertise(MUC, ['gateway', 'room', 'occupant'], 'join');
    host.advertise(`${MUC}#stable_id`, ['room']);
    host.advertise(`${MUC}#self-ping-optimization`, ['room']);
    host.disco(['gateway'], {
      identities() {
        const { roomService, title } = host.gateway.network;
        return roomService === undefined ? [] : [{ category: 'conference', type: roomService, name: title }];
      },
    });
    host.disco(['room'], {
      identities: (request) => [{ category: 'conference', type: 'text', name: nameOf(host, request) }],
      features: (request) => traits(find(host, request)?.traits),
      forms: (request) => [form(find(host, request), nameOf(host, request))],
      // A node is another list: its commands, for one.
      items: (request, node) => (node === undefined ? occupants(host, request) : []),
      node(request, node) {
        if (node === TRAFFIC) return { identities: [{ category: 'conference', type: 'text' }], features: [] };
        if (node !== ROOM_NICK) return undefined;
        const conversation = find(host, request);
        const self = conversation?.participants.get(conversation.self);
        const name =
          conversation === undefined || self === undefined ? undefined : host.occupants.nick(conversation, self);
        return { identities: name === undefined ? [] : [{ category: 'conference', type: 'text', name }], features: [] };
      },
    });
    host.disco(['occupant'], {
      identities(request) {
        const conversation = find(host, request);
        // MUC-6: only for those who are in the room.
        if (conversation === undefined) throw new BridgeError('malformed', words`You are not in this room.`);
        if (host.occupants.find(conversation, request.to.resource) === undefined)
          throw new BridgeError('not-found', words`There is nobody of that name in this room.`);
        return [{ category: 'client', type: 'pc', name: request.to.resource }];
      },
    });
  },
};

function find(host: FeatureHost, { user, to }: Inbound): Conversation | undefined {
  const { network } = host.gateway;
  if (!network.guests && host.desk.accounts(user).length === 0)
    throw new BridgeError('not-registered', words`Please register with ${host.gateway.domain} first.`);
  return to.place === undefined ? undefined : host.bridge.conversation(user, to.place.conversation);
}

function nameOf(host: FeatureHost, request: Inbound): string {
  return find(host, request)?.name ?? request.to.place?.conversation ?? '';
}

/** MUC-3 and MUC-4: one of each pair; never for members only and with real addresses at once. */
function traits({ membersOnly, moderated, hidden, passwordProtected }: GroupTraits = {}): string[] {
  return [
    'muc_persistent',
    'muc_semianonymous',
    membersOnly === true ? 'muc_membersonly' : 'muc_open',
    moderated === true ? 'muc_moderated' : 'muc_unmoderated',
    hidden === true ? 'muc_hidden' : 'muc_public',
    passwordProtected === true ? 'muc_passwordprotected' : 'muc_unsecured',
  ];
}

function form(conversation: Conversation | undefined, name: string): Element {
  const field = (key: string, value: string, label?: string, type?: string): Element =>
    el('field', { var: key, type, label }, el('value', {}, value));
  return el(
    'x',
    { xmlns: 'jabber:x:data', type: 'result' },
    el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, ROOM_INFO)),
    field('muc#roomconfig_roomname', name, 'Name'),
    field('muc#roominfo_description', conversation?.topic?.text ?? '', 'Description'),
    conversation?.topic === undefined ? undefined : field('muc#roominfo_subject', conversation.topic.text, 'Subject'),
    conversation === undefined
      ? undefined
      : field('muc#roominfo_occupants', String(conversation.participants.size), 'Occupants'),
    field(
      'muc#roominfo_changesubject',
      conversation?.traits?.topicOpen === false ? '0' : '1',
      'Occupants may change the subject',
    ),
    field('muc#roomconfig_allowpm', 'anyone', 'Private messages'),
    // XEP-0486; the picture is in the vCard.
    conversation?.avatar && field('muc#roominfo_avatarhash', conversation.avatar.sha1, 'Picture', 'text-multi'),
  );
}

function occupants(host: FeatureHost, request: Inbound): readonly { readonly jid: string }[] {
  const conversation = find(host, request);
  if (conversation === undefined) return [];
  return [...conversation.participants.values()].map((who) => ({ jid: host.occupants.jid(conversation, who) }));
}
