// What a link is made with, what it calls, and what it tells about itself.

import type { Clock, Log } from '../model/ports.ts';
import type { Recipient, Translator } from './feature.ts';
import type { LinkError } from './link-error.ts';
import type { RetryLimits } from './link-retry.ts';
import type { WriterLimits } from './link-writer.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-parser.ts';
import type { Element } from './xml.ts';

export interface LinkLimits extends WriterLimits {
  /** From the first packet to the accepted handshake. */
  readonly connectMs: number;
  /** For the whole of `stop`. */
  readonly stopMs: number;
  /** Without anything heard, before the server is asked whether it is there. */
  readonly idleMs: number;
  /** For its answer; else the link is dead. */
  readonly answerMs: number;
  /** Of a stanza going out. */
  readonly maxSentBytes: number;
  readonly retry: RetryLimits;
  readonly parser: StreamLimits;
}
export const LINK_LIMITS: LinkLimits = {
  connectMs: 30_000,
  stopMs: 5_000,
  idleMs: 60_000,
  answerMs: 30_000,
  // Prosody takes 512 KiB and ends the stream above that.
  maxSentBytes: 256 * 1024,
  pauseUnits: 1024 * 1024,
  resumeUnits: 256 * 1024,
  maxUnits: 16 * 1024 * 1024,
  stallMs: 30_000,
  retry: { minMs: 1_000, maxMs: 60_000, misconfiguredMs: 60_000, conflictMs: 5_000, steadyMs: 60_000 },
  parser: STREAM_LIMITS,
};

export interface LinkOptions {
  /** The component's domain. */
  readonly domain: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  /** Who is pinged: a domain that the server itself answers for. */
  readonly serverDomain: string;
  /** Further domains that stanzas may come from and go to. */
  readonly extraFrom?: readonly string[];
  /** Of what the link itself answers; left out: English. */
  readonly translator?: (recipient: Recipient) => Translator;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits?: Partial<LinkLimits>;
  /** Throw on a bad stanza of ours, instead of dropping it with a line in the log: for tests. */
  readonly strict?: boolean;
  /** 0 to 1, for the jitter. */
  readonly random?: () => number;
}

/** Called from the socket's callbacks; what it throws is logged and goes no further. */
export interface LinkHandler {
  /** A message, presence or iq with valid addresses that is not an answer to a request of ours. */
  onStanza(stanza: Element): void;
  onUp(): void;
  /** Once for each `onUp`, but not for `stop`. */
  onDown(reason: LinkError): void;
  /** Too much is unsent: stop making more until told so. */
  onPressure(paused: boolean): void;
  /** After every change of `state()`. */
  onState?(state: LinkState): void;
  /** The server has answered a ping of the link's own, in so long. */
  onCheckpoint?(tookMs: number): void;
}

export interface LinkState {
  /** `offline`: to be tried again soon. `refused`: by a server that won't have us as we are; tried again slowly. */
  readonly state: 'connecting' | 'online' | 'offline' | 'refused' | 'stopped';
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Why the last try or connection ended; none while online. */
  readonly error?: LinkError;
}
