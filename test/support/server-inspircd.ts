// A private InspIRCd for tests: a server with the IRCv3 capabilities that large networks offer.

import { type Certificate, selfSigned } from './certificate.ts';
import { freePort, type PrivateFolder, privateFolder, startServer, untilPorts } from './processes.ts';
import { ensurePrograms, programPath } from './programs.ts';
import type { IrcServer, IrcServerOptions } from './servers.ts';

const NAME = 'inspircd.localhost';
const MODULES = [
  'banexception cap chghost customprefix inviteexception ircv3 ircv3_accounttag ircv3_batch ircv3_capnotify ircv3_chghost',
  'ircv3_ctctags ircv3_echomessage ircv3_invitenotify ircv3_labeledresponse ircv3_msgid ircv3_servertime knock monitor namesx',
  'permchannels services_account setname uhnames userip',
]
  .join(' ')
  .split(' ');

export async function startInspircd(options: IrcServerOptions = {}): Promise<IrcServer> {
  await ensurePrograms(['inspircd']);
  const folder = privateFolder('inspircd');
  const port = await freePort();
  const tls = options.tls ? { port: await freePort(), ...(await selfSigned(folder, [NAME])) } : undefined;
  const config = folder.write('inspircd.conf', configText(folder, port, options, tls));
  const args = ['--nofork', '--nopid', `--config=${config}`];
  const plan = { program: programPath('inspircd'), args, unprivileged: true, cwd: folder.path };
  const start = () => startServer(plan, (server) => untilPorts(tls ? [port, tls.port] : [port], server));
  let server = await start();
  return {
    kind: 'inspircd',
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

const quoted = (text: string): string => `"${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;

function configText(folder: PrivateFolder, port: number, options: IrcServerOptions, tls: Tls | undefined): string {
  const channels = (options.channels ?? []).map(
    ({ name, topic, modes, key }) =>
      `<permchannels channel=${quoted(name)} modes=${quoted(`${modes ?? 'n'}P${key === undefined ? '' : `k ${key}`}`)}${
        topic === undefined ? '' : ` topic=${quoted(topic)}`
      }>`,
  );
  const opers = (options.opers ?? []).map(
    ({ name, password }) => `<oper name=${quoted(name)} password=${quoted(password)} host="*@*" type="all">`,
  );
  const ssl = tls
    ? `<module name="ssl_gnutls">
<sslprofile name="tests" provider="gnutls" certfile=${quoted(tls.certificate)} keyfile=${quoted(tls.key)}>
<bind address="127.0.0.1" port="${tls.port}" type="clients" sslprofile="tests">`
    : '';
  return `<config format="xml">
<server name="${NAME}" description="For tests" network="Tests">
<admin name="nobody" nick="nobody" email="nobody@localhost">
<bind address="127.0.0.1" port="${port}" type="clients">
${MODULES.map((name) => `<module name="${name}">`).join('\n')}
${ssl}
<customprefix name="founder" letter="q" prefix="~" rank="50000" ranktoset="50000">
<customprefix name="admin" letter="a" prefix="&amp;" rank="40000" ranktoset="50000">
<customprefix name="halfop" letter="h" prefix="%" rank="20000" ranktoset="30000">
<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*" snomasks="*">
<type name="all" classes="all" maxchans="1000">
${opers.join('\n')}
<connect allow="*" timeout="60" threshold="1000000" pingfreq="120" hardsendq="8M" softsendq="1M" recvq="64K" fakelag="no"
  commandrate="1000000" localmax="100000" globalmax="100000" maxchans="1000" useident="no" resolvehostnames="no"
  maxconnwarn="no"${options.password === undefined ? '' : ` password=${quoted(options.password)}`}>
<limits maxnick="${options.maxNick ?? 30}" maxchan="64" maxmodes="20" maxident="10" maxquit="255" maxtopic="307" maxkick="255" maxaway="200">
<files motd=${quoted(folder.write('motd.txt', 'Welcome.\n'))}>
<dns timeout="1">
<options prefixquit="Quit: " syntaxhints="no" defaultmodes="not" hostintopic="yes" splitwhois="no">
<performance softlimit="12800" somaxconn="1024">
<security hidebans="no" maxtargets="20">
<log method="stdout" type="* -USERINPUT -USEROUTPUT" level="default" target="">
${channels.join('\n')}
${options.extraConfig ?? ''}
`;
}
