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
  'affiliations have no version': edits(/ until='[^']*'/g, ''),
  'bookmarks are out': without('bookmarks'),
  'invitations are lost': drops("<message><x xmlns='jabber:x:conference'/></message>"),
  'bookmarks are for everybody': edits(
    /<field var='pubsub#access_model'><value>whitelist/g,
    "<field var='pubsub#access_model'><value>open",
  ),
  'bookmarks lose the others': edits(/<conference [^>]*jid='theatre@localhost'[^>]*?(?:\/>|>.*?<\/conference>)/g, ''),
} as const satisfies Readonly<Record<string, Sabotage>>;
