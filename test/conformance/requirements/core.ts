// Requirements on stanzas, the component link, subscriptions, addresses and their URIs: sections 1 to 5.

import type { Section } from '../requirement.ts';

export const section01 = {
  'CORE-1': ['P0', 'Every stanza that leaves has a from below our domain and a to'],
  'CORE-2': ['P0', 'Each get and set is answered once, with its id, from the very address that was asked'],
  'CORE-3': ['P0', 'Errors and results are never answered'],
  'CORE-4': ['P0', 'An unknown request gets cancel/service-unavailable'],
  'CORE-5': ['P0', 'A request without id, of a wrong type, or not with one payload gets modify/bad-request'],
  'CORE-6': ['P0', 'A message of unknown type counts as normal; a presence of unknown type is refused'],
  'CORE-7': [
    'P0',
    'States, receipts, markers and hints without a body are dropped in silence where they can’t be delivered',
  ],
  'CORE-8': ['P0', 'Errors carry the id; those of a room message come from the bare room to the full sender'],
  'CORE-9': ['P0', 'Unknown children and attributes do no harm'],
  'CORE-10': ['P0', 'xml:lang is kept, and picks the language of texts in reply'],
  'CORE-11': ['P0', 'Characters that XML can’t carry never leave, wherever they came from'],
  'CORE-12': ['P0', 'No stanza is larger than 60 KiB'],
  'CORE-13': ['P0', 'Order is kept per pair of addresses, and a join leaves as one run'],
  'CORE-14': ['P0', 'Whatever we send has an id; the error of a join has that of the join'],
} as const satisfies Section;

export const section02 = {
  'COMP-1': ['P0', 'The stream opens in the component namespace, to our own domain'],
  'COMP-2': [
    'P0',
    'The handshake is the SHA-1 of the unescaped id and the secret, and nothing is sent before it is confirmed',
  ],
  'COMP-3': ['P0', 'Wrong secret, unknown domain and conflict are told apart and never retried in a tight loop'],
  'COMP-4': ['P0', 'Reconnecting waits longer each time, with jitter, and starts over after a stable minute'],
  'COMP-5': ['P0', 'After a reconnect users are probed, presence asserted and room occupants verified'],
  'COMP-6': ['P0', 'A silent link is pinged, and dead when nothing answers for 30 s'],
  'COMP-7': ['P0', 'Reading the networks pauses while the link is full'],
  'COMP-8': [
    'P0',
    'On a clean end people and rooms are signed off, the stream is closed, the peer awaited for 5 s at most',
  ],
} as const satisfies Section;

export const section03 = {
  'SUB-1': ['P0', 'Subscriptions in both directions, pending ones too, are kept on disk per user and address'],
  'SUB-2': [
    'P0',
    'A subscription is approved once the target is plausible, then presence follows; asking again is approved again',
  ],
  'SUB-3': ['P0', 'A refused subscription gets the right error and then unsubscribed'],
  'SUB-4': ['P0', 'We ask for a user’s presence once at most, and never approve what was not asked'],
  'SUB-5': ['P0', 'Unsubscribing is confirmed, presence ends, talking goes on'],
  'SUB-6': ['P0', 'A user who withdraws her presence is not asked again'],
  'SUB-7': [
    'P0',
    'Each half of a removal from the roster counts alone; removing the gateway signs off but keeps the account',
  ],
  'SUB-8': ['P0', 'A probe is answered with presence, or with unsubscribed where there is no subscription'],
  'SUB-9': ['P0', 'At start all registered users are probed, at a pace'],
  'SUB-10': ['P0', 'Every client of a user is tracked by itself'],
  'SUB-11': ['P0', 'Probes are answered from memory and are no logins'],
  'SUB-12': [
    'P0',
    'Leaving one contact or room ends that only; leaving the gateway ends the session; both may come twice',
  ],
  'SUB-13': ['P0', 'A client of negative priority still has its rooms, but is not there for messages'],
  'SUB-14': ['P0', 'Messages go to the bare user, room traffic and answers to the full address'],
  'SUB-15': ['P0', 'groupchat goes to full addresses only'],
  'SUB-16': ['P0', 'A failure known late is also told in a message that is seen'],
  'SUB-17': ['P0', 'A contact’s presence always comes from the same form of its address'],
  'SUB-18': ['P0', 'Presence goes to the bare user; where a network has none the contact is steadily available'],
  'SUB-19': ['P0', 'Flapping presence is gathered; what did not change is not repeated'],
} as const satisfies Section;

export const section04 = {
  'ESC-1': ['P0', 'Exactly the ten characters are escaped, the backslash only where it would be read as an escape'],
  'ESC-2': ['P0', 'jid\\20escaping is advertised on the gateway'],
  'ESC-3': ['P0', 'No localpart begins or ends with an escaped space'],
  'ESC-4': ['P0', 'Unescaping is one pass from left to right over known codes'],
  'ESC-5': ['P0', 'Addresses are compared escaped and prepared'],
  'ESC-6': ['P0', 'URIs are percent-decoded and lose their scheme before they are escaped'],
  'ESC-7': ['P0', 'Case is folded before escaping'],
  '4.2.1': ['P0', 'A telephone number is its E.164 form'],
  '4.2.2': ['P0', 'A short code carries the country it is dialled in'],
  '4.2.3': ['P1', 'An alphanumeric sender is reversible and can’t be written to'],
  '4.2.4': ['P0', 'An IRC nick is nick%server, folded, split at the last percent sign'],
  '4.2.5': ['P0', 'An IRC channel is #channel%server, odd characters and bytes escaped reversibly'],
  '4.2.6': ['P1', 'An IRC server has a contact of its own'],
  '4.2.7': ['P0', 'A Matrix user’s upper case and odd characters are coded by bytes'],
  '4.2.8': ['P1', 'A Matrix alias is another address of its room'],
  '4.2.9': ['P0', 'A Matrix room id is coded case by case'],
  '4.2.10': ['P2', 'A foreign XMPP address is escaped whole'],
  'MAP-1': ['P0', 'Every foreign name survives being made an address and back'],
  'MAP-2': ['P0', 'Every address we make is unchanged by both preparations'],
  'MAP-3': [
    'P0',
    'An address that is not canonical is served, or named the canonical one; the answer never comes from elsewhere',
  ],
  'MAP-4': ['P0', 'What is too long becomes a hash that is looked up, never a cut'],
  'MAP-5': ['P0', 'An impossible address is malformed; a possible one without a person behind it is not found'],
  'MAP-6': ['P0', 'Nicks made of foreign names are what clients will see, and never two the same'],
  'MAP-7': ['P0', 'The server’s case mapping decides which IRC names are equal'],
  'MAP-8': ['P0', 'Nicks that IRC takes for one are one'],
} as const satisfies Section;

export const section05 = {
  'CPIM-1': ['P0', 'For each network it is written down what has no counterpart; nothing is lost unsaid'],
  'CPIM-2': ['P0', 'URIs of every form are understood in prompts and searches, and published in the profile'],
  'CPIM-3': ['P0', 'Text is a UTF-8 body; more is an extension besides'],
  'CPIM-4': ['P0', 'No resource is ever part of a foreign identity'],
  'CPIM-5': ['P0', 'Times older than half a minute are stamped as delays'],
  'CPIM-6': ['P0', 'Encrypted contents are refused'],
  '5.1': ['P1', 'The most available of a user’s clients makes her presence on the network'],
} as const satisfies Section;
