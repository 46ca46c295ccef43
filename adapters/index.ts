// The adapters that come with Viaduct, each loaded only when a gateway uses it.

import type { Adapter } from '../src/model/network.ts';

export const BUILT_IN: Readonly<Record<string, () => Promise<{ readonly adapter: Adapter }>>> = {
  echo: () => import('./echo/index.ts'),
  gone: () => import('./gone/index.ts'),
  irc: () => import('./irc/index.ts'),
  matrix: () => import('./matrix/index.ts'),
  sms: () => import('./sms/index.ts'),
};
