// What the tests' IRC servers have in common: ports, a certificate, and how they are run.

import { type Certificate, selfSigned } from './certificate.ts';
import { ownServer } from './owned-server.ts';
import { freePort, type PrivateFolder, privateFolder, startServer, untilPorts } from './processes.ts';
import { ensurePrograms, programPath } from './programs.ts';
import type { IrcServer, IrcServerOptions } from './servers.ts';

export type Tls = Certificate & { readonly port: number };

export interface IrcConfigParts {
  /** The name that the server gives itself. */
  readonly name: string;
  readonly folder: PrivateFolder;
  readonly port: number;
  readonly options: IrcServerOptions;
  readonly tls: Tls | undefined;
}

export interface IrcProgram {
  /** Also its program. */
  readonly kind: IrcServer['kind'];
  /** The text of its configuration file. */
  config(parts: IrcConfigParts): string;
  /** `file`: the whole path of that. */
  args(file: string): readonly string[];
}

export async function startIrcServer(program: IrcProgram, options: IrcServerOptions): Promise<IrcServer> {
  const { kind } = program;
  await ensurePrograms([kind]);
  const folder = privateFolder(kind);
  const { name = `${kind}.localhost` } = options;
  const port = await freePort();
  const tls = options.tls ? { port: await freePort(), ...(await selfSigned(folder, [name])) } : undefined;
  const config = folder.write(`${kind}.conf`, program.config({ name, folder, port, options, tls }));
  const plan = { program: programPath(kind), args: program.args(config), unprivileged: true, cwd: folder.path };
  const ports = tls ? [port, tls.port] : [port];
  const owned = await ownServer({ folder, start: () => startServer(plan, (server) => untilPorts(ports, server)) });
  const secure = tls ? { tlsPort: tls.port, certificate: tls.certificate } : {};
  return Object.assign(owned, { kind, name, host: '127.0.0.1', port, ...secure } as const);
}
