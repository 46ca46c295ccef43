// Roles and affiliations: asking for the lists, voice and operator status, kicks and bans (XEP-0045 8 and 9).

import type { CommandOf } from '../../../model/commands.ts';
import type { Conversation, Participant, Rank } from '../../../model/conversation.ts';
import { BridgeError } from '../../../model/errors.ts';
import { type ConversationId, conversationId, type ParticipantId } from '../../../model/ids.ts';
import { words } from '../../../model/words.ts';
import { type Feature, type FeatureHost, type IqReply, type IqRequest, StanzaError } from '../../feature.ts';
import { bareOf } from '../../jid.ts';
import { pagedItems } from '../../paging.ts';
import { performed } from '../../performing.ts';
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
    throw new BridgeError('forbidden', words`You are not in this room.`);
  return conversation;
}

/** Empty lists rather than errors: clients ask for all of them after a join. What does not fit into one answer is read in pages (XEP-0059). */
async function list(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const conversation = joined(host, request);
  const asked = request.payload.child('item')?.attrs ?? {};
  const matches = (who: Participant): boolean => {
    const { affiliation, role } = standing(who.rank, conversation.traits);
    return asked['affiliation'] === undefined ? role === asked['role'] : affiliation === asked['affiliation'];
  };
  if (asked['affiliation'] === undefined && asked['role'] === undefined)
    throw new StanzaError('modify/bad-request', words`Ask for an affiliation or a role.`);
  if (asked['affiliation'] === 'outcast') {
    const items = (await outcasts(host, request, conversation)).map(({ jid }) =>
      el('item', { affiliation: 'outcast', jid }),
    );
    return { payload: listed(request, items) };
  }
  const items = [...conversation.participants.values()].filter(matches).map((who) => {
    const direct = host.gateway.network.directOf(who.id);
    const jid = direct === undefined ? undefined : host.jidOf(direct);
    return el('item', {
      ...standing(who.rank, conversation.traits),
      nick: host.occupants.nick(conversation, who),
      jid,
    });
  });
  return { payload: listed(request, items) };
}

/** Occupants are counted from by their nick, others by their address. */
function listed({ payload }: IqRequest, items: readonly Element[]): Element {
  const nameOf = ({ attrs: { nick, jid = '' } }: Element): string => nick ?? jid;
  return el('query', { xmlns: MUC_ADMIN }, ...pagedItems(payload, items, nameOf));
}

interface Outcast {
  readonly who: Participant;
  readonly jid: string;
}

/** Nobody is in the room of those, so the network has to tell. @throws BridgeError by rejection. */
async function outcasts(host: FeatureHost, { user }: IqRequest, { id }: Conversation): Promise<readonly Outcast[]> {
  const { network } = host.gateway;
  if (!host.bridge.capabilities(user, id).answers.includes('members')) return [];
  const ask = { kind: 'members', account: network.accountOf(id), conversation: id, rank: 'outcast' } as const;
  const found = await host.bridge.ask(user, ask);
  // Not only people: IRC bans whoever a pattern fits.
  return found.map((who) => ({ who, jid: host.jidOf(network.directOf(who.id) ?? conversationId(who.id)) }));
}

async function change(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  joined(host, request);
  const changes: Change[] = [];
  for (const item of request.payload.elements('item')) changes.push(await changeOf(host, request, item));
  if (changes.length === 0) throw new StanzaError('modify/bad-request', words`There is nothing to change.`);
  // One by one: the answer comes when the network has confirmed the last.
  for (const one of changes) await performed(host, request, one);
  return {};
}

async function changeOf(host: FeatureHost, request: IqRequest, item: Element): Promise<Change> {
  const conversation = joined(host, request);
  const { role, affiliation } = item.attrs;
  if ((role === undefined) === (affiliation === undefined))
    throw new StanzaError('modify/bad-request', words`Change either a role or an affiliation.`);
  const reason = item.childText('reason');
  const why = reason === undefined ? {} : { reason };
  const who = target(host, conversation, item);
  if (who === undefined) {
    const rank = affiliation === undefined ? undefined : rankOfAbsent(affiliation);
    const absent = await whoIsAbsent(host, request, item);
    if (rank === undefined || absent === undefined)
      throw new BridgeError('not-found', words`There is nobody of that name in this room.`);
    return { kind: 'setRank', conversation: conversation.id, who: absent, rank, ...why };
  }
  if (role === 'none') return { kind: 'eject', conversation: conversation.id, who: who.id, ban: false, ...why };
  if (affiliation === 'outcast') {
    if (who.id === conversation.self) throw new StanzaError('cancel/conflict', words`You cannot ban yourself.`);
    return { kind: 'eject', conversation: conversation.id, who: who.id, ban: true, ...why };
  }
  const rank = role === undefined ? BY_AFFILIATION[affiliation ?? ''] : BY_ROLE[role];
  if (rank === undefined) throw noSuchRank(role ?? affiliation ?? '');
  return { kind: 'setRank', conversation: conversation.id, who: who.id, rank, ...why };
}

const noSuchRank = (name: string): StanzaError =>
  new StanzaError('modify/bad-request', words`There is no role or affiliation "${name}".`);

/** By nick, else by the address of the contact. */
function target(host: FeatureHost, conversation: Conversation, { attrs }: Element): Participant | undefined {
  const { nick, jid } = attrs;
  const direct: ConversationId | undefined = jid === undefined ? undefined : host.addressOf(jid)?.place?.conversation;
  if (nick !== undefined) return host.occupants.find(conversation, nick);
  if (direct === undefined) return undefined;
  return [...conversation.participants.values()].find(({ id }) => host.gateway.network.directOf(id) === direct);
}

/** Only bans are for those. @throws StanzaError for all else. */
function rankOfAbsent(affiliation: string): Rank {
  if (affiliation === 'outcast') return 'outcast';
  if (affiliation === 'none') return 'none';
  if (BY_AFFILIATION[affiliation] === undefined) throw noSuchRank(affiliation);
  throw new StanzaError(
    'cancel/not-allowed',
    words`Who is not in the room can be banned and let in again, nothing else.`,
  );
}

/** Whoever is to be banned; to be let in again, only as the list of the banned has her. */
async function whoIsAbsent(
  host: FeatureHost,
  request: IqRequest,
  { attrs }: Element,
): Promise<ParticipantId | undefined> {
  const { jid, affiliation } = attrs;
  const room = joined(host, request);
  const id = jid === undefined ? undefined : host.idOf(jid);
  if (jid === undefined || id === undefined) return undefined;
  const outsider = host.gateway.network.outsider?.(room.id, id);
  if (affiliation === 'outcast') return outsider;
  const names = [bareOf(jid), ...(outsider === undefined ? [] : [host.jidOf(conversationId(outsider))])];
  const asked = names.map((name) => name.toLowerCase());
  const found = await outcasts(host, request, room);
  return found.find((one) => asked.includes(one.jid.toLowerCase()))?.who.id;
}
