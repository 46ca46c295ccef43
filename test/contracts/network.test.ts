// The contract of every network: what the bridge relies on, tried on each of them from both sides.

import { afterAll, beforeAll, describe, test } from 'vitest';
import { SYNAPSE } from '../support/programs-python.ts';
import { startInspircd, startNgircd } from '../support/servers.ts';
import { abilityContract } from './network-abilities.ts';
import { addressContract } from './network-addresses.ts';
import type { NetworkDriver } from './network-driver.ts';
import { echoDriver } from './network-echo.ts';
import { echoRemoteDriver } from './network-echo-remote.ts';
import { ircDriver } from './network-irc.ts';
import { matrixDriver } from './network-matrix.ts';
import { messageContract } from './network-messages.ts';
import { roomContract } from './network-rooms.ts';
import { Scenes } from './network-scenes.ts';
import { sessionContract } from './network-sessions.ts';
import { smsDriver } from './network-sms.ts';

const noSynapse = await SYNAPSE.whyMissing();
if (noSynapse !== undefined) test('matrix, with Synapse', ({ skip }) => skip(noSynapse));

const DRIVERS: readonly NetworkDriver[] = [
  echoDriver('echo, live'),
  echoDriver('echo, durable and plain', { delivery: 'durable', plain: true }),
  echoRemoteDriver('echo on a server of its own, durable', 'durable'),
  ircDriver(
    'irc, with ngIRCd',
    startNgircd,
    ['typed', 'reacted', 'retracted'],
    ['type', 'react', 'retract', 'moderate'],
  ),
  // It echoes what is said, so a refusal is never late.
  ircDriver('irc, with InspIRCd', startInspircd, ['failed', 'retracted'], ['retract', 'moderate']),
  ...(noSynapse === undefined ? [matrixDriver()] : []),
  smsDriver('sms, with a fake Twilio'),
];

// At once, because InspIRCd lets nobody in before its clock strikes the next second.
describe.each(DRIVERS)('$name', { concurrent: true }, (driver) => {
  const scenes = new Scenes(driver);
  beforeAll(() => scenes.start());
  afterAll(() => scenes.stop());

  describe('addresses', () => addressContract(driver, scenes));
  describe('sessions', () => sessionContract(scenes));
  if (scenes.hasRooms) describe('rooms', () => roomContract(scenes));
  describe('messages', () => messageContract(scenes));
  describe('what it says it can', () => abilityContract(driver, scenes));
});
