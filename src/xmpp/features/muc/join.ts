// Coming into a room, being in it and leaving it, as the user asks for it (XEP-0045 7.1, 7.2, 7.6, 7.14).

import type { HistoryLimits } from '../../../model/commands.ts';
import type { Conversation } from '../../../model/conversation.ts';
import type { Place } from '../../../model/network.ts';
import { words } from '../../../model/words.ts';
import { type Feature, type FeatureHost, type Inbound, StanzaError } from '../../feature.ts';
import { MUC, MUC_USER, presenceIn, priorityIn } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

export const join: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    host.onPresence(['room'], ({ type, stanza }) => {
      if (type === '' && stanza.child('x', MUC) !== undefined)
        throw new StanzaError('modify/jid-malformed', words`Choose a nick: join room@server/nick.`);
      return true;
    });
    host.onPresence(['occupant'], (presence) => {
      if (presence.type === 'unavailable') leave(host, presence);
      else if (presence.type === '') available(host, presence);
      return true;
    });
  },
};

function available(host: FeatureHost, presence: Inbound): void {
  const { user, from, to, stanza } = presence;
  const place = to.place as Place;
  const wanted = to.resource;
  const x = stanza.child('x', MUC);
  const isIn = host.bridge.joined(user, place.conversation).includes(from);
  const appears = (): void => host.bridge.clientPresence(from, presenceIn(stanza), priorityIn(stanza), 'room');
  if (x !== undefined) {
    if (wanted.trim() === '')
      throw new StanzaError('modify/not-acceptable', words`A nick needs letters that can be seen.`);
    const password = x.childText('password');
    const history = historyOf(x.child('history'));
    host.bridge.submit(
      user,
      {
        kind: 'join',
        conversation: place.conversation,
        nick: wanted,
        ...(password !== undefined && { password }),
        ...(history !== undefined && { history }),
      },
      host.origin(presence),
    );
    appears();
    return;
  }
  const conversation = host.bridge.conversation(user, place.conversation);
  if (!isIn) {
    notIn(host, presence);
    return;
  }
  appears();
  if (conversation !== undefined && ownNick(host, conversation) !== wanted) {
    host.bridge.submit(
      user,
      { kind: 'setNick', account: host.gateway.network.accountOf(place.conversation), nick: wanted },
      host.origin(presence),
    );
  }
}

/** MUC-20: not a join, and the client must learn that it is not in the room. */
function notIn(host: FeatureHost, { to, from, id }: Inbound): void {
  host.send(
    el(
      'presence',
      { from: to.jid, to: from, id, type: 'unavailable' },
      el(
        'x',
        { xmlns: MUC_USER },
        el('item', { affiliation: 'none', role: 'none' }),
        ...['110', '307', '333'].map((code) => el('status', { code })),
      ),
    ),
    'state',
  );
}

function leave(host: FeatureHost, presence: Inbound): void {
  const { user, from, to, stanza } = presence;
  const place = to.place as Place;
  const joined = host.bridge.joined(user, place.conversation);
  // Where none of her clients is, the network may have put her there.
  const isHers = joined.length > 0 ? joined.includes(from) : host.bridge.conversation(user, place.conversation);
  if (isHers === false || isHers === undefined) return;
  const text = stanza.childText('status');
  host.bridge.submit(
    user,
    { kind: 'leave', conversation: place.conversation, ...(text !== undefined && { text }) },
    host.origin(presence),
  );
}

function ownNick(host: FeatureHost, conversation: Conversation): string | undefined {
  const self = conversation.participants.get(conversation.self);
  return self && host.occupants.nick(conversation, self);
}

/** XEP-0045 7.2.13; a limit that can't be read is none. */
function historyOf(history: Element | undefined): HistoryLimits | undefined {
  if (history === undefined) return undefined;
  const number = (name: string): number | undefined => {
    const value = history.attrs[name];
    return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  };
  const [maxStanzas, maxChars, seconds] = [number('maxstanzas'), number('maxchars'), number('seconds')];
  const since = new Date(history.attrs['since'] ?? '');
  return {
    ...(maxStanzas !== undefined && { maxStanzas }),
    ...(maxChars !== undefined && { maxChars }),
    ...(seconds !== undefined && { seconds }),
    ...(!Number.isNaN(since.getTime()) && { since }),
  };
}
