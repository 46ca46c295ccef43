// What we use of @xmpp/component 0.13.1, which comes without types.

declare module '@xmpp/component' {
  import type { Socket } from 'node:net';

  interface XmlElement {
    readonly attrs: Record<string, string | undefined>;
    toString(): string;
  }

  /** What an entity asks of the class it is given as `Parser`. */
  interface EntityParser {
    on(event: string, listener: (element: unknown) => void): unknown;
    removeListener(event: string, listener: (element: unknown) => void): unknown;
    write(text: string): void;
  }

  interface Entity {
    /** Of every wait inside, in milliseconds. */
    timeout: number;
    readonly socket: Socket | null;
    Parser: new () => EntityParser;
    readonly reconnect: { stop(): void };
    _onData(data: Buffer): void;
    headerElement(): XmlElement;
    socketParameters(service: string): { readonly host: string; readonly port: number };
    /** Called once the peer's header is there; rejections are emitted as `error`. */
    authenticate(id: string | undefined, secret: string): Promise<void>;
    /** Rejects when the socket can't be opened; with a socket that closes without an error it never settles. */
    connect(service: string): Promise<unknown>;
    open(options: { readonly domain: string }): Promise<unknown>;
    write(text: string): Promise<void>;
    on(event: 'error', listener: (error: unknown) => void): this;
  }

  export function component(options: {
    readonly service: string;
    readonly domain: string;
    readonly password: string;
  }): Entity;
  export type { Entity, EntityParser, XmlElement };
}
