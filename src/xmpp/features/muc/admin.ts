// Roles and affiliations: asking for the lists, voice and operator status, kicks and bans (XEP-0045 8 and 9).

import type { CommandOf } from '../../../model/commands.ts';
import type { Conversation, Participant, Rank } from '../../../model/conversation.ts';
import { BridgeError } from '../../../model/errors.ts';
import type { ConversationId } from '../../../model/ids.ts';
import { type Feature, type FeatureHost, type IqReply, type IqRequest, StanzaError } from '../../feature.ts';
import { MUC_ADMIN, standing } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

type Change = CommandOf<'eject' | 'setRank'>;

const BY_ROLE: Readonly<Record<string, Rank>> = { moderator: 'admin', participant: 'voiced', visitor: 'member' };
const BY_AFFILIATION: Readonly<Record<string, Rank>> = {
  owner: 'owner',
  admin: 'admin',
  member: 'voiced',
  none: 'member',
};

export const roomAdmin: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    host.onIq('get', MUC_ADMIN, 'query', ['room'], (request) => list(host, request));
    host.onIq('set', MUC_ADMIN, 'query', ['room'], (request) => change(host, request));
  },
};

function joined(host: FeatureHost, { user, from, to }: IqRequest): Conversation {
  const id = to.place?.conversation;
  const conversation = id === undefined ? undefined : host.bridge.conversation(user, id);
  if (id === undefined || conversation === undefined || !host.bridge.joined(user, id).includes(from))
    throw new BridgeError('forbidden', 'You are not in this room.');
  return conversation;
}

/** Empty lists rather than errors: clients ask for all of them after a join. */
function list(host: FeatureHost, request: IqRequest): IqReply {
  const conversation = joined(host, request);
  const asked = request.payload.child('item')?.attrs ?? {};
  const matches = (who: Participant): boolean => {
    const { affiliation, role } = standing(who.rank, conversation.traits);
    return asked['affiliation'] === undefined ? role === asked['role'] : affiliation === asked['affiliation'];
  };
  if (asked['affiliation'] === undefined && asked['role'] === undefined)
    throw new StanzaError('modify/bad-request', 'Ask for an affiliation or a role.');
  const items = [...conversation.participants.values()].filter(matches).map((who) => {
    const direct = host.gateway.network.directOf(who.id);
    const jid = direct === undefined ? undefined : host.jidOf(direct);
    return el('item', {
      ...standing(who.rank, conversation.traits),
      nick: host.occupants.nick(conversation, who),
      jid,
    });
  });
  return { payload: el('query', { xmlns: MUC_ADMIN }, ...items) };
}

async function change(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const conversation = joined(host, request);
  const changes = request.payload.elements('item').map((item) => changeOf(host, conversation, item));
  if (changes.length === 0) throw new StanzaError('modify/bad-request', 'There is nothing to change.');
  // One by one: the answer comes when the network has confirmed the last.
  for (const one of changes) await perform(host, request, one);
  return {};
}

function perform(host: FeatureHost, request: IqRequest, command: Change): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: BridgeError | undefined): void => (error === undefined ? resolve() : reject(error));
    host.bridge.submit(request.user, command, { ...host.origin(request), settle });
  });
}

function changeOf(host: FeatureHost, conversation: Conversation, item: Element): Change {
  const { role, affiliation } = item.attrs;
  if ((role === undefined) === (affiliation === undefined))
    throw new StanzaError('modify/bad-request', 'Change either a role or an affiliation.');
  const who = target(host, conversation, item);
  const reason = item.childText('reason');
  const why = reason === undefined ? {} : { reason };
  if (role === 'none') return { kind: 'eject', conversation: conversation.id, who: who.id, ban: false, ...why };
  if (affiliation === 'outcast') {
    if (who.id === conversation.self) throw new StanzaError('cancel/conflict', 'You cannot ban yourself.');
    return { kind: 'eject', conversation: conversation.id, who: who.id, ban: true, ...why };
  }
  const rank = role === undefined ? BY_AFFILIATION[affiliation ?? ''] : BY_ROLE[role];
  if (rank === undefined)
    throw new StanzaError('modify/bad-request', `There is no role or affiliation "${role ?? affiliation}".`);
  return { kind: 'setRank', conversation: conversation.id, who: who.id, rank, ...why };
}

/** By nick, else by the address of the contact. */
function target(host: FeatureHost, conversation: Conversation, { attrs }: Element): Participant {
  const { nick, jid } = attrs;
  const direct: ConversationId | undefined = jid === undefined ? undefined : host.addressOf(jid)?.place?.conversation;
  const who =
    nick === undefined
      ? [...conversation.participants.values()].find(
          ({ id }) => direct !== undefined && host.gateway.network.directOf(id) === direct,
        )
      : host.occupants.find(conversation, nick);
  if (who === undefined) throw new BridgeError('not-found', 'There is nobody of that name in this room.');
  return who;
}
