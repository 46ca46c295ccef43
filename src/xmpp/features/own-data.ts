// What is kept of a person, for herself: a copy of it, and its end. Secrets are never shown.

import type { ArchivedEvent } from '../../model/archive.ts';
import { BridgeError } from '../../model/errors.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import { plural, words } from '../../model/words.ts';
import { farewellOf } from '../farewell.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost, Inbound } from '../feature.ts';
import { pieces } from '../fitting.ts';
import { FORMS, formElement, readForm } from '../forms.ts';
import { joinJid } from '../jid.ts';
import { bodyText, freshId, timestamp } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const EXPORT = 'export-data';
const DELETE = 'delete-data';
const ARCHIVED_AT_ONCE = 500;
const SURE = {
  name: 'sure',
  label: words`Yes, delete everything`,
  help: words`This can’t be undone.`,
  type: 'boolean',
  default: false,
} as const;

export const ownData: Feature = {
  specs: [],
  register(host) {
    host.addCommand(exportCommand(host));
    host.addCommand(deleteCommand(host));
  },
};

function isAnythingKept(host: FeatureHost, { user }: Inbound): boolean {
  const { desk, subscriptions, administration, bridge } = host;
  if (bridge.archive.keepsOf(user)) return true;
  return desk.accounts(user).length + subscriptions.of(user).size + administration.rooms(user).length > 0;
}

function exportCommand(host: FeatureHost): CommandDefinition {
  return {
    node: EXPORT,
    name: words`Get a copy of what is kept about you`,
    talk: { words: [words`export`] },
    available: (request) => isAnythingKept(host, request),
    whenBlocked: true,
    async run(request): Promise<CommandOutcome> {
      const { user, from } = request;
      const translate = host.translator(request);
      const lines = JSON.stringify(await dataOf(host, user), undefined, 1).split('\n');
      const parts = pieces(lines, lines.length, valueOf);
      const [only = []] = parts;
      if (parts.length > 1) {
        const count = parts.length;
        const note = plural(
          count,
          words`It comes in ${count} message.`,
          words`It is long, so it comes in ${count} messages.`,
        );
        return { note, after: () => parts.forEach((part) => message(host, from, part.join('\n'))) };
      }
      const values = only.map(valueOf);
      const form = el(
        'x',
        { xmlns: FORMS, type: 'result' },
        el('title', {}, translate(words`What ${host.gateway.domain} keeps about you`)),
        el('field', { var: 'data', type: 'text-multi', label: translate(words`In JSON`) }, ...values),
      );
      return { note: words`Passwords are kept too, and not shown.`, form };
    },
  };
}

async function dataOf(host: FeatureHost, user: UserId): Promise<object> {
  const letters = (await host.deadLetters?.list()) ?? [];
  const { domain, network } = host.gateway;
  return {
    user,
    gateway: domain,
    network: network.title,
    at: timestamp(new Date(host.clock.now())),
    accounts: host.desk.accounts(user).map(({ title, settings }) => ({ title, settings })),
    contacts: [...host.subscriptions.of(user)].map(([local, { state }]) => ({
      address: joinJid(local, domain),
      subscription: state,
    })),
    rooms: host.administration.rooms(user).map((room) => host.jidOf(room)),
    archive: await archiveOf(host, user),
    undelivered: letters
      .filter((letter) => letter.user === user)
      .map(({ at, reason }) => ({ at: timestamp(new Date(at)), reason: host.textFor(user, reason) })),
  };
}

/** What was said in rooms and is kept for her, oldest first. */
async function archiveOf(host: FeatureHost, user: UserId): Promise<readonly object[]> {
  const kept: object[] = [];
  for (const room of await host.bridge.archive.rooms(user)) {
    const messages = await messagesIn(host, user, room);
    if (messages.length > 0) kept.push({ room: host.jidOf(room), messages });
  }
  return kept;
}

async function messagesIn({ bridge }: FeatureHost, user: UserId, room: ConversationId): Promise<readonly object[]> {
  const messages: object[] = [];
  let after: string | undefined;
  try {
    for (;;) {
      const cursor = after === undefined ? {} : { after };
      const { items, complete } = await bridge.archive.page(user, room, { ...cursor, limit: ARCHIVED_AT_ONCE });
      for (const { at, event } of items) messages.push({ at: timestamp(at), ...saidIn(event) });
      after = items.at(-1)?.id;
      if (complete || after === undefined) return messages;
    }
  } catch (thrown) {
    // She may have said meanwhile that nothing is to be kept of it.
    if (thrown instanceof BridgeError && thrown.code === 'forbidden') return [];
    throw thrown;
  }
}

function saidIn(event: ArchivedEvent): object {
  switch (event.kind) {
    case 'said':
    case 'edited':
      return { from: event.message.from.nick, text: bodyText(event.message.body) };
    case 'retracted':
      return { from: event.by?.nick, retracted: event.target };
    case 'reacted':
      return { from: event.by.nick, reacted: event.emoji };
    case 'topicSet':
      return { from: event.topic.by, topic: event.topic.text };
    default:
      return event satisfies never;
  }
}

const valueOf = (line: string): Element => el('value', {}, line);

function message(host: FeatureHost, to: string, text: string): void {
  host.send(
    el('message', { from: host.gateway.domain, to, type: 'normal', id: freshId() }, el('body', {}, text)),
    'state',
  );
}

function deleteCommand(host: FeatureHost): CommandDefinition {
  const { domain } = host.gateway;
  return {
    node: DELETE,
    name: words`Delete everything that is kept about you`,
    talk: { words: [words`delete`] },
    available: (request) => isAnythingKept(host, request),
    whenBlocked: true,
    form: (request) =>
      formElement(
        [SURE],
        {},
        {
          title: words`Delete everything`,
          instructions: words`Your accounts, contacts and rooms at ${domain} are removed, with all settings and passwords.`,
          formType: 'urn:viaduct:delete',
        },
        host.translator(request),
      ),
    async run({ user }, [submitted]): Promise<CommandOutcome> {
      if (submitted === undefined || readForm(submitted, [SURE])[SURE.name] !== true)
        throw new BridgeError('malformed', words`Nothing is deleted unless you say that you are sure.`, {
          field: SURE.name,
        });
      const farewell = farewellOf(host, user);
      await host.administration.deleteAll(user);
      return { note: words`Everything about you is deleted here.`, after: farewell };
    },
  };
}
