// What of an account's new settings counts on an open connection at once: the nick, and the real name where the server has IRCv3 `setname`.

import { BridgeError } from '../../src/model/errors.ts';
import type { Account } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { type Identity, identityOf } from './account.ts';
import { formatLine } from './line.ts';
import type { Standing } from './standing.ts';
import type { Wire } from './wire.ts';

export interface Adopting {
  readonly wire: Wire;
  readonly standing: Standing;
  /** As it is connected. */
  readonly identity: Identity;
}

/** @returns who she is from now on; undefined where that takes another connection. */
export function adopted({ wire, standing, identity }: Adopting, account: Account): Identity | undefined {
  const next = nextIdentity(wire, account);
  if (next === undefined || signsOnAs(next) !== signsOnAs(identity)) return undefined;
  if (next.realname !== identity.realname) {
    if (!wire.caps.has('setname')) return undefined;
    wire.send(formatLine('SETNAME', next.realname));
  }
  if (next.nick !== wire.nick && next.nick !== wire.wantedNick) rename(next.nick, wire, standing);
  return next;
}

/** All that is told once, when a connection begins. What stands in `onConnect` counts the next time. */
function signsOnAs({ server, sasl, serverPassword }: Identity): string {
  const { host, port, tls } = server;
  return JSON.stringify([host, port, tls, sasl, serverPassword]);
}

function nextIdentity(wire: Wire, account: Account): Identity | undefined {
  try {
    return identityOf(wire.settings, account);
  } catch {
    // A new session says what is wrong with it.
    return undefined;
  }
}

function rename(nick: string, wire: Wire, standing: Standing): void {
  standing.setNick(nick).catch((error: unknown) => {
    if (!(error instanceof BridgeError)) throw error;
    // As when somebody has it already on connecting: it is taken as soon as it is free.
    wire.wantedNick = nick;
    const text = words`You can’t be called ${nick} now, and stay ${wire.nick}. ${error.text}`;
    wire.emit({ kind: 'told', account: wire.account, text, urgent: true });
  });
}
