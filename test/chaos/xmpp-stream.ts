// One stream of an XMPP client for the fault machine: logs in (RFC 6120, PLAIN), hands every stanza on, and ends when the connection does.

import { connect, type Socket } from 'node:net';
import { elementsOf, StreamReader, textOf, type XmlNode } from '../support/xml-tree.ts';

export interface StreamLogin {
  readonly port: number;
  readonly name: string;
  readonly password: string;
  readonly resource: string;
}

const FRAMING = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'";
const LOGIN_MS = 10_000;

export class XmppStream {
  readonly #socket: Socket;
  #reader: StreamReader | undefined;
  #onNext: ((node: XmlNode) => void) | undefined;
  /** Every stanza, from the bound resource on. */
  onStanza: (stanza: XmlNode) => void = () => {};
  onEnd: () => void = () => {};

  /** @throws Error by rejection when it does not get in. */
  static async connect(login: StreamLogin): Promise<XmppStream> {
    const stream = new XmppStream(login.port);
    const timer = setTimeout(() => stream.#socket.destroy(new Error('logging in took too long')), LOGIN_MS);
    try {
      await stream.#login(login);
      return stream;
    } catch (error) {
      stream.#socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.on('data', (bytes: Buffer) => this.#reader?.write(bytes));
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => this.onEnd());
  }

  /** @returns false where the stream is over. */
  send(xml: string): boolean {
    if (this.#socket.destroyed || !this.#socket.writable) return false;
    this.#socket.write(xml);
    return true;
  }

  close(): void {
    this.send("<presence type='unavailable'/></stream:stream>");
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 500).unref();
  }

  async #login({ name, password, resource }: StreamLogin): Promise<void> {
    await this.#open();
    const secret = Buffer.from(`\0${name}\0${password}`).toString('base64');
    this.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`);
    const answer = await this.#next();
    if (answer.name !== 'success') throw new Error(`${name} is not let in: ${answer.name}`);
    await this.#open();
    this.send(
      `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    );
    const bound = await this.#next();
    if (bound.attrs['type'] !== 'result') throw new Error(`${name} gets no resource`);
    this.#onNext = undefined;
  }

  async #open(): Promise<void> {
    this.#reader = new StreamReader({
      onHeader: () => undefined,
      onElement: (node) => {
        if (this.#onNext === undefined) this.onStanza(node);
        else this.#onNext(node);
      },
      onEnd: () => this.#socket.end(),
      onError: () => this.#socket.destroy(),
    });
    const features = this.#next();
    this.send(`<?xml version='1.0'?><stream:stream to='localhost' ${FRAMING}>`);
    await features;
  }

  #next(): Promise<XmlNode> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('the stream ended'));
      this.#socket.once('close', fail);
      this.#onNext = (node) => {
        this.#socket.off('close', fail);
        resolve(node);
      };
    });
  }
}

export const childOf = (node: XmlNode, name: string, ns?: string): XmlNode | undefined =>
  elementsOf(node).find((child) => child.name === name && (ns === undefined || child.ns === ns));
export const childText = (node: XmlNode, name: string): string | undefined => {
  const child = childOf(node, name);
  return child && textOf(child);
};
