// Everything that was observed from outside the gateway in one run, as plain data; times are milliseconds since the run began.

/** An XMPP client wrote it on its stream. */
export interface Written {
  readonly token: string;
  readonly at: number;
}

/** The network took it, and these users of the gateway are to see it. */
export interface Spoken {
  readonly token: string;
  readonly at: number;
  readonly hearers: readonly string[];
  /** When the gateway first answered that it has it, where the network hands messages over in an order of its own; NaN for never. */
  readonly taken?: number;
}

/** Its last byte was passed on to the gateway (`to` a domain or a nick), or by the gateway to the IRC server. */
export interface Handed {
  readonly token: string;
  readonly at: number;
  readonly to: 'gateway' | 'ircd' | { readonly nick: string };
}

/** Somebody was shown it: an XMPP user, an IRC person, or the journal of the echo server. */
export interface Shown {
  readonly token: string;
  readonly at: number;
  readonly hearer: string;
  /** It says itself that it is late (XEP-0203). */
  readonly delayed: boolean;
  /** Part of what a room shows to those who come in. */
  readonly history: boolean;
}

/** The sender was told that it failed; `void`: told by the gateway, but the client was not there to read it. */
export interface Told {
  readonly token: string;
  readonly at: number;
  readonly by: 'client' | 'void';
}

/** Somebody was in a place, as her client saw it. */
export interface Spell {
  readonly who: string;
  /** `echo-hall`, `irc-verona`, or `xmpp` for being connected at all. */
  readonly place: string;
  readonly from: number;
  to: number | undefined;
}

/** The gateway's process ended; what came in since then was never read. */
export interface Death {
  readonly at: number;
  readonly unreadSince: number;
}

/** A connection of the gateway to the IRC server ended; what it wrote since then may lie between them. */
export interface Severed {
  readonly nick: string;
  readonly since: number;
  readonly at: number;
}

/** The gateway was connected to the XMPP server under that domain. */
export interface LinkSpell {
  readonly domain: string;
  readonly from: number;
  to: number | undefined;
}

export interface Outage {
  /** `xmpp`, or a network. */
  readonly what: string;
  readonly at: number;
  readonly until: number;
}

export interface Injected {
  readonly name: string;
  readonly at: number;
  readonly until: number;
}

export interface Ledger {
  readonly written: Written[];
  readonly spoken: Spoken[];
  readonly handed: Handed[];
  readonly shown: Shown[];
  readonly told: Told[];
  readonly spells: Spell[];
  readonly deaths: Death[];
  /** Connections between gateway and XMPP server that ended. */
  readonly cuts: number[];
  readonly links: LinkSpell[];
  readonly severed: Severed[];
  readonly outages: Outage[];
  readonly injected: Injected[];
  /** What is not as it was before, a line each. */
  readonly missing: string[];
}

export function emptyLedger(): Ledger {
  return {
    written: [],
    spoken: [],
    handed: [],
    shown: [],
    told: [],
    spells: [],
    deaths: [],
    cuts: [],
    links: [],
    severed: [],
    outages: [],
    injected: [],
    missing: [],
  };
}
