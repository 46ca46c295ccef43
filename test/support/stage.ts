// What all plays of one run share: the XMPP server, with a component domain for each worker. PLAYS_XMPP and PLAYS_IRC choose the
// servers; each file starts an IRC server and a gateway of its own on it.

import type { TestProject } from 'vitest/node';
import { ensurePrograms } from './programs.ts';
import { startEjabberd, startProsody, type XmppServer } from './servers.ts';

export const COMPONENT_SECRET = 'a secret of the stage';
const MAX_WORKERS = 16;

export interface Stage {
  readonly xmpp: 'prosody' | 'ejabberd';
  readonly irc: 'ngircd' | 'inspircd';
  readonly c2sPort: number;
  readonly componentPort: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    stage: Stage;
  }
}

/** Component domain of the worker with that number. */
export const domainOf = (worker: string): string => `irc${worker}.localhost`;

let server: XmppServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  const xmpp = chosen('PLAYS_XMPP', ['prosody', 'ejabberd']);
  const irc = chosen('PLAYS_IRC', ['ngircd', 'inspircd']);
  await ensurePrograms([xmpp, irc]);
  const components = Array.from({ length: MAX_WORKERS }, (_, index) => ({
    domain: domainOf(String(index + 1)),
    secret: COMPONENT_SECRET,
  }));
  server = await (xmpp === 'prosody' ? startProsody : startEjabberd)({ components, privileged: true });
  project.provide('stage', { xmpp, irc, c2sPort: server.c2sPort, componentPort: server.componentPort });
}

export async function teardown(): Promise<void> {
  await server?.stop();
}

/** The first is what is played on where nobody chooses. */
function chosen<const T extends string>(variable: string, allowed: readonly [T, ...T[]]): T {
  const wanted = process.env[variable] ?? allowed[0];
  const found = allowed.find((one) => one === wanted);
  if (found === undefined) throw new Error(`${variable} is ${wanted}; it can be ${allowed.join(' or ')}`);
  return found;
}
