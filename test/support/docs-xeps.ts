// The README's table of what is implemented, out of the features' own `specs`.

import { features } from '../../src/xmpp/features/index.ts';

/** What is implemented outside features. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'XEP-0114': ['link'],
  'XEP-0106': ['address'],
};

const TITLES: Readonly<Record<string, string>> = {
  'RFC 6120': 'XMPP: Core',
  'RFC 6121': 'XMPP: Instant Messaging and Presence',
  'RFC 7622': 'XMPP: Address Format',
  'XEP-0004': 'Data Forms',
  'XEP-0012': 'Last Activity',
  'XEP-0022': 'Message Events',
  'XEP-0030': 'Service Discovery',
  'XEP-0045': 'Multi-User Chat',
  'XEP-0048': 'Bookmarks',
  'XEP-0050': 'Ad-Hoc Commands',
  'XEP-0054': 'vcard-temp',
  'XEP-0055': 'Jabber Search',
  'XEP-0059': 'Result Set Management',
  'XEP-0066': 'Out of Band Data',
  'XEP-0068': 'Field Standardization for Data Forms',
  'XEP-0071': 'XHTML-IM',
  'XEP-0077': 'In-Band Registration',
  'XEP-0082': 'XMPP Date and Time Profiles',
  'XEP-0084': 'User Avatar',
  'XEP-0085': 'Chat State Notifications',
  'XEP-0092': 'Software Version',
  'XEP-0100': 'Gateway Interaction',
  'XEP-0106': 'JID Escaping',
  'XEP-0114': 'Jabber Component Protocol',
  'XEP-0115': 'Entity Capabilities',
  'XEP-0128': 'Service Discovery Extensions',
  'XEP-0133': 'Service Administration',
  'XEP-0144': 'Roster Item Exchange',
  'XEP-0153': 'vCard-Based Avatars',
  'XEP-0157': 'Contact Addresses for XMPP Services',
  'XEP-0163': 'Personal Eventing Protocol',
  'XEP-0172': 'User Nickname',
  'XEP-0184': 'Message Delivery Receipts',
  'XEP-0191': 'Blocking Command',
  'XEP-0199': 'XMPP Ping',
  'XEP-0202': 'Entity Time',
  'XEP-0203': 'Delayed Delivery',
  'XEP-0221': 'Data Forms Media Element',
  'XEP-0231': 'Bits of Binary',
  'XEP-0245': 'The /me Command',
  'XEP-0249': 'Direct MUC Invitations',
  'XEP-0292': 'vCard4 Over XMPP',
  'XEP-0297': 'Stanza Forwarding',
  'XEP-0308': 'Last Message Correction',
  'XEP-0313': 'Message Archive Management',
  'XEP-0317': 'Hats',
  'XEP-0319': 'Last User Interaction in Presence',
  'XEP-0333': 'Displayed Markers',
  'XEP-0334': 'Message Processing Hints',
  'XEP-0353': 'Jingle Message Initiation',
  'XEP-0356': 'Privileged Entity',
  'XEP-0359': 'Unique and Stable Stanza IDs',
  'XEP-0363': 'HTTP File Upload',
  'XEP-0372': 'References',
  'XEP-0380': 'Explicit Message Encryption',
  'XEP-0384': 'OMEMO Encryption',
  'XEP-0390': 'Entity Capabilities 2.0',
  'XEP-0398': 'User Avatar to vCard-Based Avatars Conversion',
  'XEP-0402': 'PEP Native Bookmarks',
  'XEP-0410': 'MUC Self-Ping (Schrödinger’s Chat)',
  'XEP-0421': 'Occupant identifiers for semi-anonymous MUCs',
  'XEP-0424': 'Message Retraction',
  'XEP-0425': 'Moderated Message Retraction',
  'XEP-0428': 'Fallback Indication',
  'XEP-0433': 'Extended Channel Search',
  'XEP-0444': 'Message Reactions',
  'XEP-0446': 'File metadata element',
  'XEP-0447': 'Stateless file sharing',
  'XEP-0461': 'Message Replies',
  'XEP-0463': 'MUC Affiliations Versioning',
  'XEP-0482': 'Call Invites',
  'XEP-0486': 'MUC Avatars',
};

/** @throws Error for a specification without a title here. */
export function xepTable(): string {
  const where = new Map<string, string[]>();
  for (const [spec, names] of Object.entries(ELSEWHERE)) where.set(spec, [...names]);
  for (const [name, { specs }] of Object.entries(features)) {
    for (const spec of specs) where.set(spec, [...(where.get(spec) ?? []), name]);
  }
  const rows = [...where]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([spec, names]) => `| ${linkOf(spec)} | ${titleOf(spec)} | ${names.join(', ')} |`);
  return ['| specification | title | in |', '|---|---|---|', ...rows].join('\n');
}

function titleOf(spec: string): string {
  const title = TITLES[spec];
  if (title === undefined) throw new Error(`${spec} has no title in test/support/docs-xeps.ts`);
  return title;
}

function linkOf(spec: string): string {
  const number = spec.replace(/^\D+/, '');
  return spec.startsWith('XEP')
    ? `[${spec}](https://xmpp.org/extensions/xep-${number}.html)`
    : `[${spec}](https://www.rfc-editor.org/rfc/rfc${number}.html)`;
}
