// A sign-up that ends while nobody waits for what comes next.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { accountKey, userId } from '../../src/model/ids.ts';
import type { AccountSummary } from '../../src/model/ports.ts';
import { SignUp, type SignUpEnd } from '../../src/xmpp/sign-up.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ACCOUNT: AccountSummary = { key: accountKey(''), title: 'romeo', settings: {} };

/** Something is to be done elsewhere, which `outcome` is the end of. */
async function shown(): Promise<{
  readonly outcome: PromiseWithResolvers<AccountSummary>;
  readonly signUp: SignUp;
  readonly ends: readonly SignUpEnd[];
  readonly settled: () => Promise<void>;
}> {
  const outcome = Promise.withResolvers<AccountSummary>();
  const ends: SignUpEnd[] = [];
  const signUp = new SignUp({
    desk: {
      signUp: (_user, _answers, signal, dialog) => {
        signal.addEventListener('abort', () => outcome.reject(new BridgeError('timeout', 'Given up.')));
        queueMicrotask(() => dialog?.show('Open a link.'));
        return outcome.promise;
      },
    },
    clock: new ManualClock(),
    user: userId('romeo@localhost'),
    endedUnheard: (end) => void ends.push(end),
    expired: () => undefined,
  });
  expect(await signUp.begin({})).toMatchObject({ kind: 'show' });
  const settled = (): Promise<void> => outcome.promise.then(() => undefined).catch(() => undefined);
  return { outcome, signUp, ends, settled };
}

test('what comes of it is told at once', async () => {
  for (const kind of ['done', 'failed'] as const) {
    const { outcome, ends, settled } = await shown();
    if (kind === 'done') outcome.resolve(ACCOUNT);
    else outcome.reject(new BridgeError('forbidden', 'The link was refused.'));
    await settled();
    await Promise.resolve();
    expect(ends.map((end) => end.kind)).toEqual([kind]);
  }
});

test('nothing is told of one that was given up, or that somebody waits for', async () => {
  const given = await shown();
  await given.signUp.giveUp();
  expect(given.ends).toEqual([]);
  const heard = await shown();
  const turn = heard.signUp.goOn({});
  heard.outcome.resolve(ACCOUNT);
  expect(await turn).toMatchObject({ kind: 'done' });
  expect(heard.ends).toEqual([]);
});
