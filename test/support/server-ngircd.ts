// A private ngIRCd for tests and the demo: a server without capabilities for messages, short and strict.

import { type IrcConfigParts, startIrcServer } from './server-irc.ts';
import type { IrcServer, IrcServerOptions } from './servers.ts';

export function startNgircd(options: IrcServerOptions = {}): Promise<IrcServer> {
  return startIrcServer(
    { kind: 'ngircd', config: configText, args: (file) => ['--nodaemon', '--config', file] },
    options,
  );
}

function configText({ name: server, folder, port, options, tls }: IrcConfigParts): string {
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
  Name = ${server}
  Info = For tests
  AdminInfo1 = nobody
  AdminEMail = nobody@localhost
  Listen = 127.0.0.1
  MotdFile = ${folder.write('motd.txt', 'Welcome.\n')}
  PidFile = ${folder.path}/ngircd.pid
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
