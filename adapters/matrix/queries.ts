// What can be asked of Matrix without changing it.

import type { Participant, Profile } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import { contactsAmong } from './contacts.ts';
import { directory, entryOf } from './directory.ts';
import type { Directs } from './directs.ts';
import { notJoined } from './errors.ts';
import { type Fields, fields, list, text } from './fields.ts';
import type { History } from './history.ts';
import type { Me } from './me.ts';
import { directWith, isAlias, localOf, personOf, placeOf } from './names.ts';
import type { Pictures } from './pictures.ts';
import type { Rooms } from './rooms.ts';

export interface QueryParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
  readonly history: History;
  readonly pictures: Pictures;
}

/** Room names are looked up among so many that are alike. */
const MOST_ALIKE = 20;

type Table = { readonly [K in QueryKind]?: (parts: QueryParts, query: QueryOf<K>) => Promise<AnswerTo<K>> };

const ANSWERS: Table = {
  profile: ({ me }, { conversation, who }) => profileOf(me, who ?? personOf(conversation)),
  avatar: ({ pictures }, { conversation, who }) => {
    if (who !== undefined) throw new BridgeError('not-found', words`There is no picture.`);
    return pictures.of(conversation);
  },
  search,
  contacts: async ({ me, directs }) => ({
    contacts: await contactsAmong(me, directs, directs.people),
    complete: false,
  }),
  directory,
  history: async (parts, query) => {
    const { conversation } = query;
    const { me, rooms, directs, history } = parts;
    const person = personOf(conversation);
    const roomId = person === undefined ? rooms.idOf(conversation) : await directs.find(person);
    if (roomId === undefined) throw notJoined();
    const participant = (one: string): Participant => rooms.at(roomId)?.participant(one) ?? me.stranger(one);
    return await history.answer({ roomId, conversation, participant }, query);
  },
  members,
  preview,
};

/** @throws BridgeError by rejection. */
export async function answer<K extends QueryKind>(parts: QueryParts, query: QueryOf<K>): Promise<AnswerTo<K>> {
  const ask = (
    ANSWERS as { readonly [kind: string]: ((parts: QueryParts, query: QueryOf<K>) => Promise<AnswerTo<K>>) | undefined }
  )[query.kind];
  if (ask === undefined) throw new BridgeError('unsupported', words`Matrix can't tell that here.`);
  return await ask(parts, query);
}

async function profileOf(me: Me, person: string | undefined): Promise<Profile> {
  if (person === undefined) throw new BridgeError('unsupported', words`Only people have a profile.`);
  const found = await me.api.get('profile', person).catch((error: unknown) => {
    if (!(error instanceof BridgeError) || error.code !== 'not-found') throw error;
    throw new BridgeError('not-found', words`Nobody on Matrix is called ${person}.`, { cause: error });
  });
  const name = text(found['displayname']);
  return profile(person, name);
}

function profile(person: string, name: string): Profile {
  const { uri } = placeOf(directWith(person)) ?? {};
  return { nick: name || localOf(person), ...(name !== '' && { name }), ...(uri !== undefined && { uris: [uri] }) };
}

async function search({ me }: QueryParts, { text: term, limit }: QueryOf<'search'>): Promise<AnswerTo<'search'>> {
  const found = await me.api.post(['user_directory', 'search'], { search_term: term, limit });
  return list(found['results']).flatMap((one) => {
    const person = text(one['user_id']);
    const conversation = directWith(person);
    return placeOf(conversation) === undefined
      ? []
      : [{ conversation, profile: profile(person, text(one['display_name'])) }];
  });
}

async function members({ me, rooms }: QueryParts, query: QueryOf<'members'>): Promise<AnswerTo<'members'>> {
  const { conversation, rank } = query;
  const room = rooms.named(conversation);
  if (room === undefined) throw notJoined();
  if (rank !== 'outcast') return [...room.participants.values()].filter((one) => one.rank === rank);
  const path = ['rooms', room.roomId, 'members'];
  const banned = await me.api.request({ method: 'GET', path, query: { membership: 'ban' } });
  return list(banned['chunk']).map((one) => {
    const name = text(fields(one['content'])['displayname']);
    return { ...me.people.person(text(one['state_key']), name, 'none'), rank: 'outcast' } as const;
  });
}

async function preview({ me, rooms }: QueryParts, { conversation }: QueryOf<'preview'>): Promise<AnswerTo<'preview'>> {
  const room = rooms.named(conversation);
  if (room !== undefined) {
    const { name, topic, traits, participants } = room;
    return { name, people: participants.size, traits, ...(topic !== undefined && { topic: topic.text }) };
  }
  if (isAlias(conversation)) await me.api.get('directory', 'room', conversation);
  const found = await listed(me, conversation);
  if (found === undefined) return { name: conversation };
  const { name, people, topic } = entryOf(found);
  const traits = { membersOnly: text(found['join_rule']) === 'invite', hidden: false };
  return { name, traits, ...(people !== undefined && { people }), ...(topic !== undefined && { topic }) };
}

/** Of rooms that nobody has to be in to know them. */
async function listed(me: Me, conversation: ConversationId): Promise<Fields | undefined> {
  const filter = { generic_search_term: localOf(conversation) };
  const found = await me.api.post(['publicRooms'], { limit: MOST_ALIKE, filter }).catch(() => ({}));
  const rooms = list(fields(found)['chunk']);
  return rooms.find((one) => one['canonical_alias'] === conversation || one['room_id'] === conversation);
}
