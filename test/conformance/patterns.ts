// Addresses and patterns that the conformance tests share.

export const GATEWAY = 'irc.localhost';
export const ROOM = '#verona%test@irc.localhost';
export const BENVOLIO = 'benvolio%test@irc.localhost';

export const MUC = 'http://jabber.org/protocol/muc';
export const MUC_USER = 'http://jabber.org/protocol/muc#user';
export const MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
export const REGISTER = 'jabber:iq:register';
export const COMMANDS = 'http://jabber.org/protocol/commands';
export const DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** An error with a text, as `type/condition`. */
export function error(kind: `${string}/${string}`): string {
  const [type, condition] = kind.split('/');
  return `<error type='${type}'><${condition} xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>*</text></error>`;
}

/** Presence in a room. */
export function occupant(nick: string, inside = '', attrs = ''): string {
  return `<presence from='${ROOM}/${nick}' ${attrs}><x xmlns='${MUC_USER}'>${inside}</x></presence>`;
}
export const here = (nick: string, inside = ''): string => occupant(nick, inside, '!type');
export const gone = (nick: string, inside = ''): string => occupant(nick, inside, "type='unavailable'");
export const status = (...codes: readonly number[]): string => codes.map((code) => `<status code='${code}'/>`).join('');

export const joinOf = (nick: string, room = ROOM, inside = '', id = 'join'): string =>
  `<presence to='${room}/${nick}' id='${id}'><x xmlns='${MUC}'>${inside}</x></presence>`;
export const say = (text: string, id: string, room = ROOM): string =>
  `<message to='${room}' type='groupchat' id='${id}'><body>${text}</body></message>`;
export const ping = (to: string, id = 'ping'): string =>
  `<iq to='${to}' type='get' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`;
/** A nick change in a room. */
export const rename = (occupant: string): string => `<presence to='${occupant}' id='nick'/>`;
