// What may be set of an account and of a room, by commands: at the gateway, at the room itself, and in a talk.

import { BridgeError } from '../../model/errors.ts';
import type { Field } from '../../model/form.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import type { AccountSummary } from '../../model/ports.ts';
import { accountField, chosenAccount, hasAccountOf } from '../account-choice.ts';
import { type Text, words } from '../../model/words.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost, Inbound, Translator } from '../feature.ts';
import { formElement, readForm } from '../forms.ts';
import { placeTypedInto } from '../typed-place.ts';
import type { Element } from '../xml.ts';

const SETTINGS = 'settings';
const ROOM_SETTINGS = 'room-settings';
const NEEDS_ACCOUNT = words`This needs an account: please register first.`;

export const preferences: Feature = {
  specs: [],
  register(host) {
    host.addCommand(settingsCommand(host));
    if (host.gateway.network.roomService !== undefined) host.addCommand(roomCommand(host));
  },
};

/** The account is asked for only where there are several. */
function settingsCommand(host: FeatureHost): CommandDefinition {
  const { desk } = host;
  return {
    node: SETTINGS,
    name: words`Change your settings`,
    talk: { words: [words`settings`], menu: true },
    available: ({ user }) => desk.accounts(user).length > 0,
    needs: NEEDS_ACCOUNT,
    async run(request, forms): Promise<CommandOutcome> {
      const { user } = request;
      const form = formsFor(host.translator(request));
      const accounts = desk.accounts(user);
      const [only] = accounts;
      if (only === undefined) throw new BridgeError('not-registered', words`You have no account here.`);
      const [first, submitted] = accounts.length === 1 ? [undefined, forms[0]] : forms;
      if (accounts.length > 1 && first === undefined)
        return {
          ask: form(words`Settings`, [accountField(accounts)], {}, words`Which account are they for?`),
          more: true,
        };
      const chosen = first === undefined ? only : chosenAccount(accounts, first);
      if (submitted === undefined)
        return { ask: form(words`Settings of ${chosen.title}`, desk.preferences, chosen.settings) };
      const answers = readForm(submitted, desk.preferences);
      if (Object.keys(answers).length === 0) return { note: words`Nothing was changed.` };
      const { reconnects } = await desk.prefer(user, chosen.key, answers);
      if (reconnects !== true) return { note: words`Saved.` };
      return { note: words`Saved. You are connected anew for that, and will be back in your rooms in a moment.` };
    },
  };
}

/** CMD-7: at the room it is about that one; at the gateway the room is asked for. */
function roomCommand(host: FeatureHost): CommandDefinition {
  const { desk } = host;
  return {
    node: ROOM_SETTINGS,
    name: words`Change your settings for a room`,
    where: ['gateway', 'room'],
    talk: { words: [words`room`], menu: true },
    available: ({ user, to: { place } }) =>
      place === undefined ? desk.accounts(user).length > 0 : hasAccountOf(host, user, place.conversation),
    needs: NEEDS_ACCOUNT,
    async run(request, forms): Promise<CommandOutcome> {
      const { user, to } = request;
      const form = formsFor(host.translator(request));
      const room = to.where === 'room' ? to.place?.conversation : roomIn(host, request, forms[0]);
      const submitted = to.where === 'room' ? forms[0] : forms[1];
      if (room === undefined)
        return { ask: form(words`Settings of a room`, [ROOM_FIELD], {}, roomHint(host, user)), more: true };
      const title = words`Settings of ${host.jidOf(room)}`;
      const fields = desk.roomPreferences(user, room);
      if (submitted === undefined) return { ask: form(title, fields, desk.roomSettings(user, room)) };
      await desk.preferInRoom(user, room, readForm(submitted, fields));
      return { note: words`Saved.` };
    },
  };
}

const ROOM_FIELD: Field = { name: 'room', label: words`Which room`, type: 'text', required: true };

function roomHint(host: FeatureHost, user: UserId): Text {
  const rooms = host.administration.rooms(user).map((room) => host.jidOf(room));
  const { room = '' } = host.gateway.network.prompt;
  return rooms.length === 0 ? words`A room is written so: ${room}` : words`You are in: ${rooms.join(', ')}`;
}

/** @throws BridgeError `malformed` with `field`. */
function roomIn(host: FeatureHost, { user }: Inbound, submitted: Element | undefined): ConversationId | undefined {
  if (submitted === undefined) return undefined;
  return placeTypedInto(host, { form: submitted, field: 'room', kind: 'group' }, user).conversation;
}

type MakeForm = (
  title: Text,
  fields: readonly Field[],
  values: AccountSummary['settings'],
  instructions?: Text,
) => Element;

function formsFor(translate: Translator): MakeForm {
  return (title, fields, values, instructions) =>
    formElement(
      fields,
      values,
      { title, ...(instructions !== undefined && { instructions }), formType: 'urn:viaduct:settings' },
      translate,
    );
}
