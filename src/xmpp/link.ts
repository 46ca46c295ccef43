// The link of one gateway to its XMPP server: connects as an external component, stays connected, carries stanzas both ways, knows its own
// requests from other people's, and says why when it is down (XEP-0114; RFC 6120; XEP-0199).

import { BridgeError } from '../model/errors.ts';
import type { Log } from '../model/ports.ts';
import { inEnglish, type Text, words } from '../model/words.ts';
import { Complaints } from './link-complaints.ts';
import { Connection } from './link-connection.ts';
import { LinkError, type LinkErrorKind } from './link-error.ts';
import { Guard, malformation } from './link-guard.ts';
import { Liveness } from './link-liveness.ts';
import { userOf } from './jid.ts';
import { refusalOf } from './link-refusal.ts';
import { RequestTable } from './link-requests.ts';
import { LINK_LIMITS, type LinkHandler, type LinkLimits, type LinkOptions, type LinkState } from './link-options.ts';
import { Retry } from './link-retry.ts';
import { type LinkCounters, LinkTally } from './link-tally.ts';
import { LinkWriter } from './link-writer.ts';
import type { Element } from './xml.ts';

export type { LinkErrorKind } from './link-error.ts';
export { LinkError } from './link-error.ts';
export type { LinkHandler, LinkLimits, LinkOptions, LinkState } from './link-options.ts';
export type { LinkCounters } from './link-tally.ts';
export { LINK_LIMITS } from './link-options.ts';

interface Session {
  readonly connection: Connection;
  readonly writer: LinkWriter;
  readonly liveness: Liveness;
  onlineAt: number | undefined;
}

const REFUSALS: ReadonlySet<LinkErrorKind> = new Set(['bad-secret', 'unknown-domain', 'conflict']);
const MISCONFIGURED: ReadonlySet<LinkErrorKind> = new Set(['bad-secret', 'unknown-domain']);

export class Link {
  readonly #options: LinkOptions;
  readonly #handler: LinkHandler;
  readonly #limits: LinkLimits;
  readonly #log: Log;
  readonly #guard: Guard;
  readonly #requests: RequestTable;
  readonly #retry: Retry;
  readonly #onDropped: Complaints;
  readonly #onUnusable: Complaints;
  readonly #onFailed: Complaints;
  #session: Session | undefined;
  #state: LinkState;
  #cancelRetry: () => void = () => undefined;
  #stopping: Promise<void> | undefined;
  readonly #tally = new LinkTally();

  constructor(options: LinkOptions, handler: LinkHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#limits = { ...LINK_LIMITS, ...options.limits };
    this.#log = options.log.child({ link: options.domain });
    const domains = new Set([options.domain, ...(options.extraFrom ?? [])]);
    this.#guard = new Guard({ domains, maxSentBytes: this.#limits.maxSentBytes });
    this.#requests = new RequestTable(options.clock);
    this.#retry = new Retry(this.#limits.retry, options.random ?? Math.random);
    this.#onDropped = new Complaints(this.#log, options.clock, 'error', 'a stanza of ours was dropped');
    this.#onUnusable = new Complaints(this.#log, options.clock, 'warn', 'an unusable stanza came');
    this.#onFailed = new Complaints(this.#log, options.clock, 'error', 'a handler of the link failed');
    this.#state = { state: 'offline', since: options.clock.now() };
  }

