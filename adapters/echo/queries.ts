// What can be asked of the echo network.

import { BridgeError } from '../../src/model/errors.ts';
import type { Field } from '../../src/model/form.ts';
import { conversationId, participantId } from '../../src/model/ids.ts';
import { directoryPage } from '../../src/model/pages.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import { malformed, noSuchPerson, refusalOfRoom } from './errors.ts';
import { type Me, myRoom } from './me.ts';
import { pictureOf } from './pictures.ts';
import { moderatorOf } from './room-commands.ts';
import type { World } from './world.ts';

type Answer<K extends QueryKind> = (me: Me, query: QueryOf<K>) => AnswerTo<K>;

const answers: { readonly [K in QueryKind]: Answer<K> } = {
  profile: ({ world }, { conversation, who }) => {
    const id = who ?? participantId(conversation);
    if (id.startsWith('nobody')) throw noSuchPerson(id);
    return world.profile(id);
  },
  avatar: ({ rooms }, { conversation, who }) => {
    const room = [...rooms].find(({ id }) => id === conversation);
    const picture = pictureOf(who ?? room?.picture ?? conversation);
    if (picture === undefined) throw new BridgeError('not-found', words`There is no picture.`);
    return picture;
  },
  search: ({ world }, { text, limit }) =>
    peopleOf(world)
      .filter((name) => name.includes(text.toLowerCase()))
      .slice(0, limit)
      .map((name) => ({ conversation: conversationId(name), profile: world.profile(participantId(name)) })),
  contacts: ({ world, id }) => ({ contacts: world.contacts.list(id), complete: true }),
  directory: (me, query) => {
    const { world } = me;
    const rooms = [...world.rooms]
      .filter(({ traits }) => traits.hidden !== true)
      .toSorted((a, b) => Number(me.rooms.has(b)) - Number(me.rooms.has(a)) || (a.id < b.id ? -1 : 1));
    const entries = rooms.map((room) => {
      const { id, participants, topic } = room;
      const own = me.rooms.has(room) ? ({ isOwn: true } as const) : {};
      const entry = { conversation: id, name: id, people: participants.size, ...own };
      return topic === undefined ? entry : { ...entry, topic: topic.text };
    });
    return directoryPage(entries, query);
  },
  history: (me, { conversation, before, after, limit }) => {
    const { messages } = myRoom(me, conversation);
    const end = before === undefined ? messages.length : indexOf(messages, before);
    const start = after === undefined ? 0 : indexOf(messages, after) + 1;
    const range = messages.slice(start, end);
    const page = after === undefined ? range.slice(-limit) : range.slice(0, limit);
    const mine = page.map((message) => (message.from.id === me.id ? { ...message, own: true } : message));
    return { messages: mine, complete: page.length === range.length };
  },
  members: (me, { conversation, rank }) => {
    const room = myRoom(me, conversation);
    if (rank !== 'outcast') return [...room.participants.values()].filter((who) => who.rank === rank);
    moderatorOf(me, room, words`You may not see who is banned here.`);
    return [...room.banned].map((id) => me.world.person(id, 'outcast'));
  },
  settings: (me, { conversation }) => {
    const room = myRoom(me, conversation);
    moderatorOf(me, room, words`You may not see the settings of this room.`);
    const { membersOnly = false, moderated = false, hidden = false, topicOpen = false } = room.traits;
    return [
      { name: 'membersOnly', label: words`Only members may enter`, type: 'boolean', default: membersOnly },
      { name: 'moderated', label: words`Only who has a voice may speak`, type: 'boolean', default: moderated },
      { name: 'hidden', label: words`Not in the directory`, type: 'boolean', default: hidden },
      { name: 'topicOpen', label: words`Everybody may set the topic`, type: 'boolean', default: topicOpen },
      { name: 'password', label: words`Password`, type: 'secret' },
    ] satisfies readonly Field[];
  },
  preview: ({ world }, { conversation }) => {
    const refusal = refusalOfRoom(conversation);
    if (refusal?.code === 'not-found') throw refusal;
    if (!world.hasRoom(conversation)) return { name: conversation };
    const { participants, topic, traits } = world.room(conversation);
    const preview = { name: conversation, people: participants.size, traits };
    return topic === undefined ? preview : { ...preview, topic: topic.text };
  },
};

/** @throws BridgeError. */
export function answer<K extends QueryKind>(me: Me, query: QueryOf<K>): AnswerTo<K> {
  const answerOne: Answer<K> = answers[query.kind as K];
  return answerOne(me, query);
}

function indexOf(messages: readonly { readonly id: string }[], id: string): number {
  const at = messages.findIndex((message) => message.id === id);
  if (at === -1) throw malformed(words`There is no such message to count from.`);
  return at;
}

function peopleOf(world: World): readonly string[] {
  const names = new Set<string>();
  for (const room of world.rooms) for (const id of room.participants.keys()) names.add(id);
  return [...names].toSorted();
}
