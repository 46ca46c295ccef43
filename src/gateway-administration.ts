// What operators may do with users (the model's `Administration`): the bridge ends what goes on, the store forgets what is kept.

import type { GatewayBridge } from './bridge/bridge.ts';
import type { Administration } from './model/administration.ts';
import { BridgeError } from './model/errors.ts';
import type { UserId } from './model/ids.ts';
import type { DeadLetterDesk } from './model/ports.ts';
import { type Text, words } from './model/words.ts';
import type { Records } from './store/records.ts';

/** Why a blocked user is not served; undefined for everybody else. */
export function refusalOf({ blocks }: Pick<Records, 'blocks'>, user: UserId): BridgeError | undefined {
  return blocks.has(user)
    ? new BridgeError('forbidden', words`The operator of this gateway has blocked you.`)
    : undefined;
}

export interface AdministrationParts {
  readonly bridge: GatewayBridge;
  readonly records: Pick<Records, 'blocks' | 'deleteAllOf'>;
  /** Of a durable network. */
  readonly deadLetters: DeadLetterDesk | undefined;
}

export function administrationOf({ bridge, records, deadLetters }: AdministrationParts): Administration {
  const { blocks } = records;
  const endSessions = (user: UserId, text: Text): Promise<void> =>
    bridge.endSessions(user, new BridgeError('forbidden', text));
  return {
    registered: () => [...bridge.users()].toSorted(),
    online: () => bridge.online().toSorted(),
    blocked: () => blocks.list(),
    isBlocked: (user) => blocks.has(user),
    async setBlocked(user, blocked) {
      await blocks.set(user, blocked);
      if (blocked) await endSessions(user, words`The operator of this gateway has blocked you.`);
      // Sessions that stay begin again.
      else for (const { key } of bridge.desk.accounts(user)) bridge.accountSaved(user, key, 'none');
    },
    endSessions,
    rooms: (user) => bridge.rooms(user),
    async deleteAll(user) {
      if (bridge.desk.accounts(user).length > 0) {
        const end = await bridge.desk.remove(user);
        await end();
      }
      await endSessions(user, words`All that was kept of you here is deleted.`);
      await bridge.archive.forget(user);
      await records.deleteAllOf(user);
      for (const letter of (await deadLetters?.list()) ?? [])
        if (letter.user === user) await deadLetters?.drop(letter.id);
    },
  };
}
