// A durable network in the gateway's process beside the one that is measured: the echo network behind a domain of its own, silent, or with one
// message after the other, each of which must come back.

import { until } from '../support/processes.ts';
import { attribute, between, ComponentSide, SECRET, SERVER } from './component-side.ts';
import type { Subject } from './subject.ts';
import { viaductWith } from './viaduct.ts';
import { Verdict } from './wrong.ts';

const DOMAIN = 'echo.localhost';
const FROM = `trickler@${SERVER}/bench`;
export const PER_SECOND = 10;

export class DurableBeside {
  readonly subject: Subject;
  readonly #verdict: Verdict;
  readonly #xmpp: ComponentSide;
  #sent = 0;
  #echoed = 0;

  private constructor(subject: Subject, verdict: Verdict, xmpp: ComponentSide) {
    this.subject = subject;
    this.#verdict = verdict;
    this.#xmpp = xmpp;
    xmpp.onStanza = (_, head, stanza) => this.#onStanza(head, stanza);
  }

  /** `software`: what its XMPP server says it is. */
  static async open(name: string, software: string): Promise<DurableBeside> {
    const verdict = new Verdict();
    const xmpp = new ComponentSide(verdict);
    xmpp.software = software;
    const subject = viaductWith(name, { gateways: gatewayAt(await xmpp.listen()) });
    return new DurableBeside(subject, verdict, xmpp);
  }

  /** Messages that went both ways so far. */
  get echoed(): number {
    return this.#echoed;
  }

  /** Resolves when its session is open and one message has come back. */
  async begin(): Promise<void> {
    await this.#verdict.guard(this.#xmpp.ready);
    this.#say();
    await this.#settled();
  }

  /** Traffic for as long as the work takes, by default a little. @throws Wrong where an echo is not what was said. */
  async trickle<T>(work: () => Promise<T>, perSecond = PER_SECOND): Promise<T> {
    this.#say();
    const timer = setInterval(() => this.#say(), 1_000 / perSecond);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      await this.#settled();
    }
  }

  close(): void {
    this.#xmpp.close();
  }

  #say(): void {
    const n = this.#sent++;
    this.#xmpp.send(
      `<message from='${FROM}' to='echo@${DOMAIN}' type='chat' id='d${n}'><body>${textOf(n)}</body></message>`,
    );
  }

  #onStanza(head: string, stanza: string): void {
    if (attribute(head, 'type') === 'error') return this.#verdict.fail(`beside, a message was refused: ${stanza}`);
    const body = between(stanza, '<body>', '</body>');
    if (body === undefined || !attribute(head, 'from')?.startsWith('echo@')) return;
    const due = textOf(this.#echoed++);
    if (body !== due) this.#verdict.fail(`beside, echo said "${body}" where "${due}" was due`);
  }

  async #settled(): Promise<void> {
    await until('all echoes', () => this.#verdict.failed !== undefined || this.#echoed >= this.#sent, { everyMs: 5 });
    if (this.#verdict.failed) throw this.#verdict.failed;
  }
}

const textOf = (n: number): string => `durable message ${n}`;

const gatewayAt = (port: number): string => `  - domain: ${DOMAIN}
    secret: ${SECRET}
    network: echo
    server: xmpp://127.0.0.1:${port}
    settings: { delivery: durable }
`;
