// Rooms and people by what one writes of them: a command that invites her into a room, and one that adds a contact.

import type { Contact, Profile } from '../../model/conversation.ts';
import type { Field } from '../../model/form.ts';
import { BridgeError } from '../../model/errors.ts';
import type { ConversationId } from '../../model/ids.ts';
import { joined, type Text, words } from '../../model/words.ts';
import { contactsOf } from '../contacts/index.ts';
import { isFrom, subscriptionOf } from '../contacts/standing.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost, Inbound, Translator } from '../feature.ts';
import { FORMS, formElement, submittedForm } from '../forms.ts';
import { profilesOf } from '../profiles.ts';
import { freshId } from '../stanza.ts';
import { placeTypedInto } from '../typed-place.ts';
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
        instructions: words`Which room do you want to join? You get an invitation to it.`,
        field: { ...ADDRESS, label: words`Room, such as ${host.gateway.network.prompt.room ?? ''}` },
      }),
    async run(request, [submitted = submittedForm({})]): Promise<CommandOutcome> {
      const typed = { form: submitted, field: ADDRESS.name, kind: 'group' } as const;
      const jid = host.jidOf(placeTypedInto(host, typed, request.user).conversation);
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
  return {
    node: 'add',
    name: words`Add a contact`,
    talk: { words: [words`add`] },
    available: (request) => isServed(host, request),
    form: (request) =>
      askFor(host.translator(request), {
        title: words`Add a contact`,
        instructions: joined([words`Whom do you want in your contact list?`, whatFollows(host)], ' '),
        field: { ...ADDRESS, label: words`Person, such as ${host.gateway.network.prompt.person}` },
      }),
    async run(request, [submitted = submittedForm({})]): Promise<CommandOutcome> {
      const typed = { form: submitted, field: ADDRESS.name, kind: 'direct' } as const;
      return add(host, request, placeTypedInto(host, typed, request.user).conversation);
    },
  };
}

/** What comes of adding somebody, before it is done. */
function whatFollows({ gateway: { network } }: FeatureHost): Text {
  const { accepts, approval } = network.capabilities;
  if (approval === true)
    return words`Your client asks you about it once more; then they are asked too, and look offline until they agree.`;
  return accepts.includes('add')
    ? words`They are added on ${network.title} as well.`
    : words`They do not hear of it, and need not agree.`;
}

/** @throws BridgeError by rejection, with `field`. */
async function add(host: FeatureHost, request: Inbound, conversation: ConversationId): Promise<CommandOutcome> {
  const { user } = request;
  const { lists } = contactsOf(host);
  const jid = host.jidOf(conversation);
  const form = shown(jid, host.translator(request));
  const { accepts, profiled, approval } = host.bridge.capabilities(user, conversation);
  const profile = profiled === true ? await profileOf(host, request, conversation) : {};
  const contact = contactOf(conversation, profile);
  const now = subscriptionOf(host.subscriptions, user, host.addressOf(jid)?.local ?? '');
  if (isFrom(now)) return { note: words`${jid} is in your contact list already.`, form };
  if (now.pending === true) return { note: words`${jid} has been asked already, and has not answered yet.`, form };
  // Where the network has a say, it is asked when her client subscribes.
  if (!accepts.includes('add') && (await lists.put(user, contact)))
    return { note: words`${jid} is in your contact list now.`, form };
  const after = (): void => void lists.offer(user, contact);
  const how = words`Your client now asks you whether ${jid} may be in your contact list: say yes. If it does not ask, add this address there.`;
  return { note: approval === true ? joined([how, words`Then ${jid} is asked to agree.`], ' ') : how, form, after };
}

/** Nothing where it can't be had now. @throws BridgeError `not-found` by rejection, with `field`. */
async function profileOf(host: FeatureHost, { user }: Inbound, conversation: ConversationId): Promise<Profile> {
  try {
    return await profilesOf(host).of({ user, conversation, known: {} });
  } catch (thrown) {
    if (!(thrown instanceof BridgeError)) throw thrown;
    if (thrown.code === 'not-found') throw new BridgeError('not-found', thrown.text, { field: ADDRESS.name });
    return {};
  }
}

function contactOf(conversation: ConversationId, { name, nick }: Profile): Contact {
  const called = name ?? nick;
  return { conversation, ...(called !== undefined && { name: called }) };
}

const isServed = ({ gateway, desk }: FeatureHost, { user }: Inbound): boolean =>
  gateway.network.guests || desk.accounts(user).length > 0;

const ADDRESS = { name: 'address', type: 'text', required: true } as const;

interface Prompt {
  readonly title: Text;
  readonly instructions: Text;
  readonly field: Field;
}

function askFor(translate: Translator, { title, instructions, field }: Prompt): Element {
  return formElement([field], {}, { title, instructions, formType: 'urn:viaduct:address' }, translate);
}

function shown(jid: string, translate: Translator): Element {
  const field = el('field', { var: 'jid', type: 'jid-single', label: translate(words`Address`) }, el('value', {}, jid));
  return el('x', { xmlns: FORMS, type: 'result' }, field);
}
