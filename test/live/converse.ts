// Converse.js in a headless browser.

import { type Browser, chromium, type Page, type Request } from 'playwright-core';
import { serveWebPage } from '../demo/web-page.ts';
import { freePort } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Limit of every wait in the page: a browser is slow where much else is going on. */
const PATIENCE_MS = 120_000;

export interface ConversePlan {
  readonly websocketUrl: string;
  readonly jid: string;
  readonly password: string;
  readonly room?: { readonly jid: string; readonly nick: string };
  /** Of the page itself. Default: English. */
  readonly language?: string;
}

export interface Converse {
  readonly page: Page;
  /** Whatever it asked of other machines. */
  readonly foreign: readonly string[];
  stop(): Promise<void>;
}

export async function launchBrowser(): Promise<Browser> {
  await ensurePrograms(['chromium']);
  return chromium.launch({ executablePath: programPath('chromium'), args: CHROMIUM_ARGS });
}

/** Resolves when the page is there. `browser` stays open. */
export async function openConverse(browser: Browser, plan: ConversePlan): Promise<Converse> {
  const served = await serveWebPage({ port: await freePort(), ...plan });
  const page = await browser.newPage({ viewport: { width: 1100, height: 700 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const foreign: string[] = [];
  // What the page's policy stops has not left the browser.
  const note = (request: Request): void => {
    const isStopped = request.failure()?.errorText === 'csp';
    if (!isStopped && !['127.0.0.1', ''].includes(new URL(request.url()).hostname)) foreign.push(request.url());
  };
  page.on('requestfinished', note).on('requestfailed', note);
  await page.goto(served.url);
  return {
    page,
    foreign,
    async stop() {
      await page.close();
      await served.close();
    },
  };
}
