// The XMPP side in front of a bridge of the tests, with no link behind it: what it would write is given to the test.

import { openMemory } from '../../src/store/memory.ts';
import { Addresses } from '../../src/xmpp/address.ts';
import { features } from '../../src/xmpp/features/index.ts';
import { type BridgeDoors, XmppSide, type XmppSideOptions } from '../../src/xmpp/xmpp-side.ts';
import { NOBODY_TO_ADMINISTER } from './administration.ts';
import type { BridgeStage } from './bridge-stage.ts';

export interface XmppStagePlan extends Partial<Pick<XmppSideOptions, 'forms' | 'admins'>> {
  readonly domain: string;
  readonly write: XmppSideOptions['link']['write'];
  /** Whether the server has enough to read; it never has unless this says so. */
  readonly isBusy?: () => boolean;
  /** What of the bridge is another than the stage's. */
  readonly doors?: Partial<BridgeDoors>;
}

/** All features, for everybody; nothing is kept, and no request is ever answered. */
export function xmppSideOf(stage: BridgeStage, { domain, write, isBusy, doors, ...more }: XmppStagePlan): XmppSide {
  const { bridge, network, clock, log } = stage;
  const side = new XmppSide({
    domain,
    network,
    version: '0',
    languages: { catalogues: new Map(), byDefault: 'en' },
    addresses: new Addresses(domain, openMemory().table('addresses'), log),
    subscriptions: { of: () => new Map(), users: () => [], set: () => undefined, removeAll: () => undefined },
    forms: { get: () => undefined, put: () => Promise.resolve(), delete: () => Promise.resolve() },
    allow: ['*'],
    admins: [],
    features: Object.values(features),
    link: {
      congested: false,
      get busy() {
        return isBusy?.() ?? false;
      },
      request: () => Promise.reject(new Error('nobody is asked anything')),
      write,
    },
    clock,
    log,
    ...more,
  });
  side.attach({
    bridge,
    desk: bridge.desk,
    administration: NOBODY_TO_ADMINISTER,
    messageIds: bridge.ids,
    ...doors,
  });
  return side;
}
