// What the operator's monitoring asks: alive (`/healthz`), and able to serve (`/readyz`).

import type { HttpResponse } from '../model/network.ts';
import type { HttpListener } from './listener.ts';

/** Why a link is not online, in the words that `check` and the log use too. */
export type LinkProblem = 'wrong-secret' | 'unknown-domain' | 'conflict' | 'unreachable' | 'refused';

export interface LinkReadiness {
  readonly state: 'online' | 'connecting' | 'offline';
  readonly problem?: LinkProblem;
  /** A sentence for the operator. */
  readonly text?: string;
}
export interface Readiness {
  readonly store: { readonly state: 'ok' | 'failing'; readonly text?: string };
  /** By component domain. */
  readonly gateways: Readonly<Record<string, LinkReadiness>>;
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
