// The IRC adapter (RFC 1459, RFC 2812, IRCv3): what a gateway with `network: irc` loads.

import type { Adapter } from '../../src/model/network.ts';
import { IrcNetwork } from './network.ts';
import { probesOf } from './probes.ts';
import { readSettings, SETTINGS } from './settings.ts';

export const adapter: Adapter = {
  settings: SETTINGS,
  create: (settings) => new IrcNetwork(readSettings(settings)),
  probes: (settings) => probesOf(readSettings(settings)),
};
