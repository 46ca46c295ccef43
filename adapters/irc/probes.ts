// What `viaduct check` asks of IRC: whether the operator's servers can be connected to. It does not sign in.

import type { Probe } from '../../src/model/network.ts';
import { connectionError } from './errors.ts';
import type { IrcSettings, ServerSettings } from './settings.ts';
import { openSocket } from './socket.ts';
import { Turns } from './turns.ts';

const REMEDY = `host, port and tls have to be as the server offers them: mostly 6697 with TLS, 6667 without.
For a certificate of its own give its fingerprint.`;

export function probesOf({ servers }: IrcSettings): readonly Probe[] {
  return [...servers.values()].map((server) => ({
    about: `${server.name} at ${server.host}:${server.port}`,
    remedy: REMEDY,
    ask: (signal) => connect(server, signal),
  }));
}

async function connect(server: ServerSettings, signal: AbortSignal): Promise<string> {
  try {
    const socket = await openSocket(server, new Turns(), signal);
    socket.destroy();
    return server.tls ? 'can be connected to with TLS' : 'can be connected to';
  } catch (error) {
    throw connectionError(server.host, error);
  }
}
