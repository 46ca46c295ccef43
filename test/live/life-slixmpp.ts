// The life of an account in slixmpp.

import type { LifeClient, Login } from './life.ts';
import { startSlixmpp } from './slixmpp.ts';

/** Resolves when it is signed in. */
export async function startSlixmppLife(login: Login): Promise<LifeClient> {
  const slixmpp = await startSlixmpp(login);
  const does = (order: Readonly<Record<string, unknown>>): Promise<void> => slixmpp.does(order);
  return {
    signsUp: (gateway, answers) => does({ do: 'sign_up', gateway, answers }),
    adds: ({ jid, name }) => does({ do: 'add', jid, name }),
    shows: ({ jid }, show) =>
      slixmpp.untilSaid(
        `${jid} ${show}`,
        () => (slixmpp.all().findLast(({ roster }) => roster !== undefined)?.roster?.[jid] ?? 'offline') === show,
      ),
    losesItsLine: () => slixmpp.untilIs('offline'),
    comesBack: () => slixmpp.untilIs('online'),
    signsOff: (gateway) => does({ do: 'sign_off', gateway }),
    transcript: () => slixmpp.transcript(),
    stop: () => slixmpp.stop(),
  };
}
