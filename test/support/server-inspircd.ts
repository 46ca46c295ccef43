// A private InspIRCd for tests: a server with the IRCv3 capabilities that large networks offer.

import { type IrcConfigParts, startIrcServer } from './server-irc.ts';
import type { IrcServer, IrcServerOptions } from './servers.ts';

const MODULES = [
  'banexception cap chghost customprefix inviteexception ircv3 ircv3_accounttag ircv3_batch ircv3_capnotify ircv3_chghost',
  'ircv3_ctctags ircv3_echomessage ircv3_invitenotify ircv3_labeledresponse ircv3_msgid ircv3_servertime knock monitor namesx',
  'permchannels services_account setname uhnames userip',
]
  .join(' ')
  .split(' ');

export function startInspircd(options: IrcServerOptions = {}): Promise<IrcServer> {
  const args = (file: string): readonly string[] => ['--nofork', '--nopid', `--config=${file}`];
  return startIrcServer({ kind: 'inspircd', config: configText, args }, options);
}

const quoted = (text: string): string => `"${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;

function configText({ name: server, folder, port, options, tls }: IrcConfigParts): string {
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
<server name="${server}" description="For tests" network="Tests">
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
