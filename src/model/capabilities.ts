// What a network, or one conversation on it, can do: data that drives disco, help, degradation and the contract tests.

import type { CommandKind } from './commands.ts';
import type { Style } from './conversation.ts';
import type { EventKind } from './events.ts';
import type { QueryKind } from './queries.ts';

export interface Capabilities<Kind extends CommandKind = CommandKind> {
  readonly accepts: readonly Kind[];
  /** Of a network: those of them that not each of its servers can. */
  readonly mayLack?: readonly Kind[];
  readonly reports: readonly EventKind[];
  readonly answers: readonly QueryKind[];
  readonly text: {
    /** Longest text the network takes in one piece; an adapter that cuts by itself says how much it takes before cutting. */
    readonly max: number;
    readonly unit: 'bytes' | 'characters';
    readonly lines: 'many' | 'one';
    /** What is longer, or has several lines, the adapter makes several messages of, unless it is to stay `whole`. */
    readonly cuts?: true;
    readonly styles: readonly Style[];
  };
  readonly attachments?: { readonly maxBytes: number; readonly mediaTypes: readonly string[] };
  /** Two people in a conversation never have the same nick (IRC). */
  readonly uniqueNicks?: true;
  /** `directory` begins with the rooms that the account is in, and says of each that it is one. */
  readonly ownRooms?: true;
  /** One may be called differently in each room. */
  readonly roomNicks?: true;
  /** Whoever there is has a profile, whether she is there just now or not: `not-found` means that nobody is called so. */
  readonly profiled?: true;
  /** `add` takes the other's yes, told by `answered`. */
  readonly approval?: true;
  readonly replies?: true;
  readonly threads?: true;
}
