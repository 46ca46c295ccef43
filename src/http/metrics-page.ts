// What the operator's monitoring collects (`/metrics`).

import type { HttpListener } from './listener.ts';

export interface MetricsPage {
  readonly contentType: string;
  page(): Promise<string>;
}

/** Puts the page on the private listener. */
export function serveMetrics(listener: HttpListener, metrics: MetricsPage): void {
  listener.page('/metrics', async () => ({
    status: 200,
    headers: { 'content-type': metrics.contentType },
    body: await metrics.page(),
  }));
}
