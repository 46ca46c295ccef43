// The ways in which the gateway's own addresses, and the nicks in them, are spoilt.

import { drops, edits, rule, type Sabotage } from './sabotage.ts';

/** What the prompt answers. */
const inPrompt = (spoil: (jid: string) => string): Sabotage =>
  rule((raw) => raw.replaceAll(/(<jid>)([^<]*)/g, (_, tag: string, jid: string) => tag + spoil(jid)));

export const ADDRESS_SABOTAGES = {
  'nicks are servers': inPrompt((jid) => jid.replace(/^([^#&][^@]*)%test@/, '$1@')),
  'rooms are people': inPrompt((jid) => jid.replace(/^#/, '')),
  'names are as they were typed': inPrompt((jid) => jid.replace(/\\3aexample\.org/, '')),
  'unknown servers are known': rule((raw) =>
    raw.includes('There is no server')
      ? raw
          .replace(" type='error'", raw.startsWith('<iq') ? " type='result'" : " type='subscribed'")
          .replace(/<error.*<\/error>/, '')
      : raw,
  ),
  'long addresses are cut': inPrompt((jid) => jid.replace(/^(h-.{20})[^@]*/, '$1')),
  'every backslash is escaped': inPrompt((jid) => jid.replaceAll('\\', '\\5c')),
  'spaces are kept': inPrompt((jid) => `\\20${jid}`),
  'percents are kept': inPrompt((jid) => jid.replaceAll('\\', '%')),
  'case is kept': inPrompt((jid) => jid.toUpperCase()),
  'letters are not composed': inPrompt((jid) => jid.replaceAll(/[^@]+(?=@)/g, (local) => `${local}e\u0301`)),
  'addresses are put right': rule((raw) =>
    raw.replace(/ from='([^'/]*)/, (_, from: string) => ` from='${from.toLowerCase()}`),
  ),
  'rooms with brackets are the same': edits(/#\[a\]/g, '#{a}'),
  'nicks keep what nobody sees': edits(/( from='#[^'/]*\/)/g, '$1\u200b'),
  'everybody has the same nick': edits(/( from='#[^'/]*)\/[^']*/g, '$1/bob'),
  'numbers are as they were typed': inPrompt((jid) => jid.replace('+1', '')),
  'short numbers are of no country': inPrompt((jid) => jid.replace(/;phone-context=../, '')),
  'senders have numbers': inPrompt((jid) => jid.replace(';sender', '')),
  'bytes are letters': inPrompt((jid) => jid.replaceAll(/=([0-9a-f]{2})/g, '$1')),
  'servers say nothing': drops("<message from='test@irc.localhost'/>"),
  'profiles have no addresses': edits(/<URL>.*?<\/URL>|<TEL>.*?<\/TEL>|<(?:impp|tel)>.*?<\/(?:impp|tel)>/g, ''),
} as const satisfies Readonly<Record<string, Sabotage>>;
