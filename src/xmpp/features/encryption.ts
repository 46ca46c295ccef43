// Encrypted messages are refused: nobody beyond the gateway could read them, and their fallback text would mislead (OMEMO, OpenPGP, XEP-0380).

import { type Feature, StanzaError } from '../feature.ts';
import { words } from '../../model/words.ts';

const ENCRYPTED: readonly (readonly [ns: string, name: string])[] = [
  ['eu.siacs.conversations.axolotl', 'encrypted'],
  ['urn:xmpp:omemo:2', 'encrypted'],
  ['urn:xmpp:omemo:1', 'encrypted'],
  ['jabber:x:encrypted', 'x'],
  ['urn:xmpp:openpgp:0', 'openpgp'],
  ['urn:xmpp:eme:0', 'encryption'],
];

export const encryption: Feature = {
  specs: ['XEP-0384', 'XEP-0380'],
  register(host) {
    for (const [ns, name] of ENCRYPTED) {
      host.readMessage(ns, name, (_child, draft) => {
        // Key transport and the like: nothing that anybody expects to arrive.
        if (draft.kind !== 'say') return { kind: 'none' };
        throw new StanzaError(
          'modify/not-acceptable',
          words`The other network cannot read encrypted messages. Please switch encryption off for this chat.`,
        );
      });
    }
  },
};
