// The state of one's accounts, and signing them in and off, by commands.

import type { UserId } from '../../model/ids.ts';
import type { AccountState } from '../../model/ports.ts';
import type { CommandDefinition, Feature, FeatureHost, Inbound } from '../feature.ts';

/** Whoever waits wants to hear soon; what takes longer goes on. */
const SIGN_IN_WITHIN_MS = 8_000;

export const sessions: Feature = {
  specs: [],
  register(host) {
    const waiting = new Map<UserId, Set<() => void>>();
    host.onAccountState((user) => {
      for (const look of waiting.get(user) ?? []) look();
    });
    for (const command of commandsOf(host, (user) => settled(host, user, waiting))) host.addCommand(command);
  },
};

function commandsOf(host: FeatureHost, signedIn: (user: UserId) => Promise<void>): readonly CommandDefinition[] {
  const { desk } = host;
  const hasAccount = ({ user }: Inbound): boolean => desk.accounts(user).length > 0;
  return [
    {
      node: 'status',
      name: 'See the state of your account',
      available: () => true,
      run: async ({ user }) => ({ note: statusText(host, user) }),
    },
    {
      node: 'login',
      name: 'Sign in now',
      available: hasAccount,
      async run({ user }) {
        desk.connect(user);
        await signedIn(user);
        return { note: statusText(host, user) };
      },
    },
    {
      node: 'logout',
      name: 'Sign off until you come back',
      available: hasAccount,
      async run({ user }) {
        await host.administration.endSessions(user, 'You have signed off.');
        return {
          note: 'You are signed off, and out of all rooms. “login” signs you in again, and so does a message to anybody.',
        };
      },
    },
  ];
}

/** Resolves when nothing is on its way any more, or it takes long. */
function settled(host: FeatureHost, user: UserId, waiting: Map<UserId, Set<() => void>>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const looks = waiting.get(user) ?? new Set<() => void>();
  const look = (): void => {
    if (!host.bridge.accountStates(user).some(({ state }) => state === 'connecting')) end();
  };
  const end = (): void => {
    stopTimer();
    looks.delete(look);
    if (looks.size === 0) waiting.delete(user);
    resolve();
  };
  const stopTimer = host.clock.after(SIGN_IN_WITHIN_MS, end);
  waiting.set(user, looks.add(look));
  look();
  return promise;
}

function statusText(host: FeatureHost, user: UserId): string {
  const { network } = host.gateway;
  const accounts = host.desk.accounts(user);
  const states = new Map(host.bridge.accountStates(user).map((state) => [state.account, state]));
  const lines = accounts.map(({ key, title }) => `${title}: ${stateText(states.get(key))}`);
  if (accounts.length === 0) lines.push(`You have no ${network.title} account here yet. “register” links one.`);
  const rooms = host.administration.rooms(user).length;
  if (rooms > 0) lines.push(`You are in ${rooms === 1 ? 'one room' : `${rooms} rooms`}.`);
  return lines.join('\n');
}

function stateText(known: AccountState | undefined): string {
  const { state, nick, error } = known ?? { state: 'offline' };
  switch (state) {
    case 'online':
      return nick === undefined ? 'signed in.' : `signed in as ${nick}.`;
    case 'connecting':
      return 'signing in…';
    case 'waiting':
      return `not connected, trying again soon. ${error?.message ?? ''}`.trim();
    case 'failed':
      return `could not sign in. ${error?.message ?? ''}`.trim();
    case 'offline':
      return 'not signed in.';
    default:
      return state satisfies never;
  }
}
