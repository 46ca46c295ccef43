// The part of irc-framework 4.14 that we use: it has no types of its own.

declare module 'irc-framework' {
  export interface ClientOptions {
    host: string;
    port: number;
    nick: string;
    username: string;
    gecos: string;
    version: string | null;
    /** Server password. */
    password?: string;
    /** An object without the two keeps the server password from being used for SASL. */
    account: { account?: string; password?: string };
    sasl_mechanism?: 'PLAIN' | 'EXTERNAL';
    sasl_disconnect_on_fail: boolean;
    enable_echomessage: boolean;
    enable_chghost: boolean;
    auto_reconnect: boolean;
    ping_interval: number;
    ping_timeout: number;
    transport: new (options: never) => Transport;
  }

  /** What a Connection asks of its transport; it is an event emitter with `open`, `line`, `close`. */
  export interface Transport {
    on(event: string, listener: (...args: unknown[]) => void): unknown;
    removeAllListeners(): unknown;
    connect(): void;
    writeLine(line: string, written?: () => void): void;
    close(force?: boolean): void;
    disposeSocket(): void;
    setEncoding(encoding: string): boolean;
  }

  export interface Connection {
    addReadBuffer(line: string): void;
    write(line: string, written?: () => void): boolean | undefined;
    removeAllListeners(): unknown;
  }

  export class Client {
    constructor(options: ClientOptions);
    readonly connection: Connection;
    readonly network: {
      readonly cap: { readonly enabled: readonly string[]; readonly available: ReadonlyMap<string, string> };
    };
    requestCap(names: string | readonly string[]): void;
    connect(): void;
    on(event: 'registered', listener: (event: { readonly nick: string }) => void): this;
    on(event: 'sasl failed', listener: (event: { readonly reason: string; readonly message?: string }) => void): this;
    removeAllListeners(): this;
  }
}
