// The state of one's accounts, and signing them in and off, by commands.

import type { UserId } from '../../model/ids.ts';
import { joined, plural, type Text, words } from '../../model/words.ts';
import { LOGIN, SIGNED_OFF, stateLine, titledStates, unseenText } from '../account-words.ts';
import { askToSee, mayProbe } from '../contacts/probing.ts';
import type { CommandDefinition, Feature, FeatureHost, Inbound } from '../feature.ts';
import { REGISTER } from '../talk/talks.ts';

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
      talk: { words: [words`status`] },
      name: words`See the state of your account`,
      available: () => true,
      run: async ({ user }) => ({ note: statusText(host, user) }),
    },
    {
      node: 'login',
      talk: { words: [LOGIN] },
      name: words`Sign in now`,
      available: hasAccount,
      async run({ user }) {
        desk.connect(user);
        // She may have said no before: that keeps her signed in only while she is busy.
        if (!mayProbe(host, user)) askToSee(host, user);
        await signedIn(user);
        return { note: statusText(host, user) };
      },
    },
    {
      node: 'logout',
      talk: { words: [words`logout`] },
      name: words`Sign off until you come back`,
      available: hasAccount,
      async run({ user }) {
        await host.administration.endSessions(user, SIGNED_OFF);
        return {
          note: words`You are signed off, and out of all rooms. “${LOGIN}” signs you in again, and so does a message to anybody.`,
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

function statusText(host: FeatureHost, user: UserId): Text {
  const { network } = host.gateway;
  const keys = new Set(host.desk.accounts(user).map(({ key }) => key));
  const states = titledStates(host, user).filter(({ account }) => keys.has(account));
  const lines: Text[] = states.map(stateLine);
  if (keys.size === 0) lines.push(words`You have no ${network.title} account here yet. “${REGISTER}” links one.`);
  if (
    keys.size > 0 &&
    !mayProbe(host, user) &&
    host.bridge.accountStates(user).every(({ state }) => state === 'offline')
  )
    lines.push(unseenText(host.gateway.domain));
  const rooms = host.administration.rooms(user).length;
  if (rooms > 0) lines.push(plural(rooms, words`You are in one room.`, words`You are in ${rooms} rooms.`));
  return joined(lines, '\n');
}
