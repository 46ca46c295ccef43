// The life of an account in slixmpp.

import type { LifeClient, Login } from './life.ts';
import { startSlixmpp } from './slixmpp.ts';

/** Resolves when it is signed in. */
export async function startSlixmppLife(login: Login): Promise<LifeClient> {
  const { does, all, untilSaid, untilIs, transcript, stop } = await startSlixmpp(login);
  return {
    signsUp: (gateway, answers) => does({ do: 'sign_up', gateway, answers }),
    adds: ({ jid, name }) => does({ do: 'add', jid, name }),
    shows: ({ jid }, show) =>
      untilSaid(
        `${jid} ${show}`,
        () => (all().findLast(({ roster }) => roster !== undefined)?.roster?.[jid] ?? 'offline') === show,
      ),
    losesItsLine: () => untilIs('offline'),
    comesBack: () => untilIs('online'),
    signsOff: (gateway) => does({ do: 'sign_off', gateway }),
    transcript,
    stop,
  };
}
