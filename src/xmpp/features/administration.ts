// Service administration (XEP-0133) by commands, for the administrators of the config alone: who uses the gateway, announcements, ending
// sessions, blocking, deleting.

import { BridgeError } from '../../model/errors.ts';
import type { UserId } from '../../model/ids.ts';
import { farewellOf } from '../farewell.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost } from '../feature.ts';
import { FORMS, typedInto } from '../forms.ts';
import { domainOf, userOf } from '../jid.ts';
import { freshId } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const ADMIN = 'http://jabber.org/protocol/admin';
const MESSAGES_A_SECOND = 50;
/** CORE-12: what a list of addresses may take of a stanza. */
const LIST_CHARACTERS = 40_000;
const LONGEST_ANNOUNCEMENT = 10_000;

export const administration: Feature = {
  specs: ['XEP-0133'],
  register(host) {
    const { administration: desk } = host;
    const people = [
      { what: 'registered', users: () => desk.registered(), label: 'Registered users' },
      { what: 'online', users: () => desk.online(), label: 'Online users' },
      { what: 'disabled', users: () => desk.blocked(), label: 'Blocked users' },
    ] as const;
    for (const { what, users, label } of people) {
      host.addCommand(numberCommand(what, label, users));
      host.addCommand(listCommand(what, label, users));
    }
    host.addCommand(announceCommand(host));
    for (const command of userCommands(host)) host.addCommand(command);
  },
};

type Users = () => readonly UserId[];

function numberCommand(what: string, label: string, users: Users): CommandDefinition {
  return {
    node: `${ADMIN}#get-${what}-users-num`,
    name: `Number of ${label.toLowerCase()}`,
    available: ({ admin }) => admin,
    run: async () => {
      const number = String(users().length);
      const field = el('field', { var: `${what}usersnum`, type: 'text-single', label }, el('value', {}, number));
      return { note: `${label}: ${number}`, form: resultForm(label, field) };
    },
  };
}

function listCommand(what: string, label: string, users: Users): CommandDefinition {
  return {
    node: `${ADMIN}#get-${what}-users-list`,
    name: `List of ${label.toLowerCase()}`,
    available: ({ admin }) => admin,
    run: async () => {
      const all = users();
      const shown = fitting(all);
      const field = el(
        'field',
        { var: `${what}userjids`, type: 'jid-multi', label },
        ...shown.map((user) => el('value', {}, user)),
      );
      const more = shown.length < all.length ? `, of which the first ${shown.length} are shown` : '';
      return { note: `${label}: ${all.length}${more}`, form: resultForm(label, field) };
    },
  };
}

function fitting(users: readonly UserId[]): readonly UserId[] {
  let characters = 0;
  const tooMany = users.findIndex((user) => (characters += user.length + '<value></value>'.length) > LIST_CHARACTERS);
  return tooMany === -1 ? users : users.slice(0, tooMany);
}

function announceCommand(host: FeatureHost): CommandDefinition {
  const field = 'announcement';
  return {
    node: `${ADMIN}#announce`,
    name: 'Send an announcement to online users',
    available: ({ admin }) => admin,
    form: () =>
      form('Announcement', 'It is sent to everybody who is online now.', {
        var: field,
        type: 'text-multi',
        label: 'Text',
      }),
    async run(_request, [submitted]): Promise<CommandOutcome> {
      const text = (typedInto(submitted ?? el('x'))[field] ?? []).join('\n').trim();
      if (text === '') throw new BridgeError('malformed', 'Please type what is to be announced.', { field });
      if (text.length > LONGEST_ANNOUNCEMENT)
        throw new BridgeError('malformed', `At most ${LONGEST_ANNOUNCEMENT} characters, please.`, { field });
      const users = host.administration.online();
      return {
        note: `The announcement goes out to ${counted(users.length)}.`,
        after: () => announce(host, [...users], text),
      };
    },
  };
}

/** So many a second: thousands at once would hold up everything else. */
function announce(host: FeatureHost, waiting: UserId[], text: string): void {
  for (const to of waiting.splice(0, MESSAGES_A_SECOND)) {
    const attrs = { from: host.gateway.domain, to, type: 'headline', id: freshId() };
    host.send(el('message', attrs, el('subject', {}, 'Announcement'), el('body', {}, text)), 'spooled');
  }
  if (waiting.length > 0) host.clock.after(1_000, () => announce(host, waiting, text));
}

