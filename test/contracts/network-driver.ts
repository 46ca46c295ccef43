// What the contract of networks needs to know of each of them: how to start it, how somebody who is not ours acts in it, and how to make
// it do what it says it can.

import type { AnyCommand, CommandKind } from '../../src/model/commands.ts';
import type { ErrorCode } from '../../src/model/errors.ts';
import type { EventKind } from '../../src/model/events.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Network, Place } from '../../src/model/network.ts';
import type { AnyQuery, QueryKind } from '../../src/model/queries.ts';
import type { Visitor } from './network-visitor.ts';

/** Somebody on the network who does not come through us. Each call resolves when the network has taken it. */
export interface Foreigner {
  readonly nick: string;
  join(room: ConversationId): Promise<void>;
  leave(room: ConversationId): Promise<void>;
  rename(nick: string): Promise<void>;
  say(room: ConversationId, text: string): Promise<void>;
  whisper(nick: string, text: string): Promise<void>;
  setTopic(room: ConversationId, text: string): Promise<void>;
  kick(room: ConversationId, nick: string): Promise<void>;
  /** Makes somebody an operator. */
  promote(room: ConversationId, nick: string): Promise<void>;
  /** Resolves with the texts it has read from others, in order, once there are so many from this nick. */
  heard(nick: string, count: number): Promise<readonly string[]>;
  /** Resolves when it has seen somebody go from a room. */
  sawLeave(room: ConversationId, nick: string): Promise<void>;
  /** Resolves when it has seen somebody be called so. */
  sawNick(nick: string): Promise<void>;
}

/** A user of ours and a foreign operator in one room. */
export interface Scene {
  readonly me: Visitor;
  readonly nick: string;
  readonly other: Foreigner;
  readonly room: ConversationId;
}

export interface RefusedJoin {
  readonly conversation: ConversationId;
  readonly password?: string;
  readonly code: ErrorCode;
}

export interface NetworkWorld {
  readonly network: Network;
  /** Connects somebody. */
  foreigner(nick: string): Promise<Foreigner>;
  /** A room of that name, with this foreigner as its operator. */
  newRoom(name: string, owner: Foreigner): Promise<ConversationId>;
  /** How somebody may connect, and how nobody may. */
  account(nick: string): Account;
  /** What such an account is called, where that is not what it asked for. */
  nickOf?(nick: string): string;
  readonly refusedAccounts: readonly { readonly account: Account; readonly code: ErrorCode }[];
  directTo(nick: string): ConversationId;
  /** Rooms that this foreigner has prepared so that they refuse. */
  refusedJoins(owner: Foreigner): Promise<readonly RefusedJoin[]>;
  /** A command of that kind that should be taken now. */
  command(kind: CommandKind, scene: Scene): Promise<AnyCommand>;
  /** Makes the network report that kind to the user of the scene. */
  provoke(kind: EventKind, scene: Scene): Promise<unknown>;
  question(kind: QueryKind, scene: Scene): AnyQuery | Promise<AnyQuery>;
  /** Cuts the user's connection from the network's side. */
  cut(scene: Scene): Promise<void>;
  stop(): Promise<void>;
}

export interface NetworkDriver {
  readonly name: string;
  /** A network that was never started, for what is pure. */
  create(): Network;
  start(): Promise<NetworkWorld>;
  /** What people type, and what is meant. */
  readonly written: readonly { readonly typed: string; readonly id: string; readonly kind: Place['kind'] }[];
  /** What nobody can mean, and ids that nothing has. */
  readonly malformed: readonly string[];
  readonly impossible: readonly string[];
  /** Kinds of event that this server gives no occasion for. */
  readonly unreported: readonly EventKind[];
  /** Commands that the network has, but not on this server. */
  readonly lacks?: readonly CommandKind[];
  /** People stay in their rooms while they have no session. */
  readonly staysInRooms?: true;
  /** Any nick will do, also another's. */
  readonly anyNick?: true;
  /** Being cut off by the network is for good: her sign-in has ended. */
  readonly cutIsFinal?: true;
}
