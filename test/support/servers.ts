// Real servers for tests and the demo, one function each. They listen on free loopback ports, keep all they write in a temporary
// folder, install themselves where they are missing, and end with the process that started them.

import type { OwnedServer } from './owned-server.ts';

export { ensurePrograms, MissingPrograms, programPath } from './programs.ts';
export { startEjabberd } from './server-ejabberd.ts';
export { startInspircd } from './server-inspircd.ts';
export { startNgircd } from './server-ngircd.ts';
export { startProsody } from './server-prosody.ts';
export { startRedis } from './server-redis.ts';
export { startSynapse, type SynapseServer } from './server-synapse.ts';

export interface XmppServerOptions {
  readonly components?: readonly { readonly domain: string; readonly secret: string }[];
  readonly users?: readonly { readonly name: string; readonly password: string }[];
  readonly websocket?: boolean;
  /** The components may read and write rosters and send messages in users' names (XEP-0356). */
  readonly privileged?: boolean;
  /** With that, requests in their names too, of these namespaces (Prosody). */
  readonly privilegedRequests?: readonly string[];
  /** Goes into the server's own configuration file, before its hosts (Prosody) or at the end (ejabberd). */
  readonly extraConfig?: string;
}

export interface XmppServer extends OwnedServer {
  readonly kind: 'prosody' | 'ejabberd';
  /** The domain it serves. */
  readonly domain: 'localhost';
  /** Address to connect to. */
  readonly host: '127.0.0.1';
  readonly c2sPort: number;
  readonly componentPort: number;
  readonly httpPort?: number;
  readonly websocketUrl?: string;
  addUser(name: string, password: string): Promise<void>;
}

export interface IrcServerOptions {
  /** Left out: `ngircd.localhost`, `inspircd.localhost`. */
  readonly name?: string;
  /** Channels that exist without anybody in them. */
  readonly channels?: readonly {
    readonly name: string;
    readonly topic?: string;
    readonly modes?: string;
    readonly key?: string;
  }[];
  readonly opers?: readonly { readonly name: string; readonly password: string }[];
  /** A TLS port with a self-signed certificate beside the plain one. */
  readonly tls?: boolean;
  readonly maxNick?: number;
  /** Server password (PASS). */
  readonly password?: string;
  /** Goes into the server's own configuration file. */
  readonly extraConfig?: string;
}

export interface IrcServer extends OwnedServer {
  readonly kind: 'ngircd' | 'inspircd';
  /** The name it gives itself. */
  readonly name: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly tlsPort?: number;
  /** PEM file of the certificate, to be trusted by clients (NODE_EXTRA_CA_CERTS). */
  readonly certificate?: string;
}
