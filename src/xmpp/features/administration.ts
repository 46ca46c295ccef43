// Service administration (XEP-0133) by commands, for the administrators of the config alone: who uses the gateway, announcements, ending
// sessions, blocking, deleting.

import { BridgeError } from '../../model/errors.ts';
import type { UserId } from '../../model/ids.ts';
import { contactsOf } from '../contacts/index.ts';
import { mayProbe, probe } from '../contacts/probing.ts';
import { farewellOf } from '../farewell.ts';
import { plural, type Text, words } from '../../model/words.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost, Translator } from '../feature.ts';
import { fitting } from '../fitting.ts';
import { FORMS, typedInto } from '../forms.ts';
import { domainOf, userOf } from '../jid.ts';
import { freshId } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const ADMIN = 'http://jabber.org/protocol/admin';
const MESSAGES_A_SECOND = 50;
const LONGEST_ANNOUNCEMENT = 10_000;

export const administration: Feature = {
  specs: ['XEP-0133'],
  register(host) {
    const { administration: desk } = host;
    const people: readonly People[] = [
      {
        what: 'registered',
        users: () => desk.registered(),
        label: words`Registered users`,
        numberName: words`Number of registered users`,
        listName: words`List of registered users`,
      },
      {
        what: 'online',
        users: () => desk.online(),
        label: words`Online users`,
        numberName: words`Number of online users`,
        listName: words`List of online users`,
      },
      {
        what: 'disabled',
        users: () => desk.blocked(),
        label: words`Blocked users`,
        numberName: words`Number of blocked users`,
        listName: words`List of blocked users`,
      },
    ];
    for (const one of people) {
      host.addCommand(numberCommand(host, one));
      host.addCommand(listCommand(host, one));
    }
    host.addCommand(announceCommand(host));
    for (const command of userCommands(host)) host.addCommand(command);
  },
};

interface People {
  /** As XEP-0133 names them. */
  readonly what: string;
  readonly users: () => readonly UserId[];
  readonly label: Text;
  /** Of the command that counts them, and of the one that lists them. */
  readonly numberName: Text;
  readonly listName: Text;
}

function numberCommand(host: FeatureHost, { what, users, label, numberName }: People): CommandDefinition {
  return {
    node: `${ADMIN}#get-${what}-users-num`,
    name: numberName,
    available: ({ admin }) => admin,
    run: async (request) => {
      const number = users().length;
      const title = host.translator(request)(label);
      const attrs = { var: `${what}usersnum`, type: 'text-single', label: title };
      const field = el('field', attrs, el('value', {}, String(number)));
      return { note: words`${label}: ${number}`, form: resultForm(title, field) };
    },
  };
}

function listCommand(host: FeatureHost, { what, users, label, listName }: People): CommandDefinition {
  return {
    node: `${ADMIN}#get-${what}-users-list`,
    name: listName,
    available: ({ admin }) => admin,
    run: async (request) => {
      const all = users();
      const title = host.translator(request)(label);
      const values = all.map((user) => el('value', {}, user));
      const shown = fitting(values);
      const attrs = { var: `${what}userjids`, type: 'jid-multi', label: title };
      const field = el('field', attrs, ...values.slice(0, shown));
      const note =
        shown < all.length
          ? words`${label}: ${all.length}, of which the first ${shown} are shown`
          : words`${label}: ${all.length}`;
      return { note, form: resultForm(title, field) };
    },
  };
}

function announceCommand(host: FeatureHost): CommandDefinition {
  const field = 'announcement';
  return {
    node: `${ADMIN}#announce`,
    name: words`Send an announcement to online users`,
    available: ({ admin }) => admin,
    form: (request) =>
      form(host.translator(request), {
        title: words`Announcement`,
        instructions: words`It is sent to everybody who is online now.`,
        field: { var: field, type: 'text-multi' },
        label: words`Text`,
      }),
    async run(_request, [submitted]): Promise<CommandOutcome> {
      const text = (typedInto(submitted ?? el('x'))[field] ?? []).join('\n').trim();
      if (text === '') throw new BridgeError('malformed', words`Please type what is to be announced.`, { field });
      if (text.length > LONGEST_ANNOUNCEMENT)
        throw new BridgeError('malformed', words`At most ${LONGEST_ANNOUNCEMENT} characters, please.`, { field });
      const users = host.administration.online();
      return {
        note: plural(
          users.length,
          words`The announcement goes out to ${users.length} user.`,
          words`The announcement goes out to ${users.length} users.`,
        ),
        after: () => announce(host, [...users], text),
      };
    },
  };
}

/** So many a second: thousands at once would hold up everything else. */
function announce(host: FeatureHost, waiting: UserId[], text: string): void {
  for (const to of waiting.splice(0, MESSAGES_A_SECOND)) {
    const attrs = { from: host.gateway.domain, to, type: 'headline', id: freshId() };
    const subject = el('subject', {}, host.textFor(to, words`Announcement`));
    host.send(el('message', attrs, subject, el('body', {}, text)), 'spooled');
  }
  if (waiting.length > 0) host.clock.after(1_000, () => announce(host, waiting, text));
}

