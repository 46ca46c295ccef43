// The forms in Converse.js, one picture each.

import type { Locator, Page } from 'playwright-core';
import { launchBrowser, openConverse } from '../live/converse.ts';
import { ADMINISTRATION, COMMANDS, ECHO, type FormShot, IRC, REGISTRATIONS, WRONG } from './forms.ts';
import { PASSWORD, PEOPLE, ROOM, type Stage } from './stage.ts';

const JULIET = PEOPLE[1];
const COMMANDS_OF = 'converse-adhoc-commands';
const FORM = `${COMMANDS_OF} li form`;

type Keep = (name: string, picture: Buffer) => Promise<void>;

/** `keep` is called with each picture as it is taken. */
export async function shootConverse(stage: Stage, keep: Keep): Promise<void> {
  const browser = await launchBrowser();
  const shoot = async (name: string, what: Locator | undefined): Promise<void> => {
    if (what === undefined) throw new Error(`there is nothing to see of ${name}`);
    await keep(name, await what.screenshot({ animations: 'disabled' }));
  };
  const inPage = async (room: boolean, act: (page: Page, shot: typeof shoot) => Promise<void>): Promise<void> => {
    const web = await openConverse(browser, {
      websocketUrl: stage.xmpp.websocketUrl ?? '',
      jid: `${JULIET}@localhost`,
      password: PASSWORD,
      ...(room && { room: { jid: ROOM, nick: JULIET } }),
    });
    await web.page.setViewportSize({ width: 1100, height: 2100 });
    await web.page.waitForSelector(room ? 'textarea.chat-textarea:not([disabled])' : '.xmpp-status');
    await act(web.page, shoot).finally(() => void web.stop());
  };
  try {
    await inPage(false, registering);
    await inPage(true, async (page, shot) => {
      await withAccount(page, shot);
      await stage.crowns(JULIET);
      await page.locator('.configure-chatroom-button').waitFor({ state: 'attached' });
      await page.locator('converse-muc-heading .dropdown-toggle').click();
      await page.locator('.configure-chatroom-button').click();
      const room = page.locator('converse-muc-config-modal .modal-content');
      await room.locator('input[type=submit]').waitFor();
      await shot('room', room);
    });
  } finally {
    await browser.close();
  }
}

type Shoot = (name: string, what: Locator | undefined) => Promise<void>;

async function registering(page: Page, shoot: Shoot): Promise<void> {
  for (const shot of [...REGISTRATIONS, WRONG]) await shoot(shot.name, await runs(page, shot));
  await runs(page, { ...WRONG, before: [{ Name: JULIET, Password: 'anything' }] });
  await runs(page, { ...WRONG, gateway: IRC, before: [{ Nick: JULIET }] });
}

async function withAccount(page: Page, shoot: Shoot): Promise<void> {
  await lists(page, ECHO);
  await shoot('commands', page.locator(`${COMMANDS_OF} ul.list-group`));
  for (const shot of [...COMMANDS, ...ADMINISTRATION]) await shoot(shot.name, await runs(page, shot));
  await page.locator('converse-user-settings-modal .modal-footer button').click();
}

/** The commands of a gateway, as its user sees them now. */
async function lists(page: Page, gateway: string): Promise<void> {
  const dialog = page.locator('converse-user-settings-modal');
  if (!(await dialog.isVisible())) await page.click('.show-client-info');
  await dialog.locator('#commands-tab').click();
  // A command that is open still is closed by a second click.
  const open = page.locator(FORM);
  if (await open.isVisible()) {
    const cancel = open.locator('.button-cancel');
    if (await cancel.isVisible()) await cancel.click();
    else await page.locator(`${COMMANDS_OF} li:has(form) [data-command-node]`).click();
    await open.waitFor({ state: 'hidden' });
  }
  await dialog.locator('input[name=jid]').fill(gateway);
  await dialog.locator('input[name=jid]').blur();
  await dialog.locator(`${COMMANDS_OF} form > fieldset input[type=submit]`).click();
  await dialog.locator(`[data-command-jid="${gateway}"]`).first().waitFor();
}

/** @returns the form or the result that it ends with; undefined where it left nothing open. */
async function runs(page: Page, { gateway, node, before = [] }: FormShot): Promise<Locator | undefined> {
  await lists(page, gateway);
  await page.locator(`${COMMANDS_OF} [data-command-node="${node}"]`).click();
  const form = page.locator(FORM);
  await form.locator('[data-action], .alert').first().waitFor();
  for (const answers of before) {
    for (const [label, answer] of Object.entries(answers))
      await form
        .getByLabel(new RegExp(`^${label}\\b`))
        .first()
        .fill(answer);
    await form.locator('[data-action]').last().click();
    // Another form says so above, or there is none.
    await page.waitForFunction(
      `(document.querySelector('${FORM}') ?? { querySelector: () => true }).querySelector('.alert')`,
    );
  }
  return (await form.isVisible()) ? form : undefined;
}
