// Requirements on rosters, profiles, message ids, conversation state, contents, administration: sections 11 to 18.

import type { Section } from '../requirement.ts';

export const section11 = {
  '11.1': [
    'P1',
    'Roster exchange goes to clients that have it, in pieces, one action each, and only what is new (XEP-0144)',
  ],
  '11.2': ['P2', 'Remote roster management is left to privileges (XEP-0321)'],
  '11.3': [
    'P1',
    'Privileges are read from the server’s own word, in both versions, and used for roster, messages and iq (XEP-0356)',
  ],
  '11.4': ['N/A', 'Delegated namespaces are refused (XEP-0355)'],
  '11.5': ['P1', 'Nicknames come with a contact’s first stanza and never in rooms (XEP-0172)'],
  '11.6': ['P1', 'Bookmarks are published where granted, the user’s own parts kept (XEP-0402)'],
  '11.7': ['N/A', 'Personal eventing is not offered for contacts beyond avatars (XEP-0163)'],
} as const satisfies Section;

export const section12 = {
  '12.1': ['P1', 'Gateway, contacts, rooms and occupants have a vCard; setting a foreign one is forbidden (XEP-0054)'],
  '12.2': ['P1', 'Presence carries the hash of the picture that is served (XEP-0153)'],
  '12.3': ['P1', 'A contact’s avatar can be had and is pushed by pubsub (XEP-0084)'],
  '12.4': ['P2', 'Both kinds of avatar have one hash (XEP-0398)'],
  '12.5': ['P2', 'vCard4 is answered (XEP-0292)'],
  '12.6': ['P1', 'A room’s avatar is in its vCard, its hash in disco (XEP-0486)'],
  '12.7': ['P1', 'Time, version and last activity are answered (XEP-0202, XEP-0092, XEP-0012)'],
  '12.8': ['P1', 'Idle since, where the network knows (XEP-0319)'],
  '12.9': ['P1', 'Searching people by a form, within limits (XEP-0055)'],
  '12.10': ['P2', 'Ranks that XMPP lacks are hats (XEP-0317)'],
} as const satisfies Section;

export const section13 = {
  '13.1': ['P0', 'Room messages have one stable id from the room, forged ones are stripped (XEP-0359)'],
  '13.2': ['P0', 'What is old is stamped, what is live is not (XEP-0203)'],
  '13.3': ['P1', 'Hints say what to store and what not (XEP-0334)'],
  '13.4': ['P1', 'Words written elsewhere are carbons by privilege, never forged, never sent out again (XEP-0280)'],
  '13.5': ['N/A', 'Contacts have no archive (XEP-0313)'],
  '13.6': ['N/A', 'Stream management is not asked for; checkpoints confirm (XEP-0198)'],
} as const satisfies Section;

export const section14 = {
  '14.1': ['P1', 'Typing goes both ways, refreshed and ended (XEP-0085)'],
  '14.2': ['P1', 'A receipt is sent when the network says delivered, and only then (XEP-0184)'],
  '14.3': ['P1', 'Read marks go both ways, forward only (XEP-0333)'],
  '14.4': ['P2', 'What was read elsewhere is published (XEP-0490)'],
  '14.5': ['P1', 'Corrections both ways, always of the first version (XEP-0308)'],
  '14.6': ['P1', 'Retractions both ways; refused where the network can’t (XEP-0424)'],
  '14.7': ['P1', 'Moderators delete others’ messages (XEP-0425)'],
  '14.8': ['P1', 'Reactions as full sets, differences outward (XEP-0444)'],
  '14.9': ['P1', 'Replies with their fallback, counted in code points (XEP-0461, XEP-0428)'],
  '14.10': ['P2', 'Mentions both ways (XEP-0372)'],
} as const satisfies Section;

export const section15 = {
  '15.1': ['P0', 'Files are links alone in their message; what users link is fetched within guards (XEP-0066)'],
  '15.2': ['P1', 'Media are served by us or uploaded where admitted (XEP-0363)'],
  '15.3': ['P1', 'File facts stand beside the link (XEP-0447, XEP-0446)'],
  '15.4': ['P2', 'The older file reference is understood (XEP-0385)'],
  '15.5': ['P2', 'Thumbnails are answered (XEP-0231)'],
  '15.6': ['P1', 'Styles go both ways without a character too many (XEP-0393)'],
  '15.7': ['P2', 'Marked spans besides (XEP-0394)'],
  '15.8': ['P2', 'XHTML is ignored and never sent (XEP-0071)'],
  '15.9': ['P1', '/me is an action both ways (XEP-0245)'],
  '15.10': ['P2', 'Spoilers and stickers (XEP-0382, XEP-0449)'],
  '15.11': ['N/A', 'Stanza headers do nothing (XEP-0131)'],
  '15.12': ['P2', 'Senders that can’t be answered say so (XEP-0506)'],
  '15.13': ['P2', 'Link previews are passed on (XEP-0511)'],
} as const satisfies Section;

export const section16 = {
  'TXT-1': ['P0', 'Of several bodies one is picked; a subject between two people is its first line'],
  'TXT-2': ['P0', 'IRC lines are cut at the real limit, at words, and paced; too many are refused'],
  'TXT-3': ['P0', 'Texts are cut by segments or refused'],
  'TXT-4': ['P0', 'Events stay below Matrix’s limit'],
  'TXT-5': ['P0', 'A message with nothing in it is ignored'],
  'TXT-6': ['P1', 'The same id, recipient and body within ten minutes goes out once'],
} as const satisfies Section;

export const section17 = {
  'E2E-1': ['P0', 'An encrypted message is refused with a text and nothing of it leaves; key transport is dropped'],
  'E2E-2': ['P0', 'Asking for a contact’s keys: item-not-found'],
  'E2E-3': ['P0', 'No room is both members-only and non-anonymous'],
  'CALL-1': ['P0', 'Calls are refused so that the caller’s client ends them'],
  '17.1': ['P0', 'Old ways to send files are refused'],
} as const satisfies Section;

export const section18 = {
  '18.1': ['P1', 'Administration by commands, for admins only (XEP-0133)'],
  '18.2': ['P1', 'A blocked contact causes no storm of replies (XEP-0191)'],
  '18.3': ['P0', 'Pings are answered everywhere (XEP-0199)'],
  '18.4': ['P2', 'Reports reach the operator (XEP-0377)'],
  '18.5': ['P2', 'Planned outages are announced (XEP-0455)'],
  '18.6': ['N/A', 'The newer component protocol is not used (XEP-0225)'],
  '18.7': ['N/A', 'Form discovery and direct TLS names are not used (XEP-0346, XEP-0368)'],
  '18.8': ['N/A', 'Old bytestreams are refused (XEP-0065)'],
} as const satisfies Section;
