// What the machine has to know of each network: its server, the gateway's settings for it, who talks there, who ought to be where, and what
// its own side says was said. One file for each (realm-*.ts).

import type { OwnedServer } from '../support/owned-server.ts';
import type { Ledger, Shown, Spoken } from './ledger.ts';
import type { FaultProxy, Passing } from './proxy.ts';
import type { NetworkName, Token } from './tokens.ts';
import type { RoomPlan, XmppUser } from './xmpp-user.ts';

export const USERS = ['romeo', 'juliet', 'mercutio', 'rosaline'] as const;
export const domainOf = (network: NetworkName): string => `${network}.localhost`;

/** What a realm is given by the stage. */
export interface RealmContext {
  readonly ledger: Ledger;
  /** Where the gateway listens for webhooks. */
  readonly publicUrl: string;
  /** Milliseconds since the run began. */
  now(): number;
  /** A date of this machine, in milliseconds since the run began. */
  sinceBegin(date: number): number;
  /** Looks for messages in what a connection of the gateway to a network carries. */
  scan(way: 'toServer' | 'toGateway', text: string, connection: Passing): void;
  nickOf(connection: Passing): string;
}

/** One who says something in one place; resolves or returns whether it was said. */
export interface Speaker {
  readonly token: Omit<Token, 'n'>;
  say(token: string): boolean | Promise<boolean>;
  n: number;
}
export const speaker = (token: Omit<Token, 'n'>, saying: Speaker['say']): Speaker => ({ token, say: saying, n: 0 });

export type Order = Readonly<Record<string, string | number | boolean>>;

/** What the network's own side adds to the ledger. */
export interface Observed {
  readonly spoken: readonly Spoken[];
  readonly shown: readonly Shown[];
}

export interface Realm {
  readonly network: NetworkName;
  readonly server: OwnedServer;
  /** Between the gateway and the server, where it goes through one. */
  readonly link?: FaultProxy;
  /** The room that everybody is in, where the network has rooms. */
  readonly room?: RoomPlan;
  /** Nicks of the foreigners in it. */
  readonly roomPeople: readonly string[];
  /** The gateway's block of settings for it. */
  settings(): unknown;
  /** Foreigners go to their places. */
  gather(): Promise<void>;
  /** The user links her account, where one is needed. @throws Error by rejection where the gateway refuses. */
  signUp(user: XmppUser): Promise<void>;
  speakers(users: readonly XmppUser[]): readonly Speaker[];
  /** What is not as it should be at the network, a line each. */
  missing(): Promise<readonly string[]>;
  /** @throws Error by rejection while its server is down. */
  observed(): Promise<Observed>;
  /** Misbehaviour on order, where its server knows it. @throws Error by rejection. */
  order?(name: string, more?: Order): Promise<unknown>;
  stop(): Promise<void>;
}

export function lacking(seen: ReadonlySet<string>, expected: readonly string[], who: string): readonly string[] {
  const absent = expected.filter((nick) => !seen.has(nick));
  return absent.length === 0 ? [] : [`${who} does not see ${absent.join(', ')}`];
}
