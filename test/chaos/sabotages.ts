// Gateways with one part of the delivery promise taken out: each is a change of the product's own sources, made while they are loaded
// (sabotage-hook.ts), so that the product itself has no switch for it. The fault machine must find each of them.

import type { FaultName } from './schedule.ts';

export interface Patch {
  /** From the root of the project. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Sabotage {
  readonly what: string;
  readonly patches: readonly Patch[];
  /** Faults in which its part is needed. */
  readonly faults: readonly FaultName[];
  /** What it is found as: a line of the verdict. */
  readonly foundAs: RegExp;
}

export const SABOTAGES = {
  'no-checkpoint': {
    what: 'what was written to the XMPP server counts as read by it',
    patches: [
      {
        file: 'src/xmpp/spool.ts',
        find: "if (kind === 'state' || (this.#online && !written)) {",
        replace: "if (kind === 'state' || this.#online) {",
      },
    ],
    faults: ['link-half-open', 'link-cut', 'xmpp-kill'],
    foundAs: / lost$/,
  },
  'no-outbox': {
    what: 'accepted commands are in memory only',
    patches: [
      {
        file: 'src/bridge/keeping.ts',
        find: 'this.outbox = new Outbox({ ...shared, clock: this.clock,',
        replace: 'this.outbox = new Outbox({ ...shared, clock: this.clock, store: openMemory(),',
      },
      {
        file: 'src/bridge/keeping.ts',
        find: "import { Outbox } from './outbox.ts';",
        replace: "import { Outbox } from './outbox.ts';\nimport { openMemory } from '../store/memory.ts';",
      },
    ],
    faults: ['echo-delay', 'echo-kill', 'gateway-kill'],
    foundAs: /^echo out: \d+ lost$/,
  },
  'no-seen-index': {
    what: 'an event that comes twice is kept twice',
    patches: [
      {
        file: 'src/bridge/inbox.ts',
        find: 'const name = nameOf(account, id);\n    return [',
        replace: 'const name = nameOf(account, id) + Math.random();\n    return [',
      },
    ],
    faults: ['echo-duplicate'],
    foundAs: /^echo in: \d+ doubled$/,
  },
  'no-restore': {
    what: 'who was in which room is forgotten at the end of the process',
    patches: [
      {
        file: 'src/bridge/returning.ts',
        find: '(await this.#book?.list()) ?? []',
        replace: '((await this.#book?.list()) ?? []).slice(0, 0)',
      },
    ],
    faults: ['gateway-kill'],
    foundAs: /^not back: /,
  },
  'early-reply': {
    what: 'an event is acknowledged to the network before it is in the inbox',
    patches: [
      {
        file: 'src/gateway-host.ts',
        find: '    state,\n    keep,\n',
        replace:
          '    state,\n    keep: (...given) => {\n      keep(...given).catch(() => undefined);\n      return Promise.resolve();\n    },\n',
      },
    ],
    faults: ['store-full', 'gateway-kill'],
    foundAs: /^echo in: \d+ lost$/,
  },
} as const satisfies Readonly<Record<string, Sabotage>>;

export type SabotageName = keyof typeof SABOTAGES;
export const SABOTAGE_NAMES = Object.keys(SABOTAGES) as readonly SabotageName[];
export const sabotageOf = (name: SabotageName): Sabotage => SABOTAGES[name];

/** The changed source. @throws Error where the source is no longer what the patch was made for. */
export function patched(source: string, { file, find, replace }: Patch): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places that say: ${find}`);
  return parts.join(replace);
}
