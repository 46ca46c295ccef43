// The ways in which rooms are spoilt: their archive, what is moderated in them, who may do what, and bookmarks.

import { matches } from '../support/matcher.ts';
import { drops, edits, holdsBack, isError, rule, type Sabotage, without } from './sabotage.ts';

const ARCHIVED = "<message><result xmlns='urn:xmpp:mam:2'/></message>";

export const ROOM_SABOTAGES = {
  'archives are out': without('archive'),
  'settings are out': without('preferences'),
  'archives have other ids': edits(/(<result xmlns='urn:xmpp:mam:2'[^>]* id=')/g, '$1x'),
  'archives never end': edits(/ complete='true'/g, ''),
  'archives are empty': drops(ARCHIVED),
  'archives say all twice': rule((raw, node) => (matches(ARCHIVED, node) ? raw + raw : raw)),
  'archives have no times': edits(/(<forwarded[^>]*>)<delay [^>]*\/>/g, '$1'),
  'everybody reads archives': rule((raw, node) =>
    isError(node) && node.attrs['id']?.startsWith('mam') === true
      ? raw
          .replace("type='error'", "type='result'")
          .replace(/<error.*<\/error>/s, "<fin xmlns='urn:xmpp:mam:2' complete='true'/>")
      : raw,
  ),
  'moderation is out': without('moderation'),
  'moderators are nobody': edits(/<moderated ([^>]*) by='[^']*'/g, '<moderated $1'),
  'moderation is of one version': edits(/<apply-to .*?<\/apply-to>/g, ''),
  'features nobody can use': rule((raw) =>
    raw.replace('<feature ', "<feature var='urn:xmpp:message-moderate:1'/><feature "),
  ),
  'affiliations are out': without('affiliations'),
  'affiliations come late': holdsBack(
    "<message><x xmlns='http://jabber.org/protocol/muc#user'><mav xmlns='urn:xmpp:muc:affiliations:1'/></x></message>",
    "<presence><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>",
  ),
  'changes of affiliations are silent': drops(
    "<message><x xmlns='http://jabber.org/protocol/muc#user'><mav xmlns='urn:xmpp:muc:affiliations:1' since='*'/></x></message>",
  ),
  'affiliations are whole each time': edits(/(<mav [^>]*?) since='[^']*'/g, '$1'),
  'affiliations have no version': edits(/ until='[^']*'/g, ''),
  'occupants are known by their nick': edits(
    /( from='[^'/]*\/([^']*)'.*?<occupant-id xmlns='urn:xmpp:occupant-id:0' id=')[^']*/gs,
    '$1$2',
  ),
  'moderators see no addresses': edits(/(<item [^>]*?) jid='[^'@]*@irc\.localhost'/g, '$1'),
  'everybody sees addresses': edits(/<item (?![^>]* jid=)/g, "<item jid='benvolio%test@irc.localhost' "),
  'bookmarks are out': without('bookmarks'),
  'invitations say all in words': edits(
    /(<message [^>]*>)(<x xmlns='[^']*muc#user'><invite )/g,
    '$1<body>come</body>$2',
  ),
  'invitations are lost': drops("<message><x xmlns='jabber:x:conference'/></message>"),
  'bookmarks are for everybody': edits(
    /<field var='pubsub#access_model'><value>whitelist/g,
    "<field var='pubsub#access_model'><value>open",
  ),
  'bookmarks lose the others': edits(/<conference [^>]*jid='theatre@localhost'[^>]*?(?:\/>|>.*?<\/conference>)/g, ''),
  'every kick is a ban': edits(/<status code='307'\/>/g, "<status code='301'/>"),
  'nobody is banned': edits(/<status code='301'\/>/g, "<status code='307'/>"),
  'rooms answer for their people': rule((raw, node) =>
    isError(node) && node.attrs['id'] === 'p3' ? raw.replace(/( from='[^'/]*)\/[^']*/, '$1') : raw,
  ),
  'whispers from those who have left': edits(
    / from='benvolio%test@irc\.localhost'(?=[^>]* type='chat')/g,
    " from='#verona%test@irc.localhost/benvolio'",
  ),
  'lists are read forwards only': {
    spoiling: () => ({ fromServer: (text) => text.replaceAll(/<before>[^<]*<\/before>|<before\/>/g, '') }),
  },
} as const satisfies Readonly<Record<string, Sabotage>>;
