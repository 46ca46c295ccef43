// The Matrix adapter (client-server API): what a gateway with `network: matrix` loads.

import type { Adapter } from '../../src/model/network.ts';
import { MatrixNetwork } from './network.ts';
import { probesOf } from './probes.ts';
import { readSettings, SETTINGS } from './settings.ts';

export const adapter: Adapter = {
  settings: SETTINGS,
  create: (settings) => new MatrixNetwork(readSettings(settings)),
  probes: (settings) => probesOf(readSettings(settings)),
};
