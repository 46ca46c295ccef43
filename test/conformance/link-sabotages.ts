// The ways in which the link to the XMPP server is spoilt.

import type { Sabotage } from './sabotage.ts';
import { drops } from './sabotage.ts';

const WAITING_MS = 500;

export const LINK_SABOTAGES = {
  'every refusal is the same': {
    spoiling: () => ({
      fromServer: (text) => text.replaceAll(/<(?:not-authorized|host-unknown|conflict)\b/g, '<undefined-condition'),
    }),
  },
  'nobody waits': { clock: (delayMs) => Math.min(delayMs, WAITING_MS) },
  'waiting never ends': { clock: (delayMs) => (delayMs < WAITING_MS ? delayMs : Number.MAX_SAFE_INTEGER) },
  'nobody is pinged': drops("<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>"),
  'nobody is asked what it is': drops("<iq type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"),
  'the link is never full': { spoiling: () => ({ neverFull: true }) },
} as const satisfies Readonly<Record<string, Sabotage>>;
