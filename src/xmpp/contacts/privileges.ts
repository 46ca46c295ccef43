// What the XMPP server lets the gateway do for its users (XEP-0356): read from the server's own word, host by host, and gone with the link.

import type { UserId } from '../../model/ids.ts';
import type { Clock } from '../../model/ports.ts';
import { domainOf } from '../jid.ts';
import type { Element } from '../xml.ts';

const NAMESPACES = ['urn:xmpp:privilege:2', 'urn:xmpp:privilege:1'] as const;
export type PrivilegeNamespace = (typeof NAMESPACES)[number];

export interface Grant {
  /** The version that the server speaks. */
  readonly ns: PrivilegeNamespace;
  readonly readsRoster: boolean;
  readonly writesRoster: boolean;
  /** Messages may be sent in users' names. */
  readonly sendsMessages: boolean;
  /** Requests in users' names, by namespace. */
  readonly iq: ReadonlyMap<string, 'get' | 'set' | 'both'>;
}

/** The server speaks right behind the handshake, if it does. */
const SPEAKS_WITHIN_MS = 1_000;

export class Privileges {
  readonly #hosts: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #grants = new Map<string, Grant>();
  readonly #listeners: (() => void)[] = [];
  #isSettled = false;
  #stopTimer: (() => void) | undefined;

  /** `hosts`: those whose word counts. */
  constructor(hosts: readonly string[], clock: Clock) {
    this.#hosts = new Set(hosts);
    this.#clock = clock;
  }

  /** What is granted for this user. */
  of(user: UserId): Grant | undefined {
    return this.#grants.get(domainOf(user));
  }

  /** Whether the server of this user has spoken, or has had the time to. */
  isSettled(user: UserId): boolean {
    return this.#isSettled || this.of(user) !== undefined;
  }

  /** Something was granted or taken back, or nothing more is to be waited for. */
  onChange(listen: () => void): void {
    this.#listeners.push(listen);
  }

  linkUp(): void {
    this.#stopTimer = this.#clock.after(SPEAKS_WITHIN_MS, () => {
      this.#isSettled = true;
      this.#tell();
    });
  }

  linkDown(): void {
    this.#stopTimer?.();
    this.#isSettled = false;
    this.#grants.clear();
  }

  /** @returns whether it was the word of a host that counts. */
  read(message: Element): boolean {
    const from = message.attrs['from'] ?? '';
    if (!this.#hosts.has(from)) return false;
    const grant = grantIn(message);
    if (grant === undefined) this.#grants.delete(from);
    else this.#grants.set(from, grant);
    this.#tell();
    return true;
  }

  /** The server says that it lets us, and then does not. */
  rosterIsRefused(user: UserId): void {
    const grant = this.of(user);
    if (grant !== undefined) this.#grants.set(domainOf(user), { ...grant, writesRoster: false });
  }

  #tell(): void {
    for (const listen of this.#listeners) listen();
  }
}

function grantIn(message: Element): Grant | undefined {
  // COMPAT(prosody-modules, 0.12): several namespaces come nested in each other.
  const all = descendants(message);
  const ns = NAMESPACES.find((one) => all.some(({ name, ns: its }) => name === 'privilege' && its === one));
  const permissions = new Map<string, Element[]>();
  for (const one of all) {
    if (one.name !== 'perm' || one.ns !== ns) continue;
    const access = one.attrs['access'] ?? '';
    permissions.set(access, [...(permissions.get(access) ?? []), one]);
  }
  if (ns === undefined || permissions.size === 0) return undefined;
  const types = (access: string): readonly string[] =>
    (permissions.get(access) ?? []).map(({ attrs }) => attrs['type'] ?? '');
  const roster = types('roster');
  return {
    ns,
    readsRoster: roster.includes('get') || roster.includes('both'),
    writesRoster: roster.includes('set') || roster.includes('both'),
    sendsMessages: types('message').includes('outgoing'),
    iq: new Map((permissions.get('iq') ?? []).flatMap(namespacesIn)),
  };
}

function namespacesIn(permission: Element): (readonly [string, 'get' | 'set' | 'both'])[] {
  return permission.elements('namespace').flatMap(({ attrs: { ns, type } }) => {
    const isOne = type === 'get' || type === 'set' || type === 'both';
    return ns !== undefined && isOne ? [[ns, type] as const] : [];
  });
}

function descendants(element: Element): Element[] {
  return element.elements().flatMap((child) => [child, ...descendants(child)]);
}
