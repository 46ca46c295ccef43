// A planned stop while the server has more to read than it reads: all that waits goes out if it can, the goodbyes in any case (19.6).

import { expect, test, vi } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { BridgeStage, HOME, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { settled } from '../support/scripted-network.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const DOMAIN = 'irc.example.org';

/** Two refusals and the goodbye wait for one client, and the stop has begun. */
async function stopping() {
  const stage = new BridgeStage();
  await stage.joined(HOME);
  const link = { isBusy: true };
  const written: string[] = [];
  const write = (xml: string): void =>
    void written.push(
      / id='(\w+)'/.exec(xml)?.[1] ?? [...xml.matchAll(/status code='(\d+)'/g)].map(([, code]) => code).join(),
    );
  const side = xmppSideOf(stage, { domain: DOMAIN, write, isBusy: () => link.isBusy });
  const command = { kind: 'say', conversation: ROOM, body: { kind: 'text', text: 'hello' } } as const;
  for (const id of ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
    side.presenter.refuse(
      ROMEO,
      command,
      { resource: HOME, addressed: `#verona@${DOMAIN}`, id },
      new BridgeError('forbidden', 'No.'),
    );
  side.beginStop();
  stage.presenter.present = (delivery) => side.presenter.present(delivery);
  await stage.bridge.stop();
  expect(written.splice(0)).toEqual(['m1', 'm2', 'm3', 'm4']);
  const outcome = { isOver: false };
  void side.stop(1_000).then(() => (outcome.isOver = true));
  await settled();
  expect([written, outcome.isOver]).toEqual([[], false]);
  return { stage, link, written, side, outcome };
}

test('what waits goes out before the stop goes on, as soon as the server reads', async () => {
  const { stage, link, written, side, outcome } = await stopping();
  link.isBusy = false;
  side.onReady();
  await vi.waitFor(() => expect([written, outcome.isOver]).toEqual([['m5', 'm6', '110,332'], true]));
  expect(stage.log.lines).toEqual([]);
});

test('a server that does not read gets the goodbyes alone, and that is logged', async () => {
  const { stage, written, outcome } = await stopping();
  stage.clock.advance(1_000);
  await settled();
  expect([written, outcome.isOver]).toEqual([['110,332'], true]);
  expect(stage.log.lines).toMatchObject([{ level: 'warn', fields: { letGo: 2, withinMs: 1_000 } }]);
});
