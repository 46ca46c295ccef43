// A link that loses nothing it was given: the spool in front of the connection, the checkpoints behind it, and what the server's own
// storage asks for.

import type { StanzaClass } from './feature.ts';
import { splitJid } from './jid.ts';
import { Link, type LinkHandler, type LinkOptions, type LinkState } from './link.ts';
import type { LinkCounters } from './link-tally.ts';
import { Spool, type SpoolCounters, type SpoolLimits } from './spool.ts';
import { type Element, el } from './xml.ts';

const VERSION = 'jabber:iq:version';
/** ejabberd writes its Mnesia tables behind: what it read in its last seconds is gone after a kill. */
const WRITTEN_BEHIND_MS = 5_000;
const SETTLE_MS = 500;
const ASK_MS = 30_000;

export interface SpooledLinkOptions extends LinkOptions {
  readonly spool?: Partial<SpoolLimits>;
}

export interface SpooledLinkHandler extends LinkHandler {
  /** What a client in a room was to be told is lost: its picture of the room is wrong. */
  onLost(to: string, room: string): void;
  /** The link is busy no more. */
  onReady(): void;
}

export class SpooledLink {
  readonly #options: SpooledLinkOptions;
  readonly #link: Link;
  readonly #spool: Spool;
  #told = false;

  constructor(options: SpooledLinkOptions, handler: SpooledLinkHandler) {
    this.#options = options;
    this.#link = new Link(options, {
      onStanza: (stanza) => handler.onStanza(stanza),
      onUp: () => {
        this.#spool.up();
        void this.#learnServer();
        handler.onUp();
      },
      onDown: (reason) => {
        this.#spool.down();
        handler.onDown(reason);
      },
      onPressure: () => this.#tellPressure(handler),
      onState: (state) => handler.onState?.(state),
      onCheckpoint: (tookMs) => handler.onCheckpoint?.(tookMs),
    });
    this.#spool = new Spool({
      link: this.#link,
      clock: options.clock,
      domain: options.domain,
      ...(options.spool !== undefined && { limits: options.spool }),
      onLost: (to, xml) => handler.onLost(to, fromOf(xml)),
      onPressure: () => this.#tellPressure(handler),
      onReady: () => handler.onReady(),
    });
  }

  start(): void {
    this.#link.start();
  }

  /** Waits a little for what was written to be confirmed, then ends the stream in good order. */
  async stop(): Promise<void> {
    const { clock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(SETTLE_MS, resolve);
    await Promise.race([this.#spool.settle(), promise]);
    cancel();
    this.#spool.stop();
    await this.#link.stop();
  }

  state(): LinkState {
    return this.#link.state();
  }

  counters(): LinkCounters & SpoolCounters {
    return { ...this.#link.counters(), ...this.#spool.counters() };
  }

  depth(): { readonly stanzas: number; readonly oldestMs: number } {
    return this.#spool.depth();
  }

  get congested(): boolean {
    return this.#link.congested || this.#spool.pressed;
  }

  /** The server has so much to read that whatever is written now waits for it. */
  get busy(): boolean {
    return this.#spool.busy;
  }

  /** One stanza as text, with `from` and `to`. `confirmed`: the server has it, or never will. */
  write(xml: string, to: string, kind: StanzaClass, confirmed?: () => void): void {
    this.#spool.write(xml, to, kind, confirmed);
  }

  request(iq: Element, timeoutMs: number): Promise<Element> {
    return this.#link.request(iq, timeoutMs);
  }

  #tellPressure(handler: SpooledLinkHandler): void {
    const { congested } = this;
    if (congested === this.#told) return;
    this.#told = congested;
    handler.onPressure(congested);
  }

  async #learnServer(): Promise<void> {
    const { domain, serverDomain, log } = this.#options;
    const from = `${domain}/version`;
    const ask = el('iq', { type: 'get', from, to: serverDomain }, el('query', { xmlns: VERSION }));
    // Until it has answered it might be one that forgets.
    this.#spool.hold(WRITTEN_BEHIND_MS);
    const name = await this.#link.request(ask, ASK_MS).then(
      (answer) => answer.child('query')?.childText('name') ?? '',
      () => '',
    );
    log.debug('the XMPP server says what it is', { name });
    if (/prosody/i.test(name)) this.#spool.hold(0);
  }
}

const FROM = /^<\w+ [^>]*?\bfrom='([^']*)'/;

/** Bare address that a stanza of ours comes from. */
function fromOf(xml: string): string {
  const { local, domain } = splitJid(FROM.exec(xml)?.[1] ?? '');
  return `${local}@${domain}`;
}
