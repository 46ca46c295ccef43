// What is told to a client in a room when something of the room had to go while the server was away (MUC-51).

import { expect, test } from 'vitest';
import { messageId } from '../../src/model/ids.ts';
import { BridgeStage, HOME, ROOM } from '../support/bridge-stage.ts';
import { personCalled } from '../support/scripted-network.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const DOMAIN = 'irc.example.org';
const ADDRESS = `#verona@${DOMAIN}`;

test('a client is told once that it is out, however much of it went while it is told something, and anew after another absence', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const told: string[] = [];
  const write = (xml: string, to: string): void =>
    void told.push(`${to}: ${[...xml.matchAll(/status code='(\d+)'/g)].map(([, code]) => code).join(' ')}`);
  const side = xmppSideOf(stage, { domain: DOMAIN, write });
  const { presenter } = stage;
  // Full at the moment, so each stanza that comes pushes others out.
  presenter.present = ({ event }) => {
    if (event.kind === 'said') for (let gone = 0; gone < 3; gone++) side.onLost(HOME, ADDRESS);
  };
  const speak = (id: string): void => {
    const message = {
      id: messageId(id),
      from: personCalled('tybalt'),
      own: false,
      body: { kind: 'text', text: id },
    } as const;
    session.emit({ kind: 'said', conversation: ROOM, message });
  };
  side.onDown();

  speak('m1');
  expect(told.splice(0)).toEqual([`${HOME}: 110 333`]);
  side.onLost(HOME, ADDRESS);
  side.onUp();
  expect(told.splice(0)).toEqual([]);
  stage.join(HOME);
  await session.open(ROOM, 'tybalt');
  side.onDown();
  speak('m2');
  expect(told).toEqual([`${HOME}: 110 333`]);
});
