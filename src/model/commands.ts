// What a user asks of a network, imperative. Two tables; every union is derived from them.

import type { Body, Presence, Profile, Rank, Target } from './conversation.ts';
import type { Answers } from './form.ts';
import type { AccountKey, ConversationId, ParticipantId } from './ids.ts';

/** XEP-0045 7.2.13: the smallest result of all given limits. */
export interface HistoryLimits {
  readonly maxStanzas?: number;
  readonly maxChars?: number;
  readonly seconds?: number;
  readonly since?: Date;
}

/** A picture of at most 40,000 bytes, as text so that a command can be kept. */
export interface EncodedPicture {
  readonly mediaType: string;
  readonly base64: string;
}

export interface ConversationCommands {
  join: { readonly nick?: string; readonly password?: string; readonly history?: HistoryLimits };
  leave: { readonly text?: string };
  /** `whole`: rather not at all than in several messages. */
  say: { readonly body: Body; readonly whole?: true };
  edit: { readonly target: Target; readonly body: Body };
  retract: { readonly target: Target };
  moderate: { readonly target: Target; readonly reason?: string };
  react: { readonly target: Target; readonly emoji: readonly string[] };
  type: { readonly state: 'composing' | 'paused' | 'active' };
  display: { readonly upTo: Target };
  setTopic: { readonly text: string };
  /** Of the room; left out: it has none from now on. */
  setPicture: { readonly picture?: EncodedPicture };
  setRank: { readonly who: ParticipantId; readonly rank: Rank; readonly reason?: string };
  eject: { readonly who: ParticipantId; readonly ban: boolean; readonly reason?: string };
  /** `who` is an address as a person would write it. */
  invite: { readonly who: string; readonly reason?: string };
  accept: object;
  decline: { readonly reason?: string };
  configure: { readonly answers: Answers };
  create: { readonly answers: Answers };
  destroy: { readonly reason?: string };
  /** Wants to have the person as a contact. */
  add: { readonly nick?: string; readonly text?: string };
  remove: object;
  /** Answers `asked`. */
  answer: { readonly allow: boolean };
  block: { readonly on: boolean };
  /** Ask a person's client something that costs the network a message: IRC CTCP PING, VERSION. The receipt has the answer as its body. */
  poke: { readonly what: 'ping' | 'version' | 'time' };
}

export interface AccountCommands {
  appear: { readonly presence: Presence };
  /** Whose presence she wants to be told: the whole list each time. For networks that have no list of contacts. */
  watch: { readonly people: readonly ConversationId[] };
  /** `only`: in that room alone, where the network has `roomNicks`; empty there: as everywhere. */
  setNick: { readonly nick: string; readonly only?: ConversationId };
  setProfile: { readonly profile: Profile };
  /** A line in the network's own protocol, for those who know it. */
  raw: { readonly text: string };
}

export type ConversationCommandKind = keyof ConversationCommands;
export type AccountCommandKind = keyof AccountCommands;
export type CommandKind = ConversationCommandKind | AccountCommandKind;

export type CommandOf<Kind extends CommandKind> = {
  [K in Kind]: K extends ConversationCommandKind
    ? { readonly kind: K; readonly conversation: ConversationId } & ConversationCommands[K]
    : K extends AccountCommandKind
      ? { readonly kind: K; readonly account: AccountKey } & AccountCommands[K]
      : never;
}[Kind];
export type AnyCommand = CommandOf<CommandKind>;

/** Every kind once; the type makes a missing or unknown one an error. */
const kinds: { readonly [K in CommandKind]: true } = {
  join: true,
  leave: true,
  say: true,
  edit: true,
  retract: true,
  moderate: true,
  react: true,
  type: true,
  display: true,
  setTopic: true,
  setPicture: true,
  setRank: true,
  eject: true,
  invite: true,
  accept: true,
  decline: true,
  configure: true,
  create: true,
  destroy: true,
  add: true,
  remove: true,
  answer: true,
  block: true,
  poke: true,
  appear: true,
  watch: true,
  setNick: true,
  setProfile: true,
  raw: true,
};
export const COMMAND_KINDS = Object.keys(kinds) as readonly CommandKind[];