interface UserCommand {
  readonly node: string;
  readonly name: string;
  readonly instructions: string;
  /** What was done, as a past participle. */
  readonly done: string;
  /** @throws BridgeError where it can't be done to that user. */
  readonly check: (user: UserId) => void;
  /** Resolves with what remains to be said when it is done. */
  readonly perform: (user: UserId) => Promise<() => void>;
}

function userCommands(host: FeatureHost): CommandDefinition[] {
  const { administration: desk, subscriptions } = host;
  const nothing = (): void => undefined;
  const needs = (holds: boolean, text: string): void => {
    if (!holds) throw new BridgeError('not-found', text, { field: 'accountjids' });
  };
  const commands: readonly UserCommand[] = [
    {
      node: 'delete-user',
      name: 'Delete users',
      instructions: 'Their sessions end, and all that is kept of them is deleted: accounts, contacts, rooms.',
      done: 'deleted',
      check: (user) =>
        needs(
          desk.registered().includes(user) || desk.online().includes(user) || subscriptions.of(user).size > 0,
          `Nothing is kept of ${user}.`,
        ),
      async perform(user) {
        const farewell = farewellOf(host, user);
        await desk.deleteAll(user);
        return farewell;
      },
    },
    {
      node: 'end-user-session',
      name: 'End the sessions of users',
      instructions: 'They are disconnected from the network, and may come back.',
      done: 'disconnected',
      check: (user) => needs(desk.online().includes(user), `${user} is not online.`),
      perform: (user) =>
        desk.endSessions(user, 'The operator of this gateway has ended your session.').then(() => nothing),
    },
    {
      node: 'disable-user',
      name: 'Block users',
      instructions: 'They are disconnected, and the gateway does not serve them until you unblock them.',
      done: 'blocked',
      check(user) {
        if (host.gateway.adminAddresses.includes(`xmpp:${user}`))
          throw new BridgeError('malformed', `${user} is an administrator.`, { field: 'accountjids' });
      },
      perform: (user) => desk.setBlocked(user, true).then(() => nothing),
    },
    {
      node: 'reenable-user',
      name: 'Unblock users',
      instructions: 'The gateway serves them again.',
      done: 'unblocked',
      check: (user) => needs(desk.isBlocked(user), `${user} is not blocked.`),
      perform: (user) => desk.setBlocked(user, false).then(() => nothing),
    },
  ];
  return commands.map(userCommand);
}

function userCommand({ node, name, instructions, done, check, perform }: UserCommand): CommandDefinition {
  return {
    node: `${ADMIN}#${node}`,
    name,
    available: ({ admin }) => admin,
    form: () => form(name, instructions, { var: 'accountjids', type: 'jid-multi', label: 'Addresses of the users' }),
    async run(_request, [submitted]): Promise<CommandOutcome> {
      const users = usersIn(submitted ?? el('x'));
      for (const user of users) check(user);
      const endings: (() => void)[] = [];
      for (const user of users) endings.push(await perform(user));
      return { note: `${users.join(', ')}: ${done}.`, after: () => endings.forEach((end) => end()) };
    },
  };
}

/** @throws BridgeError malformed, with `field`. */
function usersIn(submitted: Element): readonly UserId[] {
  const field = 'accountjids';
  const typed = (typedInto(submitted)[field] ?? []).flatMap((value) => value.split(/[\s,;]+/));
  const users = [...new Set(typed.filter((one) => one !== '').map((one) => userOf(one.replace(/^xmpp:/, ''))))];
  if (users.length === 0) throw new BridgeError('malformed', 'Please type at least one address.', { field });
  const wrong = users.find((user) => !/^[^@\s]+@[^@\s]+$/.test(user) || domainOf(user) === '');
  if (wrong !== undefined) throw new BridgeError('malformed', `${wrong} is not the address of a user.`, { field });
  return users;
}

function form(title: string, instructions: string, field: Readonly<Record<string, string>>): Element {
  return el(
    'x',
    { xmlns: FORMS, type: 'form' },
    el('title', {}, title),
    el('instructions', {}, instructions),
    formType(),
    el('field', field, el('required')),
  );
}

function resultForm(title: string, field: Element): Element {
  return el('x', { xmlns: FORMS, type: 'result' }, el('title', {}, title), formType(), field);
}

function formType(): Element {
  return el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, ADMIN));
}

function counted(users: number): string {
  return users === 1 ? '1 user' : `${users} users`;
}
