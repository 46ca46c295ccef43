// What the fake Twilio has been told to do wrong: how often, for how long, with whose messages.

import { type JsonObject, numberField, optionalText, textField } from './json-lines.ts';

const API = ['refuse', 'hang-before', 'hang-after', 'cut-before', 'cut-after', 'slow'] as const;
const WEBHOOK = ['double', 'reorder', 'drop', 'late'] as const;
export type ApiFault = (typeof API)[number];
export type WebhookFault = (typeof WEBHOOK)[number];

export interface Fault {
  readonly name: ApiFault | WebhookFault;
  /** `create`, `list`, `fetch`, `numbers` or `any` for the API; `text`, `status` or `any` for webhooks. */
  readonly on: string;
  readonly phone: string | undefined;
  readonly share: number;
  readonly until: number;
  readonly ms: number;
  readonly code: number;
  readonly status: number;
  /** Not Twilio's error object but what a proxy before it would say. */
  readonly isPlain: boolean;
  left: number;
}

export class Faults {
  #active: Fault[] = [];

  /**
   * `fault`, and where wanted `on`, `phone`, `times` (1, or without end where `forMs` is given), `forMs`, `share` (0 to 1), `ms`, `code`,
   * `status`, `plain`.
   * @throws Error for an unknown one.
   */
  set(order: JsonObject): void {
    const wanted = textField(order, 'fault');
    const name = [...API, ...WEBHOOK].find((one) => one === wanted);
    if (name === undefined) throw new Error(`there is no fault "${wanted}"`);
    const forMs = numberField(order, 'forMs', 0);
    const isApi = API.some((one) => one === name);
    this.#active.push({
      name,
      on: optionalText(order, 'on') ?? (isApi ? 'create' : 'any'),
      phone: optionalText(order, 'phone'),
      share: numberField(order, 'share', 1),
      until: forMs > 0 ? performance.now() + forMs : Number.POSITIVE_INFINITY,
      left: numberField(order, 'times', forMs > 0 ? Number.POSITIVE_INFINITY : 1),
      ms: numberField(order, 'ms', 0),
      code: numberField(order, 'code', 20500),
      status: numberField(order, 'status', 400),
      isPlain: order['plain'] === true,
    });
  }

  clear(): void {
    this.#active = [];
  }

  /** What goes wrong with this request; taking it counts. */
  ofApi(on: string, phone: string | undefined): Fault | undefined {
    return this.#take(API, on, phone);
  }

  ofWebhook(on: 'text' | 'status', phone: string): Fault | undefined {
    return this.#take(WEBHOOK, on, phone);
  }

  #take(names: readonly string[], on: string, phone: string | undefined): Fault | undefined {
    const now = performance.now();
    this.#active = this.#active.filter(({ until, left }) => now < until && left > 0);
    const found = this.#active.find(
      (fault) =>
        names.includes(fault.name) &&
        (fault.on === 'any' || fault.on === on) &&
        (fault.phone === undefined || fault.phone === phone) &&
        Math.random() < fault.share,
    );
    if (found !== undefined) found.left -= 1;
    return found;
  }
}
