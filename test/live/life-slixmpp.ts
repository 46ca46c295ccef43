// slixmpp, the library of bots and clients, in a process of its own that does what it is told and tells what it sees.

import { fileURLToPath } from 'node:url';
import { startProcess, until } from '../support/processes.ts';
import { SLIXMPP } from '../support/programs-python.ts';
import type { LifeClient, Login, Show } from './life.ts';

const PROGRAM = fileURLToPath(new URL('slixmpp-client.py', import.meta.url));
const DEADLINE_MS = 60_000;

/** One line of what it says. */
interface Said {
  readonly state?: 'online' | 'offline';
  readonly roster?: Readonly<Record<string, Show>>;
  /** Number of an order. */
  readonly done?: number;
  readonly error?: string;
}

/** Resolves when it is signed in. */
export async function startSlixmpp({ name, password, c2sPort }: Login): Promise<LifeClient> {
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
  const does = async (order: Readonly<Record<string, unknown>>): Promise<void> => {
    orders += 1;
    const n = orders;
    const answer = (): Said | undefined => all().find(({ done }) => done === n);
    child.input(`${JSON.stringify({ ...order, n })}\n`);
    await untilSaid(JSON.stringify(order), () => answer() !== undefined);
    const { error } = answer() ?? {};
    if (error !== undefined) throw new Error(`slixmpp: ${error}`);
  };
  const isNow = (wanted: Said['state']) => (): boolean =>
    all().findLast(({ state }) => state !== undefined)?.state === wanted;
  await untilSaid('signed in', isNow('online'));
  return {
    signsUp: (gateway, answers) => does({ do: 'sign_up', gateway, answers }),
    adds: ({ jid, name: called }) => does({ do: 'add', jid, name: called }),
    shows: ({ jid }, show) =>
      untilSaid(
        `${jid} ${show}`,
        () => (all().findLast(({ roster }) => roster !== undefined)?.roster?.[jid] ?? 'offline') === show,
      ),
    losesItsLine: () => untilSaid('offline', isNow('offline')),
    comesBack: () => untilSaid('online again', isNow('online')),
    signsOff: (gateway) => does({ do: 'sign_off', gateway }),
    transcript: async () => child.logs(),
    async stop() {
      await child.stop();
    },
  };
}