  /** Connects, and goes on connecting until `stop`. */
  start(): void {
    if (this.#session === undefined && this.#stopping === undefined) this.#connect();
  }

  /** Sends what is left, ends the stream in good order, and stays down. Resolves within `stopMs` (COMP-8). */
  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  state(): LinkState {
    return this.#state;
  }

  counters(): LinkCounters {
    return this.#tally.counters(this.#session?.liveness.confirmed ?? 0);
  }

  /** Whether so much is unsent that whoever can wait should. */
  get congested(): boolean {
    return this.#session?.writer.paused ?? false;
  }

  /** False where it was not sent: the link is down, or the stanza must not go out (that is logged). */
  send(stanza: Element): boolean {
    return this.write(stanza.toString());
  }

  /** The same for one stanza that is text already, its attributes escaped. */
  write(xml: string): boolean {
    const refusal = this.#guard.refusal(xml) ?? (this.#options.strict === true ? malformation(xml) : undefined);
    if (refusal !== undefined) {
      this.#tally.dropped++;
      if (this.#options.strict === true) throw new Error(`must not be sent: ${refusal}: ${xml.slice(0, 500)}`);
      this.#onDropped.about(() => ({ why: refusal, start: xml.slice(0, 200) }));
      return false;
    }
    if (this.#session?.onlineAt === undefined) {
      this.#tally.dropped++;
      return false;
    }
    this.#tally.sent.count(xml.charCodeAt(1));
    this.#session.writer.push(xml);
    return true;
  }

  /**
   * Sends a get or set under an id of our own and resolves to its result.
   * @throws StanzaError (the answer was an error), BridgeError `timeout`, `network-down` or `internal`, by rejection.
   */
  request(iq: Element, timeoutMs: number): Promise<Element> {
    if (this.#session?.onlineAt === undefined) {
      return Promise.reject(new BridgeError('network-down', words`There is no connection to the XMPP server.`));
    }
    const { stanza, answer } = this.#requests.ask(iq, timeoutMs);
    let sent = false;
    try {
      sent = this.send(stanza);
    } finally {
      if (!sent) this.#requests.forget(stanza);
    }
    return sent ? answer : Promise.reject(new BridgeError('internal', words`The request could not be sent.`));
  }

  /** Resolves when the server has read all that was written before; never, where the link is lost first. */
  ping(): Promise<void> {
    const session = this.#session;
    if (session?.onlineAt === undefined) return new Promise(() => undefined);
    return session.liveness.ping().then(() => undefined);
  }

  #connect(): void {
    const { clock, domain, serverDomain, log } = this.#options;
    const { connectMs, parser, idleMs, answerMs } = this.#limits;
    const connection = new Connection(
      { ...this.#options, connectMs, parser },
      {
        onOnline: () => this.#onOnline(session),
        onStanza: (stanza) => this.#onStanza(stanza, session),
        onRefused: (stanza, why) => this.#onRefused(stanza, why),
        onHeard: () => session.liveness.heard(),
        onClosed: (error) => this.#onClosed(session, error),
      },
    );
    const before = this.#tally.sent.total;
    const liveness = new Liveness({
      clock,
      log,
      domain,
      serverDomain,
      idleMs,
      answerMs,
      written: () => this.#tally.sent.total - before,
      request: (iq, timeoutMs) => this.request(iq, timeoutMs),
      onAnswered: (tookMs) => this.#tell(() => this.#handler.onCheckpoint?.(tookMs)),
      onDead: () => connection.fail(new LinkError('dead', `no answer to a ping within ${answerMs} ms`)),
    });
    const writer = new LinkWriter({
      clock,
      limits: this.#limits,
      write: (text, written) => connection.write(text, written),
      unsent: () => connection.unsent,
      onPressure: (paused) => this.#tell(() => this.#handler.onPressure(paused)),
      onStalled: (why) => connection.fail(new LinkError('dead', `the server does not read: ${why}`)),
    });
    const session: Session = { connection, writer, liveness, onlineAt: undefined };
    this.#session = session;
    this.#become('connecting', this.#state.error);
    connection.open();
  }

  #onOnline(session: Session): void {
    this.#tally.connections++;
    session.onlineAt = this.#options.clock.monotonic();
    session.liveness.start();
    this.#log.info('the link is online', { host: this.#options.host, port: this.#options.port });
    this.#become('online', undefined);
    this.#tell(() => this.#handler.onUp());
  }

  #onStanza(stanza: Element, session: Session): void {
    this.#tally.received.count(stanza.name.charCodeAt(0));
    const fault = this.#guard.fault(stanza);
    if (fault !== undefined) {
      this.#leaveOut(stanza, fault);
      return;
    }
    if (stanza.name === 'iq' && this.#isAnswer(stanza, session)) return;
    this.#tell(() => this.#handler.onStanza(stanza));
  }

  /** Too big, too deep: whoever sent it is told, and nobody else is troubled. */
  #onRefused(stanza: Element, why: Text): void {
    this.#tally.received.count(stanza.name.charCodeAt(0));
    const fault = this.#guard.fault(stanza);
    this.#leaveOut(stanza, fault ?? inEnglish(why));
    if (fault !== undefined) return;
    const { from = '', 'xml:lang': lang } = stanza.attrs;
    const refusal = refusalOf(stanza, why, this.#options.translator?.({ user: userOf(from), lang }));
    if (refusal.kind === 'reply') this.send(refusal.stanza);
    else if (refusal.kind === 'answer') this.#requests.settle(stanza.attrs['from'] ?? '', refusal.stanza);
    else if (refusal.kind === 'pass') this.#tell(() => this.#handler.onStanza(refusal.stanza));
  }

  #leaveOut(stanza: Element, why: string): void {
    this.#tally.unusable++;
    this.#onUnusable.about(() => ({ why, start: stanza.toString().slice(0, 200) }));
  }

