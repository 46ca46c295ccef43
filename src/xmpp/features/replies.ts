// Replies (XEP-0461) with their quoted fallback (XEP-0428), whose range counts code points. In rooms they name the room's id of the message.

import type { Body, Reference } from '../../model/conversation.ts';
import type { Feature, FeatureHost, Inbound } from '../feature.ts';
import { type Element, el } from '../xml.ts';

const REPLY = 'urn:xmpp:reply:0';
const FALLBACK = 'urn:xmpp:fallback:0';

export const replies: Feature = {
  specs: ['XEP-0461', 'XEP-0428'],
  register(host) {
    host.advertise(REPLY, ['contact', 'room'], 'say');
    host.advertise(FALLBACK, ['contact', 'room'], 'say');
    host.readMessage(REPLY, 'reply', (child, draft, message) => {
      if (draft.kind !== 'say' && draft.kind !== 'edit') return draft;
      const { text, quote } = withoutFallback(draft.body, message.stanza);
      const replyTo = referenceIn(host, child, message);
      const body = { ...draft.body, text };
      // A correction is of the text alone: what is answered stays.
      if (draft.kind === 'edit' || replyTo === undefined) return { ...draft, body };
      return { ...draft, body: { ...body, replyTo: quote === undefined ? replyTo : { ...replyTo, quote } } };
    });
    host.decorate('said', ({ event: { message, conversation }, user, conversation: room, to }, stanza) => {
      const reply = message.body.replyTo;
      const target = reply?.target.by === 'network' ? reply.target.ids[0] : undefined;
      if (reply === undefined || target === undefined) return;
      const author = reply.author === undefined ? undefined : room?.participants.get(reply.author);
      const by = room === undefined || author === undefined ? undefined : host.occupants.jid(room, author);
      const id = to.length > 0 ? target : (host.messageIds.xmpp(user, conversation, target) ?? target);
      stanza.add(el('reply', { xmlns: REPLY, to: by, id }));
    });
  },
};

function referenceIn(
  host: FeatureHost,
  { attrs: { id, to } }: Element,
  { user, type }: Inbound,
): Reference | undefined {
  if (id === undefined) return undefined;
  const target = { by: type === 'groupchat' ? 'stanza-id' : 'id', value: id } as const;
  const author = to === undefined ? undefined : authorAt(host, user, to);
  return author === undefined ? { target } : { target, author };
}

function authorAt(host: FeatureHost, user: Inbound['user'], jid: string): Reference['author'] {
  const address = host.addressOf(jid);
  if (address?.where !== 'occupant' || address.place === undefined) return undefined;
  const room = host.bridge.conversation(user, address.place.conversation);
  return room && host.occupants.find(room, address.resource)?.id;
}

interface Stripped {
  readonly text: string;
  /** What stood there for clients that know no replies, without its marks. */
  readonly quote?: string;
}

/** A range that can't be is none, and nobody's words get lost by one that has them all. */
function withoutFallback({ text }: Body, stanza: Element): Stripped {
  const marked = stanza.elements('fallback').find(({ ns, attrs }) => ns === FALLBACK && attrs['for'] === REPLY);
  const range = marked?.child('body', FALLBACK)?.attrs;
  if (range === undefined) return { text };
  const points = Array.from(text);
  const [start, end] = [pointAt(range['start'] ?? '0'), pointAt(range['end'] ?? String(points.length))];
  if (start === undefined || end === undefined || start > end || end > points.length) return { text };
  const rest = [...points.slice(0, start), ...points.slice(end)].join('');
  const quote = points.slice(start, end).join('').replaceAll(/^> ?/gm, '').trim();
  return rest.trim() === '' ? { text } : { text: rest, quote };
}

const pointAt = (written: string): number | undefined => (/^\d{1,7}$/.test(written) ? Number(written) : undefined);
