// What a run's observations mean, by the words of the delivery promise (README, Delivery): pure.
//
// Each message is owed to each of its hearers once. One that nobody saw is, in this order:
//
//   told        its sender was told that it failed
//   notHanded   its last byte never reached the gateway: the XMPP server, or the connection to it, had lost it before
//   unread      it had reached the gateway's process at most 250 ms before that ended (or was stopped, and then ended), or before the
//               connection to the XMPP server did
//   inFlight    of a live network, under way, or held while a connection that it needs was away, when the gateway's process ended
//   severed     of a live network, written to a connection to its server that ended before it had come through
//   elsewhere   of a live network, taken by a server that ended then, or while nobody was there to observe
//   away        of a live network, and its hearer was out of the room, and knew
//   lost        none of these: the promise is broken
//
// Of several copies one may say nothing; the others are copies in the tail where they say that they are late and a connection had been cut
// before, else the message is doubled. Which of them comes first is the network's: what lay in a connection may come out of it late.
//
// Out of order is what was shown behind something that the same speaker said later in the same place, does not say that it is late, and was
// not handed over in that order by the network itself.

import { FATES, Facts, type Fate, type Owed, type Way } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { isLive, NETWORKS, type NetworkName } from './tokens.ts';

export interface Count extends Record<Fate, number> {
  owed: number;
  carried: number;
  doubled: number;
  tailCopies: number;
  /** Carried, and its sender was told that it failed. */
  toldToo: number;
  outOfOrder: number;
}

export interface Finding {
  readonly what: 'lost' | 'doubled' | 'outOfOrder';
  readonly network: NetworkName;
  readonly way: Way;
  readonly token: string;
  readonly hearer: string;
  readonly at: number;
  /** Faults that were under way shortly before. */
  readonly near: readonly string[];
}

export interface Verdict {
  readonly counts: ReadonlyMap<string, Count>;
  readonly findings: readonly Finding[];
  readonly missing: readonly string[];
}

/** Without faults in the promise or in the machine, `failures(judge(ledger))` is empty. */
export function judge(ledger: Ledger): Verdict {
  const facts = new Facts(ledger);
  const counts = new Map<string, Count>();
  const findings: Finding[] = [];
  for (const owed of facts.owed()) {
    const count = countFor(counts, owed);
    const find = (what: Finding['what']): void => {
      findings.push({ what, ...pick(owed), near: facts.near(owed.at) });
    };
    count.owed += 1;
    const copies = facts.copies(owed);
    if (copies.length === 0) {
      const fate = facts.fate(owed);
      count[fate] += 1;
      if (fate === 'lost') find('lost');
      continue;
    }
    count.carried += 1;
    if (facts.isTold(owed)) count.toldToo += 1;
    const first = Math.min(...copies.map(({ at }) => at));
    const stamped = copies.filter((copy) => facts.isTail(copy, first)).length;
    count.tailCopies += Math.min(stamped, copies.length - 1);
    if (stamped < copies.length - 1) {
      count.doubled += 1;
      find('doubled');
    }
  }
  for (const owed of facts.outOfOrder()) {
    countFor(counts, owed).outOfOrder += 1;
    findings.push({ what: 'outOfOrder', ...pick(owed), near: facts.near(owed.at) });
  }
  return { counts, findings, missing: ledger.missing };
}

/** Why the run is not good, a line each; empty where it is. */
export function failures({ counts, missing }: Verdict): readonly string[] {
  const lines: string[] = [];
  for (const [name, { lost, doubled, outOfOrder }] of counts) {
    const durable = !isLivePlace(name);
    if (lost > 0) lines.push(`${name}: ${lost} lost`);
    if (durable && doubled > 0) lines.push(`${name}: ${doubled} doubled`);
    if (durable && outOfOrder > 0) lines.push(`${name}: ${outOfOrder} out of order`);
  }
  return [...lines, ...missing.map((line) => `not back: ${line}`)];
}

/** `irc out` is one, `echo in` is none. */
export const isLivePlace = (name: string): boolean =>
  NETWORKS.some((network) => isLive(network) && name.startsWith(`${network} `));

const pick = ({ network, way, token, hearer, at }: Owed) => ({ network, way, token, hearer, at });

function countFor(counts: Map<string, Count>, { network, way }: Pick<Owed, 'network' | 'way'>): Count {
  const name = `${network} ${way}`;
  const known = counts.get(name);
  if (known !== undefined) return known;
  const fates = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>;
  const made = { owed: 0, carried: 0, doubled: 0, tailCopies: 0, toldToo: 0, outOfOrder: 0, ...fates };
  counts.set(name, made);
  return made;
}
