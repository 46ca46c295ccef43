// What went over one link, counted as plain numbers; whoever wants to know reads them.

export interface StanzaCounts {
  readonly message: number;
  readonly presence: number;
  readonly iq: number;
}

/** Stanzas since the link was made. */
export interface LinkCounters {
  readonly received: number;
  readonly receivedByKind: StanzaCounts;
  readonly sent: number;
  readonly sentByKind: StanzaCounts;
  /** The first so many of `sent` on this connection are known to be read by the server. */
  readonly confirmed: number;
  /** From the server, that could not be handled. */
  readonly unusable: number;
  /** Ours, that could not be sent. */
  readonly dropped: number;
  /** Times that the server let us in. */
  readonly connections: number;
}

const P = 'p'.charCodeAt(0);
const I = 'i'.charCodeAt(0);

class StanzaTally {
  #message = 0;
  #presence = 0;
  #iq = 0;

  get total(): number {
    return this.#message + this.#presence + this.#iq;
  }

  /** `initial`: the first letter of the stanza's name, by which the three differ. */
  count(initial: number): void {
    if (initial === P) this.#presence++;
    else if (initial === I) this.#iq++;
    else this.#message++;
  }

  counts(): StanzaCounts {
    return { message: this.#message, presence: this.#presence, iq: this.#iq };
  }
}

export class LinkTally {
  readonly received = new StanzaTally();
  readonly sent = new StanzaTally();
  unusable = 0;
  dropped = 0;
  connections = 0;

  counters(confirmed: number): LinkCounters {
    const { received, sent, unusable, dropped, connections } = this;
    return {
      received: received.total,
      receivedByKind: received.counts(),
      sent: sent.total,
      sentByKind: sent.counts(),
      confirmed,
      unusable,
      dropped,
      connections,
    };
  }
}
