// What one may do about a contact, by commands at the contact itself, at the gateway, and in a talk (XEP-0050, CMD-7); and having the network's
// list of contacts once more.

import type { CommandOf } from '../../model/commands.ts';
import type { Profile } from '../../model/conversation.ts';
import { BridgeError } from '../../model/errors.ts';
import type { AccountKey, ConversationId } from '../../model/ids.ts';
import { plural, type Text, words } from '../../model/words.ts';
import { contactsOf } from '../contacts/index.ts';
import type { CommandDefinition, CommandOutcome, CommandResult, Feature, FeatureHost, Inbound } from '../feature.ts';
import { FORMS, formElement, typedInto } from '../forms.ts';
import { profilesOf } from '../profiles.ts';
import { timestamp } from '../stanza.ts';
import { typedPlace } from '../typed-place.ts';
import { type Element, el } from '../xml.ts';

export const contactCommands: Feature = {
  specs: ['XEP-0050'],
  register(host) {
    const { accepts, answers } = host.gateway.network.capabilities;
    if (answers.includes('profile')) host.addCommand(aboutCommand(host));
    host.addCommand(removeCommand(host));
    if (accepts.includes('block')) for (const on of [true, false]) host.addCommand(blockCommand(host, on));
    if (answers.includes('contacts')) host.addCommand(listCommand(host));
  },
};

interface ContactCommand {
  readonly node: string;
  readonly name: Text;
  readonly word: Text;
  readonly run: (request: Inbound, contact: ConversationId) => Promise<CommandResult>;
}

/** At a contact it is about that one; at the gateway she is asked for it. */
function about(host: FeatureHost, { node, name, word, run }: ContactCommand): CommandDefinition {
  const { gateway, desk } = host;
  return {
    node,
    name,
    where: ['gateway', 'contact'],
    talk: { words: [word] },
    available: ({ user, to }) =>
      (to.where === 'gateway' || to.place?.kind === 'direct') &&
      (gateway.network.guests || desk.accounts(user).length > 0),
    async run(request, [submitted]): Promise<CommandOutcome> {
      if (request.to.place !== undefined) return run(request, request.to.place.conversation);
      return submitted === undefined
        ? { ask: askFor(host, request, name) }
        : run(request, contactIn(host, request, submitted));
    },
  };
}

function askFor(host: FeatureHost, request: Inbound, title: Text): Element {
  const { help, label } = host.gateway.network.prompt;
  const field = { name: 'address', label, type: 'text', required: true } as const;
  const texts = { title, instructions: help, formType: 'urn:viaduct:address' };
  return formElement([field], {}, texts, host.translator(request));
}

/** @throws BridgeError `malformed` with `field`. */
function contactIn(host: FeatureHost, { user }: Inbound, submitted: Element): ConversationId {
  const { kind, conversation } = typedPlace(host, (typedInto(submitted)['address'] ?? []).join(''), user, 'address');
  if (kind === 'direct') return conversation;
  throw new BridgeError('malformed', words`That is a room, not a person.`, { field: 'address' });
}

function aboutCommand(host: FeatureHost): CommandDefinition {
  return about(host, {
    node: 'contact-profile',
    name: words`See who a contact is`,
    word: words`who`,
    async run(request, conversation) {
      const profile = await profilesOf(host).of({ user: request.user, conversation, known: {} });
      return { note: words`This is what the network tells.`, form: profileForm(host, request, conversation, profile) };
    },
  });
}

function profileForm(host: FeatureHost, request: Inbound, conversation: ConversationId, profile: Profile): Element {
  const translate = host.translator(request);
  const { name, nick, note, software, idleSince, uris = [] } = profile;
  const rows: readonly (readonly [name: string, label: Text, values: readonly (string | undefined)[]])[] = [
    ['jid', words`Address`, [host.jidOf(conversation)]],
    ['fn', words`Name`, [name]],
    ['nick', words`Nickname`, [nick]],
    ['note', words`About`, [note && translate(note)]],
    ['uri', words`There`, uris],
    ['software', words`Software`, [software]],
    ['idle', words`Idle since`, [idleSince && timestamp(idleSince)]],
  ];
  const fields = rows.flatMap(([own, label, values]) => {
    const told = values.filter((value) => value !== undefined && value !== '');
    if (told.length === 0) return [];
    const attrs = { var: own, type: told.length > 1 ? 'text-multi' : 'text-single', label: translate(label) };
    return [el('field', attrs, ...told.map((value) => el('value', {}, value)))];
  });
  return el('x', { xmlns: FORMS, type: 'result' }, ...fields);
}

function removeCommand(host: FeatureHost): CommandDefinition {
  return about(host, {
    node: 'contact-remove',
    name: words`Remove a contact`,
    word: words`remove`,
    async run(request, conversation) {
      const jid = host.jidOf(conversation);
      const local = host.addressOf(jid)?.local ?? '';
      if (!host.subscriptions.of(request.user).has(local))
        throw new BridgeError('not-found', words`${jid} is none of your contacts.`);
      if (host.gateway.network.capabilities.accepts.includes('remove'))
        await perform(host, request, { kind: 'remove', conversation });
      return {
        note: words`${jid} is removed. If your client still shows it, remove it there.`,
        after: () => contactsOf(host).lists.part(request.user, local, jid),
      };
    },
  });
}

function blockCommand(host: FeatureHost, on: boolean): CommandDefinition {
  return about(host, {
    node: on ? 'contact-block' : 'contact-unblock',
    name: on ? words`Block a contact on the network` : words`Unblock a contact`,
    word: on ? words`block` : words`unblock`,
    async run(request, conversation) {
      await perform(host, request, { kind: 'block', conversation, on });
      const jid = host.jidOf(conversation);
      return { note: on ? words`${jid} can’t write to you any more.` : words`${jid} can write to you again.` };
    },
  });
}

/** @throws BridgeError by rejection. */
function perform(
  host: FeatureHost,
  request: Inbound,
  command: CommandOf<'remove'> | CommandOf<'block'>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const settle = (error: BridgeError | undefined): void => (error === undefined ? resolve() : reject(error));
  host.bridge.submit(request.user, command, { ...host.origin(request), settle });
  return promise;
}

function listCommand(host: FeatureHost): CommandDefinition {
  const { desk, bridge } = host;
  return {
    node: 'fetch-contacts',
    name: words`Fetch your contacts once more`,
    talk: { words: [words`contacts`] },
    available: ({ user }) => desk.accounts(user).length > 0,
    async run({ user }) {
      const { lists } = contactsOf(host);
      const found = new Map<AccountKey, Awaited<ReturnType<typeof bridge.ask<'contacts'>>>>();
      for (const { key } of desk.accounts(user))
        found.set(key, await bridge.ask(user, { kind: 'contacts', account: key }));
      const count = [...found.values()].reduce((sum, { contacts }) => sum + contacts.length, 0);
      return {
        note: plural(
          count,
          words`${count} contact is on the list of the network. It is offered to you now.`,
          words`${count} contacts are on the list of the network. They are offered to you now.`,
        ),
        after: () => found.forEach(({ contacts, complete }, key) => lists.anew(user, key, contacts, complete)),
      };
    },
  };
}
