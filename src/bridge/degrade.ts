// What happens to a command that a network, or one conversation on it, can't do: said in words, dropped, or refused with a reason.

import type { Capabilities } from '../model/capabilities.ts';
import type { AnyCommand, CommandKind, CommandOf } from '../model/commands.ts';
import type { Body } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { ConversationId, ParticipantId } from '../model/ids.ts';
import { type Text, tooManyMessages, words } from '../model/words.ts';
import { fitBody, inlineReply, prefixed } from './fit.ts';

export interface Degrading {
  readonly capabilities: Capabilities;
  /** The user's preferences: reactions are said in words where the network has none, */
  readonly reactionsInWords: boolean;
  /** a correction is refused rather than sent as a message of its own, */
  readonly refusesEdits: boolean;
  /** and so is a text that would be cut. */
  readonly refusesLongTexts: boolean;
  readonly nickOf: (id: ParticipantId) => string | undefined;
}

/** `perform`: these instead, one message each. `drop`: nothing is sent, and nobody needs to know. */
export type Outcome =
  | { readonly do: 'perform'; readonly commands: readonly AnyCommand[] }
  | { readonly do: 'drop' }
  | { readonly do: 'refuse'; readonly error: BridgeError };

/** What stands in for a kind that is lacking. */
type Instead = AnyCommand | 'drop' | BridgeError;
type Table = { readonly [K in CommandKind]: (command: CommandOf<K>, about: Degrading) => Instead };

const lacking = (text: Text) => (): BridgeError => new BridgeError('unsupported', text);
const NO_MESSAGES = words`This network can’t take messages here.`;
const drop = (): 'drop' => 'drop';
const say = (conversation: ConversationId, body: Body): CommandOf<'say'> => ({ kind: 'say', conversation, body });

const instead = {
  join: lacking(words`This network has no rooms of this kind.`),
  leave: drop,
  say: lacking(NO_MESSAGES),
  // As people correct themselves where a message can't be changed.
  edit: ({ conversation, body }, { refusesEdits }) =>
    refusesEdits ? lacking(words`This network can’t change what was sent.`)() : say(conversation, prefixed(body, '* ')),
  retract: lacking(words`This network can’t take a message back: everyone has it already.`),
  moderate: lacking(words`This network can’t take back other people’s messages.`),
  react: ({ conversation, emoji }, { reactionsInWords }) =>
    reactionsInWords && emoji.length > 0
      ? say(conversation, { kind: 'action', text: `reacts with ${emoji.join(' ')}` })
      : 'drop',
  type: drop,
  display: drop,
  setTopic: lacking(words`This network can’t set a topic.`),
  setPicture: lacking(words`Rooms of this network can’t be given a picture.`),
  setRank: lacking(words`This network can’t change what somebody may do.`),
  eject: lacking(words`This network can’t remove somebody.`),
  invite: lacking(words`This network can’t invite people.`),
  accept: lacking(words`This network can’t take an invitation: join the room instead.`),
  // Whoever invited would not hear of it.
  decline: drop,
  configure: lacking(words`This network can’t be configured from here.`),
  create: lacking(words`This network can’t make rooms from here.`),
  destroy: lacking(words`This network can’t close a room.`),
  // Contacts then live on the user's own contact list alone.
  add: drop,
  remove: drop,
  answer: drop,
  block: lacking(words`This network can’t block people.`),
  poke: lacking(words`This network can’t ask a person’s client.`),
  appear: drop,
  watch: drop,
  setNick: lacking(words`This network can’t change your nick.`),
  setProfile: lacking(words`This network can’t change your profile.`),
  raw: lacking(words`This network can’t take lines of its own protocol from here.`),
} satisfies Table;

const DROPPED: Outcome = { do: 'drop' };

/** Total: every command comes out as something that the network can do, or with the reason why not. */
export function degrade(command: AnyCommand, about: Degrading): Outcome {
  const accepted = about.capabilities.accepts.includes(command.kind);
  const performed = accepted ? command : substitute(command, about);
  if (performed === 'drop') return DROPPED;
  if (performed instanceof BridgeError) return { do: 'refuse', error: performed };
  if (!about.capabilities.accepts.includes(performed.kind)) {
    return { do: 'refuse', error: lacking(NO_MESSAGES)() };
  }
  if (performed.kind !== 'say' && performed.kind !== 'edit') return { do: 'perform', commands: [performed] };
  return fitted(performed, about);
}

function substitute<K extends CommandKind>(command: CommandOf<K>, about: Degrading): Instead {
  const decide = (instead as Table)[command.kind as K];
  return decide(command, about);
}

function fitted(command: CommandOf<'say' | 'edit'>, about: Degrading): Outcome {
  const { capabilities, nickOf } = about;
  let bodies: readonly Body[];
  try {
    bodies = fitBody(command.body, capabilities, nickOf);
  } catch (thrown) {
    if (thrown instanceof BridgeError) return { do: 'refuse', error: thrown };
    throw thrown;
  }
  const [only] = bodies;
  if (only === undefined) return DROPPED;
  if (bodies.length === 1) {
    const fit = only === command.body ? command : { ...command, body: only };
    const whole = about.refusesLongTexts && capabilities.text.cuts === true && fit.kind === 'say';
    return { do: 'perform', commands: [whole ? { ...fit, whole } : fit] };
  }
  if (command.kind === 'edit') {
    return { do: 'refuse', error: new BridgeError('too-long', words`The new text is too long for one message.`) };
  }
  if (about.refusesLongTexts) {
    return { do: 'refuse', error: new BridgeError('too-long', tooManyMessages(bodies.length)) };
  }
  return { do: 'perform', commands: bodies.map((body) => ({ ...command, body })) };
}

/** For a reply to a message that the network no longer knows. */
export function withoutReply(command: CommandOf<'say' | 'edit'>, about: Degrading): AnyCommand {
  return { ...command, body: inlineReply(command.body, about.capabilities.text, about.nickOf) };
}
