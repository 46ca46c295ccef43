// The contract of every network: what the bridge relies on, tried on each of them from both sides.

import { afterAll, beforeAll, describe } from 'vitest';
import { startInspircd, startNgircd } from '../support/servers.ts';
import { abilityContract } from './network-abilities.ts';
import { addressContract } from './network-addresses.ts';
import type { NetworkDriver } from './network-driver.ts';
import { echoDriver } from './network-echo.ts';
import { echoRemoteDriver } from './network-echo-remote.ts';
import { ircDriver } from './network-irc.ts';
import { messageContract } from './network-messages.ts';
import { roomContract } from './network-rooms.ts';
import { Scenes } from './network-scenes.ts';
import { sessionContract } from './network-sessions.ts';

const DRIVERS: readonly NetworkDriver[] = [
  echoDriver('echo, live'),
  echoDriver('echo, durable and plain', { delivery: 'durable', plain: true }),
  echoRemoteDriver('echo on a server of its own, durable', 'durable'),
  ircDriver('irc, with ngIRCd', startNgircd),
  // It echoes what is said, so a refusal is never late.
  ircDriver('irc, with InspIRCd', startInspircd, ['failed']),
];

// At once, because InspIRCd lets nobody in before its clock strikes the next second.
describe.each(DRIVERS)('$name', { concurrent: true }, (driver) => {
  const scenes = new Scenes(driver);
  beforeAll(() => scenes.start());
  afterAll(() => scenes.stop());

  describe('addresses', () => addressContract(driver, scenes));
  describe('sessions', () => sessionContract(scenes));
  describe('rooms', () => roomContract(scenes));
  describe('messages', () => messageContract(scenes));
  describe('what it says it can', () => abilityContract(driver, scenes));
});
