// Rooms and people by what one writes of them: a command that invites her into a room, and one that offers a contact.

import { BridgeError } from '../../model/errors.ts';
import type { Place } from '../../model/network.ts';
import { joined, type Text, words } from '../../model/words.ts';
import { isTo, subscriptionOf } from '../contacts/standing.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost, Inbound, Translator } from '../feature.ts';
import { FORMS, formElement, typedInto } from '../forms.ts';
import { freshId } from '../stanza.ts';
import { typedPlace } from '../typed-place.ts';
import { type Element, el } from '../xml.ts';

const INVITATION = 'jabber:x:conference';

export const finding: Feature = {
  specs: ['XEP-0249'],
  register(host) {
    const { network } = host.gateway;
    if (network.roomService !== undefined) host.addCommand(joinCommand(host));
    host.addCommand(addCommand(host));
  },
};

function joinCommand(host: FeatureHost): CommandDefinition {
  return {
    node: 'join',
    name: words`Join a room`,
    talk: { words: [words`join`] },
    available: (request) => isServed(host, request),
    form: (request) =>
      askFor(host.translator(request), {
        title: words`Join a room`,
        instructions: joined([words`Which room do you want to join?`, host.gateway.network.prompt.help], ' '),
        label: words`Room`,
      }),
    async run(request, [submitted]): Promise<CommandOutcome> {
      const { conversation } = placeIn(host, request, submitted, 'group');
      const jid = host.jidOf(conversation);
      const { domain } = host.gateway;
      const invite = el('x', { xmlns: INVITATION, jid });
      const attrs = { from: domain, to: request.user, type: 'normal', id: freshId() };
      return {
        note: words`Here is an invitation to the room. If your client shows none, join this address.`,
        form: shown(jid, host.translator(request)),
        after: () => host.send(el('message', attrs, invite), 'spooled'),
      };
    },
  };
}

function addCommand(host: FeatureHost): CommandDefinition {
  const { network } = host.gateway;
  return {
    node: 'add',
    name: words`Add a contact`,
    talk: { words: [words`add`] },
    available: (request) => isServed(host, request),
    form: (request) =>
      askFor(host.translator(request), {
        title: words`Add a contact`,
        instructions: network.prompt.help,
        label: network.prompt.label,
      }),
    async run(request, [submitted]): Promise<CommandOutcome> {
      const { conversation } = placeIn(host, request, submitted, 'direct');
      const jid = host.jidOf(conversation);
      return {
        note: words`Here is the contact: say yes when it asks for your presence, or write to this address.`,
        form: shown(jid, host.translator(request)),
        after: () => offer(host, request, jid),
      };
    },
  };
}

/** Asks for her presence, so that her client offers the contact (SUB-4). */
function offer(host: FeatureHost, { user }: Inbound, jid: string): void {
  const local = host.addressOf(jid)?.local ?? '';
  const now = subscriptionOf(host.subscriptions, user, local);
  if (isTo(now)) return;
  host.subscriptions.set(user, local, { ...now, asked: true });
  host.send(el('presence', { from: jid, to: user, type: 'subscribe' }), 'state');
}

const isServed = ({ gateway, desk }: FeatureHost, { user }: Inbound): boolean =>
  gateway.network.guests || desk.accounts(user).length > 0;

/** @throws BridgeError `malformed` with `field`. */
function placeIn(host: FeatureHost, { user }: Inbound, submitted: Element | undefined, kind: Place['kind']): Place {
  const written = (submitted === undefined ? [] : (typedInto(submitted)['address'] ?? [])).join('');
  const place = typedPlace(host, written, user, 'address');
  if (place.kind === kind) return place;
  const text = kind === 'group' ? words`That is a person, not a room.` : words`That is a room, not a person.`;
  throw new BridgeError('malformed', text, { field: 'address' });
}

interface Prompt {
  readonly title: Text;
  readonly instructions: Text;
  /** Of the one field. */
  readonly label: Text;
}

function askFor(translate: Translator, { title, instructions, label }: Prompt): Element {
  const field = { name: 'address', label, type: 'text', required: true } as const;
  return formElement([field], {}, { title, instructions, formType: 'urn:viaduct:address' }, translate);
}

function shown(jid: string, translate: Translator): Element {
  const field = el('field', { var: 'jid', type: 'jid-single', label: translate(words`Address`) }, el('value', {}, jid));
  return el('x', { xmlns: FORMS, type: 'result' }, field);
}
