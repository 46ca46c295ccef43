// A gateway that is just enough for the bench and makes one mistake on demand: what the harness must notice. Run as a process:
// crooked-gateway.ts COMPONENT_PORT IRC_PORT CRIME

import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { attribute, between, SECRET } from './component-side.ts';

const DOMAIN = 'irc.localhost';
const CRIMES = ['none', 'drop', 'twice', 'swap', 'alter', 'misdirect'] as const;
export type Crime = (typeof CRIMES)[number];
/** Which message the crime is done to. */
const VICTIM = 300;

const [componentPort = '', ircPort = '', wanted = 'none'] = process.argv.slice(2);
const crime = CRIMES.find((one) => one === wanted) ?? 'none';
const links = new Map<string, Socket>();
let count = 0;
let held: string | undefined;

const component = connect(Number(componentPort), '127.0.0.1');
component.write(
  `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='${DOMAIN}'>`,
);
let rest = '';
component.on('data', (data) => {
  rest += data.toString('latin1');
  const id = /<stream:stream[^>]* id='([^']*)'/.exec(rest);
  if (id) {
    component.write(`<handshake>${createHash('sha1').update(`${id[1]}${SECRET}`).digest('hex')}</handshake>`);
    rest = rest.slice(id.index + id[0].length);
  }
  for (let end = stanzaEnd(rest); end > 0; end = stanzaEnd(rest)) {
    onStanza(rest.slice(0, end));
    rest = rest.slice(end);
  }
});
component.on('close', () => process.exit(0));

function stanzaEnd(text: string): number {
  const start = text.search(/<(?:message|presence)/);
  if (start < 0) return -1;
  const head = text.indexOf('>', start) + 1;
  const name = text.startsWith('<message', start) ? '</message>' : '</presence>';
  if (head > 0 && text.charAt(head - 2) === '/') return head;
  const close = text.indexOf(name, start);
  return close < 0 ? -1 : close + name.length;
}

function onStanza(stanza: string): void {
  const from = attribute(stanza, 'from') ?? '';
  const to = attribute(stanza, 'to') ?? '';
  const [room = '', nick = ''] = to.split('/');
  const channel = room.split('@', 1)[0] ?? '';
  if (stanza.includes('<presence')) {
    linkOf(from, nick).write(`JOIN ${channel}\r\n`);
    return;
  }
  const body = between(stanza, '<body>', '</body>') ?? '';
  const text = body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  linkOf(from, '').write(`PRIVMSG ${channel} :${text}\r\n`, 'latin1');
  const user = from.slice(0, from.indexOf('@'));
  tell(
    `<message type='groupchat' from='${to}/${user}' to='${from}' id='${attribute(stanza, 'id')}'><body>${body}</body></message>`,
  );
}

function linkOf(user: string, nick: string): Socket {
  const known = links.get(user);
  if (known) return known;
  const socket = connect(Number(ircPort), '127.0.0.1');
  links.set(user, socket);
  socket.write(`NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`);
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    const lines = text.split('\r\n');
    text = lines.pop() ?? '';
    for (const line of lines) onLine(user, nick, line);
  });
  return socket;
}

function onLine(user: string, nick: string, line: string): void {
  const [source = '', command = '', target = '', ...more] = line.split(' ');
  if (command === '366') {
    const room = `${more[0]}@${DOMAIN}`;
    write(`<presence from='${room}/${nick}' to='${user}'><x><status code='110'/></x></presence>`);
    write(`<message type='groupchat' from='${room}' to='${user}'><subject/></message>`);
  }
  if (command !== 'PRIVMSG') return;
  const text = line.slice(line.indexOf(' :') + 2);
  const body = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const speaker = source.slice(1, source.indexOf('!'));
  tell(`<message type='groupchat' from='${target}@${DOMAIN}/${speaker}' to='${user}'><body>${body}</body></message>`);
}

/** The one message that goes wrong goes wrong here. */
function tell(stanza: string): void {
  count++;
  const sameUser = held !== undefined && attribute(held, 'to') === attribute(stanza, 'to');
  const after = sameUser ? held : undefined;
  if (sameUser) held = undefined;
  if (count === VICTIM && crime === 'swap') held = stanza;
  else if (count !== VICTIM || crime !== 'drop') write(count === VICTIM ? spoilt(stanza) : stanza);
  if (after !== undefined) write(after);
}

function spoilt(stanza: string): string {
  if (crime === 'twice') return stanza + stanza;
  if (crime === 'alter') return stanza.replace('</body>', '.</body>');
  return crime === 'misdirect'
    ? stanza.replace(/to='u(\d)@/, (_, n: string) => `to='u${(Number(n) + 1) % 10}@`)
    : stanza;
}

function write(stanza: string): void {
  component.write(stanza, 'latin1');
}
