// The ways in which a gateway is spoilt to see whether a test notices: features taken out of the list, and rules of the proxy.

import { matches } from '../support/matcher.ts';
import { ADDRESS_SABOTAGES } from './address-sabotages.ts';
import { FORM_SABOTAGES } from './form-sabotages.ts';
import { IRC_SABOTAGES } from './irc-sabotages.ts';
import { LINK_SABOTAGES } from './link-sabotages.ts';
import { PRESENCE_SABOTAGES } from './presence-sabotages.ts';
import { ROOM_SABOTAGES } from './room-sabotages.ts';
import { babbles, drops, edits, holdsBack, isError, rule, type Sabotage, without } from './sabotage.ts';

const DOMAIN = 'irc.localhost';
const MUC_USER = 'http://jabber.org/protocol/muc#user';

export const SABOTAGES = {
  'silent errors': rule((raw, node) => (isError(node) ? '' : raw)),
  'every error can be retried': rule((raw, node) =>
    isError(node) ? raw.replace(/<error type='\w+'/, "<error type='wait'") : raw,
  ),
  'every error is internal': rule((raw, node) =>
    isError(node)
      ? raw.replace(
          /<(?!text)[\w-]+(\s[^>]*)?xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/,
          "<internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'",
        )
      : raw,
  ),
  'errors without words': edits(/<text[^>]*>[^<]*<\/text>/g, ''),
  'languages are not heard': {
    spoiling: () => ({ fromServer: (text) => text.replaceAll(/ xml:lang='[^']*'/g, '') }),
  },
  'texts say no language': edits(/ xml:lang='[^']*'/g, ''),
  'errors without ids': rule((raw, node) => (isError(node) ? raw.replace(/ id='[^']*'/, '') : raw)),
  'errors without numbers': edits(/ code='[345]\d\d'/g, ''),
  'errors from the domain': rule((raw, node) =>
    isError(node) ? raw.replace(/ from='[^']*'/, ` from='${DOMAIN}'`) : raw,
  ),
  'answers from the domain': rule((raw, node) =>
    node.name === 'iq' && node.attrs['id']?.startsWith('barrier') !== true
      ? raw.replace(/ from='[^']*'/, ` from='${DOMAIN}'`)
      : raw,
  ),
  'answers twice': rule((raw, node) => (node.name === 'iq' ? raw + raw : raw)),
  'no answers': rule((raw, node) =>
    node.name === 'iq' && node.attrs['id']?.startsWith('barrier') !== true ? '' : raw,
  ),
  'answers errors': babbles(
    `<message type='error' from='${DOMAIN}' to='romeo@localhost/orchard'><body>no</body></message>`,
  ),
  'nothing has an id': rule((raw, node) => (node.name === 'iq' ? raw : raw.replace(/^(<\w+[^>]*?) id='[^']*'/, '$1'))),
  'a stanza without to': babbles(`<message from='${DOMAIN}' id='lost'><body>to whom?</body></message>`),
  'controls get through': edits(/<body>/g, '<body>&#x2;'),
  'very large stanzas': edits(/<status code='110'\/>/g, `<status code='110'/><pad>${'x'.repeat(70_000)}</pad>`),
  'another namespace': {
    spoiling: () => ({ header: (raw) => raw.replace('jabber:component:accept', 'jabber:client') }),
  },
  'another domain': { spoiling: () => ({ header: (raw) => raw.replace(/to=(['"])[^'"]*/, 'to=$1localhost') }) },
  'a wrong handshake': rule((raw, node) =>
    node.name === 'handshake' ? raw.toUpperCase().replaceAll('HANDSHAKE', 'handshake') : raw,
  ),
  'one connection only': { spoiling: () => ({ onlyOnce: true }) },
  'no end of the stream': { spoiling: () => ({ neverEnds: true }) },
  'no goodbyes': drops("<presence type='unavailable'/>"),
  'ping is out': without('ping'),
  'disco is out': without('disco'),
  'about is out': without('about'),
  'the prompt is out': without('addressPrompt'),
  'registration is out': without('registration'),
  'commands are out': without('commands'),
  'the talk is out': without('conversation'),
  'nobody is greeted': rule((raw) => (raw.includes('<body>Hello!') ? '' : raw)),
  'hints are missing': edits(/<no-store [^>]*\/>/g, ''),
  'subscriptions are out': without('subscriptions'),
  'calls are out': without('calls'),
  'receipts are out': without('receipts'),
  'receipts come twice': rule((raw) => (raw.includes('<received ') ? raw + raw : raw)),
  'receipts come too early': babbles(
    `<message from='+13035551001@${DOMAIN}' to='romeo@localhost' type='chat'><received xmlns='urn:xmpp:receipts' id='m1'/></message>`,
  ),
  'chats come twice': rule((raw, node) => (matches("<message type='chat'><body/></message>", node) ? raw + raw : raw)),
  'typing is out': without('chatStates'),
  'reactions are out': without('reactions'),
  'retractions are out': without('retractions'),
  'replies are out': without('replies'),
  'encryption is let through': without('encryption'),
  'self-ping is out': without('selfPing'),
  'room facts are out': without('roomInfo'),
  'room administration is out': without('roomAdmin'),
  'invitations are out': without('invitations'),
  'stanza ids are out': without('stanzaIds'),
  'delays are out': without('delays'),
  'no subjects': drops("<message type='groupchat'><subject/></message>"),
  'the subject comes first': holdsBack(
    `<presence><x xmlns='${MUC_USER}'><status code='110'/></x></presence>`,
    "<message type='groupchat'><subject/></message>",
  ),
  'oneself comes first': holdsBack(
    `<presence><x xmlns='${MUC_USER}'><item affiliation='admin'/></x></presence>`,
    `<presence><x xmlns='${MUC_USER}'><status code='110'/></x></presence>`,
  ),
  'who speaks comes in late': holdsBack(
    `<presence from='#verona%test@${DOMAIN}/sampson' !type/>`,
    "<message type='groupchat'><body/></message>",
  ),
  'nobody is oneself': edits(/<status code='110'\/>/g, ''),
  'nobody is somebody else': drops(`<presence !type><x xmlns='${MUC_USER}'><!status code='110'/></x></presence>`),
  'no status': edits(/<status code='(?!110')\d+'\/>/g, ''),
  'everybody is a participant': edits(/ role='\w+'/g, " role='participant'"),
  'invitations in one form': edits(/<x xmlns='jabber:x:conference'[^>]*\/>/g, ''),
  'no affiliations': edits(/ affiliation='\w+'/g, " affiliation='none'"),
  'no reflections': drops("<message type='groupchat'><body/></message>"),
  'everything said twice': rule((raw, node) =>
    matches("<message type='groupchat'><body/></message>", node) ? raw + raw : raw,
  ),
  'no chats': drops("<message type='chat'/>"),
  'everything from one nick': rule((raw, node) =>
    node.name === 'message' ? raw.replace(/( from='[^/']*)\/[^']*/, '$1/nobody') : raw,
  ),
  'to the first client only': rule((raw, node) => (node.attrs['to']?.endsWith('/balcony') === true ? '' : raw)),
  'no presence of the gateway': drops(`<presence from='${DOMAIN}'/>`),
  'nobody is approved': drops("<presence type='subscribed'/>"),
  'nobody is unsubscribed': drops("<presence type='unsubscribed'/>"),
  'asks again and again': rule((raw, node) =>
    node.attrs['type'] === 'subscribed' ? raw + raw.replace("'subscribed'", "'subscribe'") : raw,
  ),
  'subscriptions come first': holdsBack("<iq type='result'/>", "<presence type='subscribe'/>"),
  'results are empty': rule((raw, node) =>
    node.name === 'iq' && node.attrs['type'] === 'result' && node.attrs['id']?.startsWith('barrier') !== true
      ? `${(/^<iq[^>]*?(?=\/?>)/.exec(raw) ?? [''])[0]}/>`
      : raw,
  ),
  'forms without a type': edits(/<field[^>]*var='FORM_TYPE'[^>]*>.*?<\/field>/g, ''),
  'fields without a type': edits(/ type='(?:text-\w+|list-\w+|boolean|jid-\w+)'/g, ''),
  'secrets are shown': edits(/<password\/>/g, '<password>secret</password>'),
  'features are missing': rule((raw) => raw.replace(/(?:<feature var='[^']*'\/>)+/, '')),
  'identities are missing': rule((raw) => raw.replaceAll(/<identity[^>]*\/>/g, '')),
  'a hash of something else': edits(/ ver='[^']{4}/g, " ver='AAAA"),
  'stamps everywhere': rule((raw, node) =>
    node.name === 'message'
      ? raw.replace('</message>', "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></message>")
      : raw,
  ),
  'presence goes to one client': rule((raw, node) =>
    matches("<presence to='romeo@localhost' !type/>", node)
      ? raw.replace("to='romeo@localhost'", "to='romeo@localhost/orchard'")
      : raw,
  ),
  'contacts have resources': rule((raw, node) =>
    node.name === 'presence' ? raw.replace(/ from='(benvolio[^'/]*)'/, " from='$1/home'") : raw,
  ),
  'nobody is asked': drops("<presence type='subscribe'/>"),
  'nobody is wanted': drops("<presence type='subscribe'><status/></presence>"),
  'presence is told twice': rule((raw, node) => (matches('<presence !type/>', node) ? raw + raw : raw)),
  'flapping goes through': rule((raw, node) =>
    matches('<presence !type><show>dnd</show></presence>', node) ? raw.replaceAll('dnd', 'chat') + raw : raw,
  ),
  'nobody is idle': edits(/<idle [^>]*\/>/g, ''),
  'privileges are out': without('privilege'),
  'lists are out': without('rosterExchange'),
  'changes of lists are kept back': drops(
    "<iq type='set'><x xmlns='http://jabber.org/protocol/rosterx'><item action='modify'/></x></iq>",
  ),
  'contacts keep no names': edits(/ name='[^']*'/g, ''),
  'everybody is in the same group': edits(/<group>[^<]*<\/group>/g, '<group>Everybody</group>'),
  'nobody is probed': drops("<presence type='probe'/>"),
  'accounts are forgotten': edits(/<registered\/>/g, ''),
  'self-pings fail': rule((raw, node) =>
    matches("<iq type='result' id='ping'/>", node) ? raw.replace("'result'", "'error'") : raw,
  ),
  'everybody is in the room': rule((raw, node) =>
    matches("<iq type='error' id='ping'/>", node) ? raw.replace(" type='error'", " type='result'") : raw,
  ),
  'chats to one client': rule((raw, node) =>
    node.attrs['type'] === 'chat' ? raw.replace(" to='romeo@localhost'", " to='romeo@localhost/orchard'") : raw,
  ),
  'room talk to the bare user': rule((raw, node) =>
    matches("<message type='groupchat'><body/></message>", node) ? raw.replace(/( to='[^'/]*)\/[^']*/, '$1') : raw,
  ),
  'words out of order': {
    spoiling: () => {
      let held = '';
      return {
        stanza: (raw) => {
          if (/<body>(?:public|word) 3</.test(raw)) held = raw;
          else if (/<body>(?:public|word) 4</.test(raw)) return raw + held;
          else return raw;
          return '';
        },
      };
    },
  },
  'notices are words': edits(/<body>\[notice\] /g, '<body>'),
  'actions are words': edits(/<body>\/me /g, '<body>'),
  'bodies in ASCII': edits(/[^\x20-\x7e]/gu, '?'),
  'nicks are not folded': edits(/ from='\[tybalt\]%/g, " from='[Tybalt]%"),
  'addresses are not escaped': edits(/\\[0-9a-f]{2}/g, '-'),
  'nobody is away': edits(/<show>away<\/show>/g, ''),
  'origin ids are lost': edits(/<origin-id [^>]*\/>/g, ''),
  'forged ids stay': rule((raw, node) =>
    node.attrs['type'] === 'groupchat'
      ? raw.replace('</message>', "<stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='x'/></message>")
      : raw,
  ),
  'whispers from outside': edits(
    / from='#verona%test@irc\.localhost\/benvolio'(?=[^>]* type='chat')/g,
    " from='benvolio%test@irc.localhost'",
  ),
  'later subjects are lost': rule((raw, node) =>
    matches("<message type='groupchat'><subject/></message>", node) && !raw.includes('No brawling') ? '' : raw,
  ),
  'invitations come twice': rule((raw) => (raw.includes("xmlns='jabber:x:conference'") ? raw + raw : raw)),
  'a second join gets nothing': {
    spoiling: () => {
      let subjects = 0;
      return {
        stanza: (raw, node) => {
          if (subjects > 0 && node.name !== 'iq') return '';
          if (matches("<message type='groupchat'><subject/></message>", node)) subjects++;
          return raw;
        },
      };
    },
  },
  'everybody is a moderator': edits(/ role='participant'/g, " role='moderator'"),
  'oneself comes before the network': babbles(
    `<presence from='#verona%test@${DOMAIN}/romeo' to='romeo@localhost/orchard'><x xmlns='${MUC_USER}'><status code='110'/></x></presence>`,
  ),
  'rooms are new': edits(/<status code='110'\/>/g, "<status code='110'/><status code='201'/>"),
  'nobody is kicked': edits(/<status code='307'\/>/g, ''),
  'nobody is renamed': edits(/<status code='303'\/>/g, ''),
  'no confirmations': rule((raw, node) =>
    node.name === 'iq' && node.attrs['type'] === 'result' && raw.lastIndexOf('<') === 0 && !raw.includes("'barrier")
      ? ''
      : raw,
  ),
  'every command is listed': edits(
    /(<item[^>]* node='jabber:iq:register'[^>]*\/>)/g,
    "$1<item jid='irc.localhost' node='unregister' name='x'/>",
  ),
  'stages allow nothing': edits(/<actions.*?<\/actions>/g, ''),
  'notes are missing': edits(/<note [^>]*>[^<]*<\/note>/g, ''),
  'nothing is cancelled': edits(/ status='canceled'/g, " status='executing'"),
  'errors lose their names': edits(/<(?:malformed-action|bad-action|bad-payload) [^>]*\/>/g, ''),
  'features nobody has': rule((raw) => raw.replace('<feature ', "<feature var='urn:xmpp:jingle:1'/><feature ")),
  'both of a pair': rule((raw) =>
    raw.replace("<feature var='muc_persistent'/>", "<feature var='muc_persistent'/><feature var='muc_temporary'/>"),
  ),
  'rooms are nonanonymous': edits(/muc_semianonymous/g, 'muc_nonanonymous'),
  'occupants are shown to strangers': edits(
    /<query xmlns='http:\/\/jabber\.org\/protocol\/disco#items'\/>/g,
    `<query xmlns='http://jabber.org/protocol/disco#items'><item jid='#verona%test@${DOMAIN}/benvolio'/></query>`,
  ),
  'the answer comes last': holdsBack("<iq type='result' id='remove'/>", "<presence type='unsubscribe'/>"),
  'vcards are out': without('vcard'),
  'pictures are out': without('avatar'),
  'nicknames are out': without('nickname'),
  'search is out': without('search'),
  'pages have no end': edits(/<set xmlns='http:\/\/jabber\.org\/protocol\/rsm'>.*?<\/set>/g, ''),
  'operators are hidden': edits(/<field[^>]*var='admin-addresses'[^>]*>.*?<\/field>/g, ''),
  'administration is out': without('administration'),
  'own data are out': without('ownData'),
  'everybody is shown administration': edits(
    /(<item[^>]* node='jabber:iq:register'[^>]*\/>)/g,
    "$1<item jid='irc.localhost' node='http://jabber.org/protocol/admin#announce' name='x'/>",
  ),
  'announcements are lost': drops("<message type='headline'/>"),
  'announcements are chats': edits(/ type='headline'/g, " type='chat'"),
  'pictures have another hash': edits(/<photo>[0-9a-f]{4}/g, '<photo>0000'),
  'rooms have no picture': edits(/<field[^>]*var='muc#roominfo_avatarhash'[^>]*>.*?<\/field>/g, ''),
  'nicknames in rooms': rule((raw, node) =>
    node.attrs['type'] === 'groupchat'
      ? raw.replace('</message>', "<nick xmlns='http://jabber.org/protocol/nick'>x</nick></message>")
      : raw,
  ),
  'the prompt gives no addresses': edits(/<jid>[^<]*<\/jid>/g, ''),
  'rooms end without a word': edits(/<destroy.*?<\/destroy>|<destroy[^>]*\/>/g, ''),
  'room settings are out': without('roomOwner'),
  'occupants have no id': edits(/<occupant-id [^>]*\/>/g, ''),
  'history has no times': edits(/<delay [^>]*\/>/g, ''),
  ...LINK_SABOTAGES,
  ...ADDRESS_SABOTAGES,
  ...FORM_SABOTAGES,
  ...PRESENCE_SABOTAGES,
  ...ROOM_SABOTAGES,
  ...IRC_SABOTAGES,
} as const satisfies Readonly<Record<string, Sabotage>>;

export type SabotageName = keyof typeof SABOTAGES;
