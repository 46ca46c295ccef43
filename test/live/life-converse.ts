// The life of an account in Converse.js: its dialogs for commands and contacts, its list of contacts.

import type { Page } from 'playwright-core';
import { launchBrowser, openConverse } from './converse.ts';
import type { LifeClient, Login } from './life.ts';

const ONLINE = '.xmpp-status [data-value="online"]';
const FORM = 'converse-adhoc-commands li form';

/** Resolves when it is signed in, in a browser of its own. */
export async function startConverseLife({ name, password, websocketUrl }: Login): Promise<LifeClient> {
  await using failed = new AsyncDisposableStack();
  const browser = await launchBrowser();
  failed.defer(() => browser.close());
  const web = await openConverse(browser, { websocketUrl, jid: `${name}@localhost`, password });
  failed.defer(() => web.stop());
  const { page } = web;
  await page.waitForSelector(ONLINE);
  const ends = failed.move();
  return {
    async signsUp(gateway, answers) {
      await performs(page, { command: 'jabber:iq:register', gateway, answers });
      const asking = page.locator('.requesting-xmpp-contact', { has: page.locator(`[data-jid="${gateway}"]`) });
      await asking.locator('.dropdown-toggle').click();
      await asking.locator('.accept-xmpp-request').click();
      await page.click('converse-accept-contact-request-modal button[type=submit]');
      await asking.waitFor({ state: 'detached' });
    },
    async adds({ jid, name: called }) {
      await page.click('.dropdown--contacts .dropdown-toggle');
      await page.click('.dropdown--contacts .add-contact');
      const dialog = page.locator('converse-add-contact-modal');
      await dialog.locator('input[name=jid]').fill(jid);
      await dialog.locator('input[name=name]').fill(called);
      await dialog.locator('button[type=submit]').click();
      await dialog.waitFor({ state: 'hidden' });
    },
    async shows({ jid }, show) {
      const row = page.locator('converse-roster li.list-item', { has: page.locator(`[data-jid="${jid}"]`) });
      if (show !== 'offline') await row.and(page.locator(`[data-status="${show}"]`)).waitFor();
      else await row.and(page.locator(':not([data-status="offline"])')).waitFor({ state: 'detached' });
    },
    async losesItsLine() {
      await page.waitForSelector(ONLINE, { state: 'detached' });
    },
    async comesBack() {
      await page.waitForSelector(ONLINE);
    },
    signsOff: (gateway) => performs(page, { command: 'unregister', gateway, answers: { Account: 'only' } }),
    transcript: () => page.locator('body').innerText(),
    stop: () => ends.disposeAsync(),
  };
}

interface Performance {
  readonly command: string;
  readonly gateway: string;
  readonly answers: Readonly<Record<string, string>>;
}

/** Fills in the form of a command in the dialog for it, and closes that when it has been performed. */
async function performs(page: Page, { command, gateway, answers }: Performance): Promise<void> {
  await page.click('.show-client-info');
  const dialog = page.locator('converse-user-settings-modal');
  await dialog.locator('#commands-tab').click();
  await dialog.locator('input[name=jid]').fill(gateway);
  await dialog.locator('converse-adhoc-commands input[type=submit]').click();
  await dialog.locator(`[data-command-node="${command}"]`).click();
  for (const [label, answer] of Object.entries(answers)) {
    const field = page
      .locator(FORM)
      .getByLabel(new RegExp(`^${label}\\b`))
      .first();
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(answer);
    else await field.fill(answer);
  }
  await page.locator(`${FORM} [data-action=complete]`).click();
  await dialog.locator('.alert', { hasText: 'Completed' }).waitFor();
  await dialog.locator('.modal-footer button').click();
  await dialog.waitFor({ state: 'hidden' });
}