interface UserCommand {
  readonly node: string;
  readonly name: Text;
  readonly instructions: Text;
  /** What was done to these. */
  readonly done: (users: string) => Text;
  /** @throws BridgeError where it can't be done to that user. */
  readonly check: (user: UserId) => void;
  /** Resolves with what remains to be said when it is done. */
  readonly perform: (user: UserId) => Promise<() => void>;
}

function userCommands(host: FeatureHost): CommandDefinition[] {
  const { administration: desk, subscriptions } = host;
  const nothing = (): void => undefined;
  const needs = (holds: boolean, text: Text): void => {
    if (!holds) throw new BridgeError('not-found', text, { field: 'accountjids' });
  };
  const commands: readonly UserCommand[] = [
    {
      node: 'delete-user',
      name: words`Delete users`,
      instructions: words`Their sessions end, and all that is kept of them is deleted: accounts, contacts, rooms.`,
      done: (users) => words`${users}: deleted.`,
      check: (user) =>
        needs(
          desk.registered().includes(user) || desk.online().includes(user) || subscriptions.of(user).size > 0,
          words`Nothing is kept of ${user}.`,
        ),
      async perform(user) {
        const farewell = farewellOf(host, user);
        await desk.deleteAll(user);
        return farewell;
      },
    },
    {
      node: 'end-user-session',
      name: words`End the sessions of users`,
      instructions: words`They are disconnected from the network, and may come back.`,
      done: (users) => words`${users}: disconnected.`,
      check: (user) => needs(desk.online().includes(user), words`${user} is not online.`),
      perform: (user) =>
        desk.endSessions(user, words`The operator of this gateway has ended your session.`).then(() => nothing),
    },
    {
      node: 'disable-user',
      name: words`Block users`,
      instructions: words`They are disconnected, and the gateway does not serve them until you unblock them.`,
      done: (users) => words`${users}: blocked.`,
      check(user) {
        if (host.gateway.adminAddresses.includes(`xmpp:${user}`))
          throw new BridgeError('malformed', words`${user} is an administrator.`, { field: 'accountjids' });
      },
      perform: (user) => desk.setBlocked(user, true).then(() => nothing),
    },
    {
      node: 'reenable-user',
      name: words`Unblock users`,
      instructions: words`The gateway serves them again.`,
      done: (users) => words`${users}: unblocked.`,
      check: (user) => needs(desk.isBlocked(user), words`${user} is not blocked.`),
      async perform(user) {
        await desk.setBlocked(user, false);
        // Her server's own probes were refused, and nothing was heard of clients that have come meanwhile.
        return () => {
          if (mayProbe(host, user)) probe(host, user);
          if (host.subscriptions.of(user).has('')) contactsOf(host).shown.update(user, '');
        };
      },
    },
  ];
  return commands.map((command) => userCommand(host, command));
}

function userCommand(host: FeatureHost, command: UserCommand): CommandDefinition {
  const { node, name, instructions, done, check, perform } = command;
  return {
    node: `${ADMIN}#${node}`,
    name,
    available: ({ admin }) => admin,
    form: (request) =>
      form(host.translator(request), {
        title: name,
        instructions,
        field: { var: 'accountjids', type: 'jid-multi' },
        label: words`Addresses of the users`,
      }),
    async run(_request, [submitted]): Promise<CommandOutcome> {
      const users = usersIn(submitted ?? el('x'));
      for (const user of users) check(user);
      const endings: (() => void)[] = [];
      for (const user of users) endings.push(await perform(user));
      return { note: done(users.join(', ')), after: () => endings.forEach((end) => end()) };
    },
  };
}

const ADDRESS = /^[^@\s]+@[^@\s]+$/;

/** Where not every word is one, the line is told as a whole. */
function addressesIn(line: string): readonly string[] {
  const parts = line.split(/\s+/).filter((part) => part !== '');
  return parts.every((part) => ADDRESS.test(part)) ? parts : [line];
}

/** @throws BridgeError malformed, with `field`. */
function usersIn(submitted: Element): readonly UserId[] {
  const field = 'accountjids';
  const lines = (typedInto(submitted)[field] ?? []).flatMap((value) => value.split(/[\n,;]+/));
  const typed = lines.flatMap((line) => addressesIn(line.trim()));
  const users = [...new Set(typed.map((one) => userOf(one.replace(/^xmpp:/, ''))))];
  if (users.length === 0) throw new BridgeError('malformed', words`Please type at least one address.`, { field });
  const wrong = users.find((user) => !ADDRESS.test(user) || domainOf(user) === '');
  if (wrong !== undefined) throw new BridgeError('malformed', words`${wrong} is not the address of a user.`, { field });
  return users;
}

interface OneField {
  readonly title: Text;
  readonly instructions: Text;
  readonly field: { readonly var: string; readonly type: string };
  readonly label: Text;
}

function form(translate: Translator, { title, instructions, field, label }: OneField): Element {
  return el(
    'x',
    { xmlns: FORMS, type: 'form' },
    el('title', {}, translate(title)),
    el('instructions', {}, translate(instructions)),
    formType(),
    el('field', { ...field, label: translate(label) }, el('required')),
  );
}

function resultForm(title: string, field: Element): Element {
  return el('x', { xmlns: FORMS, type: 'result' }, el('title', {}, title), formType(), field);
}

function formType(): Element {
  return el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, ADMIN));
}
