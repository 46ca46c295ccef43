// Jabber addresses as they come from the server, which has prepared them: taking them apart and putting them together.
// Preparation of addresses that we make ourselves is address.ts.

import { type ResourceId, resourceId, type UserId, userId } from '../model/ids.ts';

export interface Jid {
  /** Escaped localpart; empty for a domain. */
  readonly local: string;
  readonly domain: string;
  /** Empty for a bare address. */
  readonly resource: string;
}

/** RFC 7622 3.1: the resource begins at the first slash, the domain after the first at-sign before it. */
export function splitJid(text: string): Jid {
  const slash = text.indexOf('/');
  const bare = slash === -1 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  return {
    local: at === -1 ? '' : bare.slice(0, at),
    domain: at === -1 ? bare : bare.slice(at + 1),
    resource: slash === -1 ? '' : text.slice(slash + 1),
  };
}

export function joinJid(local: string, domain: string, resource = ''): string {
  const bare = local === '' ? domain : `${local}@${domain}`;
  return resource === '' ? bare : `${bare}/${resource}`;
}

export function domainOf(jid: string): string {
  const slash = jid.indexOf('/');
  const end = slash === -1 ? jid.length : slash;
  const at = jid.indexOf('@');
  return jid.slice(at === -1 || at > end ? 0 : at + 1, end);
}

export function bareOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash === -1 ? jid : jid.slice(0, slash);
}

/** Bare JID of a person out of any of her addresses. */
export const userOf = (jid: string): UserId => userId(bareOf(jid));
export const resourceOf = (jid: string): ResourceId => resourceId(jid);

/** RFC 5122, for `gone` and the like; `query` such as `join`. */
export function xmppUri(jid: string, query = ''): string {
  const { local, domain } = splitJid(jid);
  const node = local === '' ? '' : `${encodeURIComponent(local)}@`;
  return `xmpp:${node}${domain}${query === '' ? '' : `?${query}`}`;
}
