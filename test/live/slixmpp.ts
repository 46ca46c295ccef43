// slixmpp, the library of bots and clients, in a process of its own that does what it is told and tells what it sees.

import { fileURLToPath } from 'node:url';
import { startProcess, until } from '../support/processes.ts';
import { SLIXMPP } from '../support/programs-python.ts';
import type { Login, Show } from './life.ts';

const PROGRAM = fileURLToPath(new URL('slixmpp-client.py', import.meta.url));
const DEADLINE_MS = 30_000;

/** One line of what it says. */
export interface Said {
  readonly state?: 'online' | 'offline';
  readonly roster?: Readonly<Record<string, Show>>;
  /** Address of a room; with it go the other three. */
  readonly room?: string;
  readonly people?: readonly string[];
  readonly said?: readonly string[];
  readonly notes?: readonly string[];
  /** Number of an order. */
  readonly done?: number;
  readonly error?: string;
}

export interface Slixmpp {
  /** Resolves when it has been done. @throws Error with what it says. */
  does(order: Readonly<Record<string, unknown>>): Promise<void>;
  /** All that it has said. */
  all(): readonly Said[];
  untilSaid(what: string, isSaid: () => boolean): Promise<void>;
  untilIs(state: 'online' | 'offline'): Promise<void>;
  transcript(): Promise<string>;
  stop(): Promise<void>;
}

/** Resolves when it is signed in. */
export async function startSlixmpp({ name, password, c2sPort }: Login): Promise<Slixmpp> {
  const child = startProcess({
    program: await SLIXMPP.ensure(),
    args: [PROGRAM, `${name}@localhost`, password, String(c2sPort)],
    stdin: true,
  });
  const all = (): Said[] =>
    child
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line): Said => JSON.parse(line));
  const untilSaid = (what: string, isSaid: () => boolean): Promise<void> =>
    until(
      `slixmpp: ${what}`,
      () => {
        if (!child.running) throw new Error(`slixmpp has ended:\n${child.logs()}`);
        return isSaid();
      },
      { deadlineMs: DEADLINE_MS },
    );
  let orders = 0;
  const untilIs = (wanted: 'online' | 'offline'): Promise<void> =>
    untilSaid(wanted, () => all().findLast(({ state }) => state !== undefined)?.state === wanted);
  await untilIs('online');
  return {
    async does(order) {
      orders += 1;
      const n = orders;
      const answer = (): Said | undefined => all().find(({ done }) => done === n);
      child.input(`${JSON.stringify({ ...order, n })}\n`);
      await untilSaid(JSON.stringify(order), () => answer() !== undefined);
      const { error } = answer() ?? {};
      if (error !== undefined) throw new Error(`slixmpp: ${error}`);
    },
    all,
    untilSaid,
    untilIs,
    transcript: async () => child.logs(),
    async stop() {
      await child.stop();
    },
  };
}
