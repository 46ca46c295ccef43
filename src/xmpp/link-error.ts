// Why a link is down, told apart for the log, for readiness and for `check` (RFC 6120, 4.9; XEP-0114).

import { COMPONENT_NS } from './stream-parser.ts';
import type { Element } from './xml.ts';

export const STREAMS_NS = 'urn:ietf:params:xml:ns:xmpp-streams';

/**
 * `bad-secret`, `unknown-domain`: the configuration is wrong. `conflict`: somebody else is connected under this domain.
 * `unreachable`: no connection, or none that speaks. `protocol`: what came is not a component stream, or broke its rules.
 * `dead`: connected, but nothing is read or answered. `shutdown`: the server ended the stream in good order.
 */
export type LinkErrorKind =
  | 'bad-secret'
  | 'unknown-domain'
  | 'conflict'
  | 'unreachable'
  | 'protocol'
  | 'dead'
  | 'shutdown';

export interface LinkErrorDetails {
  readonly cause?: unknown;
  /** The stream error's own name, where one was received or sent. */
  readonly condition?: string;
}

export class LinkError extends Error {
  readonly kind: LinkErrorKind;
  readonly condition: string | undefined;
  constructor(kind: LinkErrorKind, text: string, details: LinkErrorDetails = {}) {
    super(text, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LinkError';
    this.kind = kind;
    this.condition = details.condition;
  }
}

const KINDS: Readonly<Record<string, LinkErrorKind>> = {
  'not-authorized': 'bad-secret',
  'host-unknown': 'unknown-domain',
  'host-gone': 'unknown-domain',
  conflict: 'conflict',
  'system-shutdown': 'shutdown',
  reset: 'shutdown',
  'remote-connection-failed': 'unreachable',
  'connection-timeout': 'dead',
};

// COMPAT(ejabberd, 23.01): a domain that is missing under `hosts` is refused as a wrong secret.
const MEANINGS: Readonly<Record<LinkErrorKind, string>> = {
  'bad-secret':
    'the server refused the secret of this domain (ejabberd says the same when it does not know the domain)',
  'unknown-domain': 'the server has no component of this domain',
  conflict: 'the domain is in use: another component is connected under it, or it is a host of the server itself',
  unreachable: 'the server can not be reached',
  protocol: 'the server ended the stream with an error',
  dead: 'the server gave up waiting',
  shutdown: 'the server is shutting down',
};

/** What a received `<stream:error/>` says. */
export function streamError(element: Element): LinkError {
  let condition = 'undefined-condition';
  for (const child of element.elements()) {
    if (child.ns === STREAMS_NS && child.name !== 'text') condition = child.name;
  }
  const kind = KINDS[condition] ?? 'protocol';
  const text = element.childText('text', STREAMS_NS)?.trim();
  return new LinkError(kind, `${MEANINGS[kind]}: ${condition}${text ? ` "${text}"` : ''}`, { condition });
}

/** What a failed socket says, before the handshake and after it. */
export function socketError(thrown: unknown, where: string): LinkError {
  const code = codeOf(thrown);
  return new LinkError('unreachable', `${where}: ${code ?? String(thrown)}`, { cause: thrown });
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** First words to look for when a port answers with something else. */
export const NOT_A_COMPONENT_PORT = `is it the component port (${COMPONENT_NS})?`;
