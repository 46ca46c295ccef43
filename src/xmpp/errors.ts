// Every error as XMPP says it: what a BridgeError becomes in a join, message, iq, subscription or registration (RFC 6120 8.3, XEP-0045 7.2,
// XEP-0077 3, XEP-0100 4). Type and condition both matter: clients compare the two.

import { BridgeError, type ErrorCode } from '../model/errors.ts';
import { words } from '../model/words.ts';
import { StanzaError, type StanzaErrorText, type Translator } from './feature.ts';
import { ENGLISH } from './languages.ts';
import { type Element, el } from './xml.ts';

export type ErrorContext = 'join' | 'message' | 'iq' | 'subscribe' | 'register';

export const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

type Row = readonly [
  join: StanzaErrorText,
  message: StanzaErrorText,
  iq: StanzaErrorText,
  subscribe: StanzaErrorText,
  register: StanzaErrorText,
];
const all = (error: StanzaErrorText): Row => [error, error, error, error, error];
const COLUMN: Readonly<Record<ErrorContext, number>> = { join: 0, message: 1, iq: 2, subscribe: 3, register: 4 };

// Joins are answered with `cancel` where the usual type is `wait`: there are clients that ignore a join error of type wait and go on "connecting".
const TABLE = {
  'not-registered': all('auth/registration-required'),
  'bad-credentials': [
    'auth/not-authorized',
    'auth/not-authorized',
    'auth/not-authorized',
    'auth/not-authorized',
    'modify/not-acceptable',
  ],
  'bad-password': [
    'auth/not-authorized',
    'auth/not-authorized',
    'auth/not-authorized',
    'auth/not-authorized',
    'modify/not-acceptable',
  ],
  forbidden: all('auth/forbidden'),
  banned: all('auth/forbidden'),
  'members-only': [
    'auth/registration-required',
    'auth/forbidden',
    'auth/forbidden',
    'auth/forbidden',
    'auth/forbidden',
  ],
  'not-found': all('cancel/item-not-found'),
  'host-unknown': [
    'cancel/remote-server-not-found',
    'cancel/remote-server-not-found',
    'cancel/remote-server-not-found',
    'cancel/remote-server-not-found',
    'modify/not-acceptable',
  ],
  gone: all('cancel/gone'),
  moved: all('cancel/gone'),
  'not-joined': all('modify/not-acceptable'),
  'nick-taken': all('cancel/conflict'),
  'nick-invalid': [
    'cancel/not-acceptable',
    'modify/not-acceptable',
    'cancel/not-acceptable',
    'modify/not-acceptable',
    'modify/not-acceptable',
  ],
  full: [
    'cancel/service-unavailable',
    'wait/resource-constraint',
    'wait/resource-constraint',
    'wait/resource-constraint',
    'wait/resource-constraint',
  ],
  unsupported: [
    'cancel/not-allowed',
    'cancel/not-allowed',
    'cancel/not-allowed',
    'cancel/not-allowed',
    'cancel/not-allowed',
  ],
  'not-implemented': all('cancel/feature-not-implemented'),
  malformed: [
    'modify/jid-malformed',
    'modify/not-acceptable',
    'modify/bad-request',
    'modify/jid-malformed',
    'modify/not-acceptable',
  ],
  incomplete: all('modify/bad-request'),
  conflict: all('cancel/conflict'),
  'too-large': [
    'modify/not-acceptable',
    'modify/not-acceptable',
    'modify/not-acceptable',
    'modify/not-acceptable',
    'modify/not-acceptable',
  ],
  'too-long': [
    'modify/not-acceptable',
    'modify/policy-violation',
    'modify/not-acceptable',
    'modify/not-acceptable',
    'modify/not-acceptable',
  ],
  'opted-out': all('auth/forbidden'),
  unreachable: [
    'cancel/remote-server-timeout',
    'wait/recipient-unavailable',
    'wait/recipient-unavailable',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
  ],
  'rate-limited': [
    'cancel/policy-violation',
    'wait/policy-violation',
    'wait/policy-violation',
    'wait/policy-violation',
    'wait/resource-constraint',
  ],
  quota: [
    'cancel/resource-constraint',
    'wait/resource-constraint',
    'wait/resource-constraint',
    'wait/resource-constraint',
    'wait/resource-constraint',
  ],
  'network-down': [
    'cancel/remote-server-timeout',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
  ],
  timeout: [
    'cancel/remote-server-timeout',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
    'wait/remote-server-timeout',
  ],
  expired: all('cancel/not-allowed'),
  internal: all('cancel/internal-server-error'),
} as const satisfies Record<ErrorCode, Row>;

/** XEP-0086 numbers, which XEP-0077 still wants beside the condition. */
const LEGACY_CODES: Readonly<Record<string, string>> = {
  gone: '302',
  'bad-request': '400',
  'not-authorized': '401',
  forbidden: '403',
  'item-not-found': '404',
  'not-allowed': '405',
  'not-acceptable': '406',
  'registration-required': '407',
  conflict: '409',
  'internal-server-error': '500',
  'feature-not-implemented': '501',
  'service-unavailable': '503',
  'remote-server-timeout': '504',
  'remote-server-not-found': '404',
  'resource-constraint': '500',
};

export function stanzaError(code: ErrorCode, context: ErrorContext): StanzaErrorText {
  return TABLE[code][COLUMN[context]] ?? 'cancel/internal-server-error';
}

/** Old clients show the form again where an answer would not do, and nowhere else. */
function kindOf({ code, details }: BridgeError, context: ErrorContext): StanzaErrorText {
  const isAnswer = context === 'register' && code === 'unsupported' && details.field !== undefined;
  return isAnswer ? 'modify/not-acceptable' : stanzaError(code, context);
}

/** The `<error/>` element of a reply. */
export function errorElement(
  error: BridgeError | StanzaError,
  context: ErrorContext,
  translate: Translator = ENGLISH,
): Element {
  const kind = error instanceof StanzaError ? error.error : kindOf(error, context);
  const [type = 'cancel', condition = 'undefined-condition'] = kind.split('/');
  const code = context === 'register' ? LEGACY_CODES[condition] : undefined;
  const uri = error instanceof BridgeError ? error.details.movedTo : undefined;
  return el(
    'error',
    { code, type },
    el(condition, { xmlns: STANZAS }, condition === 'gone' ? uri : undefined),
    error.message === ''
      ? undefined
      : el('text', { xmlns: STANZAS, 'xml:lang': translate.language }, translate(error.text)),
    error instanceof StanzaError ? error.detail : undefined,
  );
}

/** What a handler threw, as something that people may be told; anything unexpected becomes `internal` under an incident id. */
export function tellable(thrown: unknown, incident: (thrown: unknown) => string): BridgeError | StanzaError {
  if (thrown instanceof BridgeError || thrown instanceof StanzaError) return thrown;
  return new BridgeError('internal', words`Something went wrong in the gateway (incident ${incident(thrown)}).`);
}
