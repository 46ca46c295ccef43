// A private ngIRCd for tests and the demo: a server without capabilities for messages, short and strict.

import { type Certificate, selfSigned } from './certificate.ts';
import { freePort, privateFolder, startServer, untilPorts } from './processes.ts';
import { ensurePrograms, programPath } from './programs.ts';
import type { IrcServer, IrcServerOptions } from './servers.ts';

const NAME = 'ngircd.localhost';

export async function startNgircd(options: IrcServerOptions = {}): Promise<IrcServer> {
  await ensurePrograms(['ngircd']);
  const folder = privateFolder('ngircd');
  const port = await freePort();
  const tls = options.tls ? { port: await freePort(), ...(await selfSigned(folder, [NAME])) } : undefined;
  folder.write('motd.txt', 'Welcome.\n');
  const config = folder.write('ngircd.conf', configText(folder.path, port, options, tls));
  const args = ['--nodaemon', '--config', config];
  const plan = { program: programPath('ngircd'), args, unprivileged: true, cwd: folder.path };
  const start = () => startServer(plan, (server) => untilPorts(tls ? [port, tls.port] : [port], server));
  let server = await start();
  return {
    kind: 'ngircd',
    name: NAME,
    host: '127.0.0.1',
    port,
    ...(tls ? { tlsPort: tls.port, certificate: tls.certificate } : {}),
    get pid() {
      return server.pid;
    },
    logs: () => server.logs(),
    signal: (name) => server.signal(name),
    async stop() {
      await server.stop();
      folder.remove();
    },
    async kill() {
      await server.kill();
    },
    async restart() {
      await server.stop();
      server = await start();
    },
  };
}

type Tls = Certificate & { readonly port: number };

function configText(folder: string, port: number, options: IrcServerOptions, tls: Tls | undefined): string {
  const channels = (options.channels ?? []).map(
    ({ name, topic, modes, key }) => `[Channel]
  Name = ${name}
  ${topic === undefined ? '' : `Topic = ${topic}`}
  Modes = ${key === undefined ? (modes ?? 'n') : `${modes ?? 'n'}k ${key}`}
`,
  );
  const opers = (options.opers ?? []).map(
    ({ name, password }) => `[Operator]\n  Name = ${name}\n  Password = ${password}\n`,
  );
  const ssl = tls
    ? `[SSL]\n  CertFile = ${tls.certificate}\n  KeyFile = ${tls.key}\n  Ports = ${tls.port}\n  CipherList = SECURE128\n`
    : '';
  return `[Global]
  Name = ${NAME}
  Info = For tests
  AdminInfo1 = nobody
  AdminEMail = nobody@localhost
  Listen = 127.0.0.1
  MotdFile = ${folder}/motd.txt
  PidFile = ${folder}/ngircd.pid
  Ports = ${port}
  ${options.password === undefined ? '' : `Password = ${options.password}`}
[Limits]
  MaxConnections = 0
  MaxConnectionsIP = 0
  MaxJoins = 0
  MaxNickLength = ${options.maxNick ?? 30}
  MaxPenaltyTime = 0
  PingTimeout = 120
[Options]
  DNS = no
  Ident = no
  PAM = no
  OperCanUseMode = yes
  AllowedChannelTypes = #&+
${options.extraConfig ?? ''}
${ssl}${opers.join('')}${channels.join('')}`;
}
