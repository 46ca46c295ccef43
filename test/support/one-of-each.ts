// A command of each kind, about somebody and something in a room.

import type { CommandKind, CommandOf } from '../../src/model/commands.ts';
import { accountKey, conversationId, messageId, participantId } from '../../src/model/ids.ts';

const conversation = conversationId('#verona');
const account = accountKey('a');
const who = participantId('u1');
const target = { by: 'network', ids: [messageId('n1')] } as const;
const body = { kind: 'text', text: 'hello' } as const;
const answers = {};

export const ONE_OF_EACH: { readonly [K in CommandKind]: CommandOf<K> } = {
  join: { kind: 'join', conversation },
  leave: { kind: 'leave', conversation },
  say: { kind: 'say', conversation, body },
  edit: { kind: 'edit', conversation, target, body },
  retract: { kind: 'retract', conversation, target },
  moderate: { kind: 'moderate', conversation, target },
  react: { kind: 'react', conversation, target, emoji: ['👍'] },
  type: { kind: 'type', conversation, state: 'composing' },
  display: { kind: 'display', conversation, upTo: target },
  setTopic: { kind: 'setTopic', conversation, text: 'x' },
  setPicture: { kind: 'setPicture', conversation, picture: { mediaType: 'image/png', base64: 'iVBORw0KGgo=' } },
  setRank: { kind: 'setRank', conversation, who, rank: 'voiced' },
  eject: { kind: 'eject', conversation, who, ban: false },
  invite: { kind: 'invite', conversation, who: 'x' },
  accept: { kind: 'accept', conversation },
  decline: { kind: 'decline', conversation },
  configure: { kind: 'configure', conversation, answers },
  create: { kind: 'create', conversation, answers },
  destroy: { kind: 'destroy', conversation },
  add: { kind: 'add', conversation },
  remove: { kind: 'remove', conversation },
  answer: { kind: 'answer', conversation, allow: true },
  block: { kind: 'block', conversation, on: true },
  poke: { kind: 'poke', conversation, what: 'ping' },
  appear: { kind: 'appear', account, presence: { show: 'away' } },
  watch: { kind: 'watch', account, people: [] },
  setNick: { kind: 'setNick', account, nick: 'x' },
  setProfile: { kind: 'setProfile', account, profile: {} },
  raw: { kind: 'raw', account, text: 'x' },
};
