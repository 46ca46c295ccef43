// What the echo server has been told to do wrong, and for how long.

import { type JsonObject, numberField, optionalText } from './json-lines.ts';

export interface Refusal {
  readonly code: string;
  readonly text: string;
  readonly retryAfterMs?: number;
}

export type FaultName = 'refuse' | 'delay' | 'duplicate' | 'mute';

interface Fault {
  readonly until: number;
  readonly ms: number;
  readonly share: number;
  readonly refusal: Refusal;
}

export class Faults {
  readonly #active = new Map<FaultName, Fault>();

  /** `forMs`, and for some `ms`, `share` (0 to 1), `code`, `text`, `retryAfterMs`. @throws Error for an unknown one. */
  set(order: JsonObject): void {
    const name = order['fault'];
    if (name !== 'refuse' && name !== 'delay' && name !== 'duplicate' && name !== 'mute') {
      throw new Error(`there is no fault "${String(name)}"`);
    }
    const retryAfterMs = numberField(order, 'retryAfterMs', 0);
    this.#active.set(name, {
      until: performance.now() + numberField(order, 'forMs', 0),
      ms: numberField(order, 'ms', 0),
      share: numberField(order, 'share', 1),
      refusal: {
        code: optionalText(order, 'code') ?? 'rate-limited',
        text: optionalText(order, 'text') ?? 'Not now.',
        ...(retryAfterMs > 0 && { retryAfterMs }),
      },
    });
  }

  /** Why no command is taken now. */
  get refusal(): Refusal | undefined {
    return this.#now('refuse')?.refusal;
  }
  /** How long commands lie before they are performed. */
  get delayMs(): number {
    return this.#now('delay')?.ms ?? 0;
  }
  /** Commands are performed, and not answered. */
  get isMute(): boolean {
    return this.#now('mute') !== undefined;
  }
  /** This delivery is to be made twice, the second time after so many milliseconds. */
  duplicateAfterMs(): number | undefined {
    const fault = this.#now('duplicate');
    return fault !== undefined && Math.random() < fault.share ? Math.random() * fault.ms : undefined;
  }

  #now(name: FaultName): Fault | undefined {
    const fault = this.#active.get(name);
    return fault !== undefined && performance.now() < fault.until ? fault : undefined;
  }
}