  #isAnswer(iq: Element, session: Session): boolean {
    const { type, from = '', to = '' } = iq.attrs;
    if (type === 'result' || type === 'error') return this.#requests.settle(from, iq);
    // A ping to our own domain came home.
    return from === session.liveness.address && this.#requests.settle(to, iq);
  }

  #onClosed(session: Session, error: LinkError): void {
    this.#session = undefined;
    session.writer.stop();
    session.liveness.stop();
    const { clock } = this.#options;
    const livedMs = session.onlineAt === undefined ? 0 : clock.monotonic() - session.onlineAt;
    const wasUp = session.onlineAt !== undefined;
    session.onlineAt = undefined;
    this.#requests.abandon();
    if (this.#stopping === undefined) {
      const retryMs = Math.round(this.#retry.delayMs(error.kind, livedMs));
      this.#cancelRetry = clock.after(retryMs, () => this.#connect());
      this.#report(error, wasUp, retryMs);
      this.#become(REFUSALS.has(error.kind) ? 'refused' : 'offline', error);
    }
    if (wasUp) this.#tell(() => this.#handler.onDown(error));
  }

  #report(error: LinkError, wasUp: boolean, retryMs: number): void {
    const { kind, message, condition } = error;
    const text = wasUp ? 'the link was lost' : 'the link can not be made';
    const fields = { kind, why: message, ...(condition !== undefined && { condition }), retryMs };
    if (MISCONFIGURED.has(kind)) this.#log.error(text, fields);
    else this.#log.warn(text, fields);
  }

  async #end(): Promise<void> {
    this.#cancelRetry();
    const session = this.#session;
    if (session !== undefined) {
      const { clock } = this.#options;
      const { stopMs } = this.#limits;
      const startedAt = clock.monotonic();
      await new Promise<void>((resolve) => {
        const cancel = clock.after(stopMs / 2, resolve);
        void session.writer.drain().then(() => {
          cancel();
          resolve();
        });
      });
      session.writer.stop();
      session.liveness.stop();
      await session.connection.close(stopMs - (clock.monotonic() - startedAt));
      session.onlineAt = undefined;
      this.#session = undefined;
    }
    this.#requests.abandon();
    this.#become('stopped', undefined);
  }

  #become(state: LinkState['state'], error: LinkError | undefined): void {
    const since = state === this.#state.state ? this.#state.since : this.#options.clock.now();
    this.#state = { state, since, ...(error !== undefined && { error }) };
    this.#tell(() => this.#handler.onState?.(this.#state));
  }

  /** Whatever goes wrong up there is not the link's: it and everybody else's traffic go on. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (thrown) {
      this.#onFailed.about(() => ({ error: thrown }));
    }
  }
}
