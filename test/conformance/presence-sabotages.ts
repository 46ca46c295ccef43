// Ways to spoil the presence of contacts and of the gateway.

import { matches } from '../support/matcher.ts';
import { drops, edits, holdsBack, rule, type Sabotage } from './sabotage.ts';

const DOMAIN = 'irc.localhost';

export const PRESENCE_SABOTAGES = {
  'absent contacts flash': rule((raw, node) =>
    matches("<presence type='unavailable'/>", node) && /^[^#/]+@[^/]+$/.test(node.attrs['from'] ?? '')
      ? raw.replace(/ type='unavailable'/, '') + raw
      : raw,
  ),
  'approved and ended': rule((raw, node) =>
    node.attrs['type'] === 'subscribed' ? raw + raw.replace("'subscribed'", "'unsubscribed'") : raw,
  ),
  'contacts hide from one client': rule((raw, node) =>
    matches('<presence !type/>', node) && /@.* .*@.*\//.test(`${node.attrs['from']} ${node.attrs['to']}`) ? '' : raw,
  ),
  'rooms end before the answer': holdsBack(
    "<iq type='result' id='remove'/>",
    "<presence type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'/></presence>",
  ),
  'the gateway goes first': holdsBack(
    "<presence type='unsubscribe'/>",
    `<presence type='unavailable' from='${DOMAIN}'/>`,
  ),
  'rooms are left in silence': drops(
    "<presence type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>",
  ),
  'presence goes to all': rule((raw, node) =>
    matches("<presence type='unavailable'/>", node) ? raw.replace(/ to='([^'/]*)\/[^']*'/, " to='$1'") : raw,
  ),
  'presence without words': edits(/(<presence [^>]*>.*?)<status[^>]*>[^<]*<\/status>/g, '$1'),
} as const satisfies Readonly<Record<string, Sabotage>>;
