// What the operator's monitoring asks: alive (`/healthz`), and able to serve (`/readyz`).

import type { HttpResponse } from '../model/network.ts';
import type { HttpListener } from './listener.ts';

export interface LinkReadiness {
  readonly state: 'connecting' | 'online' | 'offline' | 'refused' | 'stopped';
  /** ISO 8601. */
  readonly since: string;
  /** Why it is not online, in the words of the log and of `check`: `bad-secret`, `unknown-domain`, `conflict`, ... */
  readonly problem?: string;
  /** The same as a sentence. */
  readonly text?: string;
}
export interface Readiness {
  readonly store: { readonly state: 'ok' | 'failing'; readonly text?: string };
  /** By component domain. */
  readonly gateways: Readonly<Record<string, LinkReadiness>>;
  /** Equal for processes that serve the same. */
  readonly settings?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export function isReady({ store, gateways }: Readiness): boolean {
  return store.state === 'ok' && Object.values(gateways).every((gateway) => gateway.state === 'online');
}

/** Puts both pages on the private listener. */
export function serveHealth(listener: HttpListener, readiness: () => Promise<Readiness>): void {
  listener.page('/healthz', () => Promise.resolve({ status: 200, body: 'ok\n' }));
  listener.page('/readyz', async () => readinessPage(await readiness()));
}

function readinessPage(readiness: Readiness): HttpResponse {
  const ready = isReady(readiness);
  return { status: ready ? 200 : 503, headers: JSON_TYPE, body: `${JSON.stringify({ ready, ...readiness })}\n` };
}
