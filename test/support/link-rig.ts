// A link and the server's end of it, for the tests of the link: time by hand, sockets real.

import { onTestFinished } from 'vitest';
import { Link, type LinkError, type LinkOptions, type LinkState } from '../../src/xmpp/link.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';
import { type ComponentPeer, ComponentServer, type ComponentServerOptions } from './component-server.ts';
import { LogRecorder } from './log-recorder.ts';
import { ManualClock } from './manual-clock.ts';
import { until } from './processes.ts';

export const DOMAIN = 'irc.localhost';
export const SECRET = 'rosaline';

export class LinkRig {
  readonly server: ComponentServer;
  readonly link: Link;
  readonly clock: ManualClock;
  readonly log: LogRecorder;
  readonly stanzas: Element[] = [];
  readonly ups: number[] = [];
  readonly downs: LinkError[] = [];
  readonly pressure: boolean[] = [];
  readonly states: LinkState[] = [];
  /** Runs for every stanza behind the record. */
  onStanza: (stanza: Element) => void = () => undefined;

  /** Ends with the test. The link is not started. */
  static async make(
    options: Partial<LinkOptions> = {},
    server: Partial<ComponentServerOptions> = {},
  ): Promise<LinkRig> {
    const rig = new LinkRig(await ComponentServer.listen({ secret: SECRET, ...server }), options);
    onTestFinished(async () => {
      await rig.server.close();
      await rig.link.stop();
    });
    return rig;
  }

  /** The same with the link online. */
  static async online(
    options: Partial<LinkOptions> = {},
    server: Partial<ComponentServerOptions> = {},
  ): Promise<{ readonly rig: LinkRig; readonly peer: ComponentPeer }> {
    const rig = await LinkRig.make(options, server);
    rig.link.start();
    const peer = await rig.server.accepted(DOMAIN);
    await rig.reaches('online');
    return { rig, peer };
  }

  private constructor(server: ComponentServer, options: Partial<LinkOptions>) {
    this.server = server;
    this.clock = new ManualClock();
    this.log = new LogRecorder();
    this.link = new Link(
      {
        domain: DOMAIN,
        secret: SECRET,
        host: server.host,
        port: server.port,
        serverDomain: 'localhost',
        log: this.log,
        clock: this.clock,
        random: () => 0,
        ...options,
      },
      {
        onStanza: (stanza) => {
          this.stanzas.push(stanza);
          this.onStanza(stanza);
        },
        onUp: () => this.ups.push(this.clock.now()),
        onDown: (reason) => this.downs.push(reason),
        onPressure: (paused) => this.pressure.push(paused),
        onState: (state) => this.states.push(state),
      },
    );
  }

  async reaches(state: LinkState['state']): Promise<LinkState> {
    await until(`link ${state}`, () => this.link.state().state === state, { everyMs: 2, deadlineMs: 5_000 });
    return this.link.state();
  }

  /** Resolves when so many stanzas have been handed on. */
  async has(count: number): Promise<Element[]> {
    await until(`${count} stanzas`, () => this.stanzas.length >= count, { everyMs: 2, deadlineMs: 5_000 });
    return this.stanzas;
  }

  /** Lets the waiting time before the next try pass. */
  async reconnected(): Promise<ComponentPeer> {
    this.clock.advance(this.retryMs);
    const peer = await this.server.accepted(DOMAIN);
    await this.reaches('online');
    return peer;
  }

  /** How long the last line about a lost or refused link says that it will wait. */
  get retryMs(): number {
    const line = this.log.lines.findLast(({ fields }) => 'retryMs' in fields);
    return Number(line?.fields['retryMs']);
  }
}

export const message = (body: string, to = 'juliet@localhost/balcony'): Element =>
  el('message', { from: `#verona%net@${DOMAIN}/tybalt`, to, id: body.slice(0, 20) }, el('body', {}, body));

export const incoming = (body: string): string =>
  `<message from='juliet@localhost/balcony' to='#verona@${DOMAIN}' id='${body}'><body>${body}</body></message>`;
