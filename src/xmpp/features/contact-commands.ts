// What one may do about a contact, by commands at the contact itself, at the gateway, and in a talk (XEP-0050, CMD-7); and having the network's
// list of contacts once more.

import type { CommandOf } from '../../model/commands.ts';
import type { Profile } from '../../model/conversation.ts';
import { BridgeError } from '../../model/errors.ts';
import type { ChoiceField, Field } from '../../model/form.ts';
import type { AccountKey, ConversationId, UserId } from '../../model/ids.ts';
import { plural, type Text, words } from '../../model/words.ts';
import { contactsOf } from '../contacts/index.ts';
import type { CommandDefinition, CommandOutcome, CommandResult, Feature, FeatureHost, Inbound } from '../feature.ts';
import { FORMS, formElement, pictureField } from '../forms.ts';
import { profilesOf } from '../profiles.ts';
import { shownPicturesOf } from '../shown-pictures.ts';
import { timestamp } from '../stanza.ts';
import { joinJid } from '../jid.ts';
import { placeTypedInto } from '../typed-place.ts';
import { type Element, el } from '../xml.ts';

const ADDRESS = 'address';
const MOST_CHOICES = 200;

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
  /** What is asked at the gateway; undefined: there is nobody to choose from. Left out: any person's address. */
  readonly whom?: (request: Inbound) => { readonly field: Field; readonly instructions?: Text } | undefined;
  readonly run: (request: Inbound, contact: ConversationId) => Promise<CommandResult>;
}

/** At a contact it is about that one; at the gateway she is asked for it. */
function about(host: FeatureHost, { node, name, word, whom, run }: ContactCommand): CommandDefinition {
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
      if (submitted !== undefined) {
        const typed = { form: submitted, field: ADDRESS, kind: 'direct' } as const;
        return run(request, placeTypedInto(host, typed, request.user).conversation);
      }
      const asked = whom === undefined ? anybody(host) : whom(request);
      if (asked === undefined) return { note: words`You have no contacts here.` };
      const { field, ...texts } = asked;
      const form = { title: name, formType: 'urn:viaduct:address', ...texts };
      return { ask: formElement([field], {}, form, host.translator(request)) };
    },
  };
}

function anybody({ gateway }: FeatureHost): { readonly field: Field } {
  const label = words`Person, such as ${gateway.network.prompt.person}`;
  return { field: { name: ADDRESS, label, type: 'text', required: true } };
}

/** Those in her roster, or on their way into it, as far as that is known here. */
function contactsFor(host: FeatureHost, user: UserId): ChoiceField['choices'] {
  const all = [...host.subscriptions.of(user)].filter(
    ([local, { state, pending }]) => local !== '' && (state !== 'none' || pending === true),
  );
  const choices = all.map(([local, { offered }]) => {
    const jid = joinJid(local, host.gateway.domain);
    return { value: jid, label: offered?.name === undefined ? jid : `${offered.name} (${jid})` };
  });
  return choices.sort((one, other) => one.label.localeCompare(other.label)).slice(0, MOST_CHOICES);
}

function aboutCommand(host: FeatureHost): CommandDefinition {
  return about(host, {
    node: 'contact-profile',
    name: words`See who a contact is`,
    word: words`who`,
    async run(request, conversation) {
      const subject = { user: request.user, conversation, known: {} };
      const profile = await profilesOf(host).of(subject);
      const form = profileForm(host, request, conversation, profile);
      const picture = await profilesOf(host).picture(subject, profile.avatar);
      if (picture !== undefined) {
        const media = shownPicturesOf(host).media(request.user, picture);
        form.add(pictureField(host.translator(request)(words`Picture`), media));
      }
      return { note: words`This is what the network tells.`, form };
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
    ['uri', words`On the network`, uris],
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
    whom({ user }) {
      const choices = contactsFor(host, user);
      if (choices.length === 0) return undefined;
      const field = {
        name: ADDRESS,
        label: words`Contact`,
        type: 'choice',
        choices,
        open: true,
        required: true,
      } as const;
      return {
        field,
        instructions: words`Whom do you want to remove from your contact list? You can still write to them.`,
      };
    },
    async run(request, conversation) {
      const { user } = request;
      const jid = host.jidOf(conversation);
      const local = host.addressOf(jid)?.local ?? '';
      if (!host.subscriptions.of(user).has(local))
        throw new BridgeError('not-found', words`${jid} is none of your contacts.`, wrongIn(request));
      const { accepts } = host.bridge.capabilities(user, conversation);
      if (accepts.includes('remove')) await perform(host, request, { kind: 'remove', conversation });
      if (await contactsOf(host).lists.remove(user, { conversation }))
        return { note: words`${jid} is removed from your contact list.` };
      return {
        note: words`${jid} is removed. If your client still shows it, remove it there.`,
        after: () => contactsOf(host).lists.part(user, local, jid),
      };
    },
  });
}

/** At the contact itself there is nothing to be typed again. */
function wrongIn({ to }: Inbound): { readonly field?: string } {
  return to.place === undefined ? { field: ADDRESS } : {};
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
    name: words`Fetch your contact list from the network again`,
    talk: { words: [words`contacts`] },
    available: ({ user }) => desk.accounts(user).length > 0,
    async run({ user }) {
      const { lists } = contactsOf(host);
      const found = new Map<AccountKey, Awaited<ReturnType<typeof bridge.ask<'contacts'>>>>();
      for (const { key } of desk.accounts(user))
        found.set(key, await bridge.ask(user, { kind: 'contacts', account: key }));
      const count = [...found.values()].reduce((sum, { contacts }) => sum + contacts.length, 0);
      const some = plural(
        count,
        words`${count} contact is on the list of the network. It is put into your contact list now; your client may ask you first.`,
        words`${count} contacts are on the list of the network. They are put into your contact list now; your client may ask you first.`,
      );
      return {
        note: count === 0 ? words`There are no contacts on the list of the network.` : some,
        after: () => found.forEach(({ contacts, complete }, key) => lists.anew(user, key, contacts, complete)),
      };
    },
  };
}
