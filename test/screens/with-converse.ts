// The forms in Converse.js, one picture each.

import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, openConverse } from '../live/converse.ts';
import {
  ADMINISTRATION,
  type Answers,
  COMMANDS,
  CONTACT,
  ECHO,
  FIRST,
  type FormShot,
  GERMAN,
  IRC,
  LANGUAGES,
  ON_IRC,
  REGISTRATIONS,
  ROOM,
  SESSIONS,
  STEPS,
  type Way,
} from './forms.ts';
import { PASSWORD, PEOPLE, type Stage } from './stage.ts';

const JULIET = PEOPLE[1];
const COMMANDS_OF = 'converse-adhoc-commands';
const FORM = `${COMMANDS_OF} li form`;
const DONE = `${COMMANDS_OF} > .alert`;
/** Without the list of commands, which would fill the picture. */
const ENDED = `${COMMANDS_OF}:has(> .alert) > form > fieldset:not(:last-of-type), ${COMMANDS_OF}:has(> .alert) li:not(:has(form)) { display: none !important; }`;
const FORGETS = `for (const one of document.querySelectorAll('${COMMANDS_OF}'))
  Object.assign(one, { alert: '', note: '', showform: '', view: 'choose-service', commands: [] });`;
const REGISTER = 'jabber:iq:register';

/** Called with each picture as it is taken. */
type Keep = (name: string, picture: Buffer) => Promise<void>;
type Shoot = (name: string, what: Locator) => Promise<void>;

export async function shootConverse(stage: Stage, keep: Keep): Promise<void> {
  const browser = await launchBrowser();
  const shoot: Shoot = async (name, what) => keep(name, await what.screenshot({ animations: 'disabled' }));
  try {
    await inPage(browser, stage, {}, (page) => registering(page, shoot));
    await stage.befriends(JULIET);
    await inPage(browser, stage, { room: true }, async (page) => {
      await withAccount(page, shoot);
      await shootRoom(page, stage, shoot);
      for (const shot of SESSIONS) await shootCommand(page, shoot, shot);
    });
    await inPage(browser, stage, {}, setsGerman);
    await inPage(browser, stage, { language: 'de' }, async (page) => {
      for (const shot of GERMAN) await shootCommand(page, shoot, shot);
    });
  } finally {
    await browser.close();
  }
}

interface View {
  readonly room?: true;
  readonly language?: string;
}

async function inPage(
  browser: Browser,
  { xmpp }: Stage,
  { room, language }: View,
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const web = await openConverse(browser, {
    websocketUrl: xmpp.websocketUrl ?? '',
    jid: `${JULIET}@localhost`,
    password: PASSWORD,
    ...(room && { room: { jid: ROOM, nick: JULIET } }),
    ...(language !== undefined && { language }),
  });
  try {
    await web.page.setViewportSize({ width: 1100, height: 2100 });
    // Invitations and contacts that it is offered.
    const asks = web.page.locator('converse-confirm-modal .modal-content');
    await web.page.addLocatorHandler(asks, (modal) => modal.locator('[data-bs-dismiss=modal]').last().click());
    await web.page.waitForSelector(room ? 'textarea.chat-textarea:not([disabled])' : '.xmpp-status');
    await web.page.addStyleTag({ content: ENDED });
    await act(web.page);
  } finally {
    await web.stop();
  }
}

async function registering(page: Page, shoot: Shoot): Promise<void> {
  for (const shot of [...REGISTRATIONS, ...STEPS]) await shootCommand(page, shoot, shot);
  for (const [gateway, answers] of [
    [ECHO, [JULIET, 'anything']],
    [IRC, ['libera', JULIET]],
    [IRC, ['oftc', JULIET]],
  ] as const)
    await runs(page, { gateway, node: REGISTER, before: [answers] });
}

async function withAccount(page: Page, shoot: Shoot): Promise<void> {
  for (const [name, jid] of [
    ['commands', ECHO],
    ['commands-contact', CONTACT],
    ['commands-room', ROOM],
  ] as const) {
    await lists(page, jid);
    await shoot(name, page.locator(`${COMMANDS_OF} ul.list-group`));
  }
  for (const shot of [...COMMANDS, ...ON_IRC, ...ADMINISTRATION]) await shootCommand(page, shoot, shot);
  await page.locator('converse-user-settings-modal .modal-footer button').click();
}

async function shootRoom(page: Page, stage: Stage, shoot: Shoot): Promise<void> {
  await stage.crowns(JULIET);
  await page.locator('.configure-chatroom-button').waitFor({ state: 'attached' });
  await page.locator('converse-muc-heading .dropdown-toggle').click();
  await page.locator('.configure-chatroom-button').click();
  const room = page.locator('converse-muc-config-modal .modal-content');
  await room.locator('input[type=submit]').waitFor();
  await shoot('room', room);
  await room.locator('.modal-footer [data-bs-dismiss=modal]').click();
  await room.waitFor({ state: 'hidden' });
}

/** What her client says of its language is fixed; so she chooses one. */
async function setsGerman(page: Page): Promise<void> {
  for (const way of LANGUAGES) {
    const form = await runs(page, way);
    await form.locator('select:has(option[value=de])').selectOption('de');
    await form.locator('[data-action]').last().click();
    await form.waitFor({ state: 'hidden' });
  }
}

async function shootCommand(page: Page, shoot: Shoot, shot: FormShot): Promise<void> {
  await shoot(shot.name, await runs(page, shot));
}

/** The commands of an address, as its user sees them now. */
async function lists(page: Page, gateway: string): Promise<void> {
  const dialog = page.locator('converse-user-settings-modal');
  // Converse.js leaves the last command standing, and the list until there is another.
  await page.evaluate(FORGETS);
  if (!(await dialog.isVisible())) await page.click('.show-client-info');
  await dialog.locator('#commands-tab').click();
  await dialog.locator('input[name=jid]').fill(gateway);
  await dialog.locator('input[name=jid]').blur();
  await dialog.locator(`${COMMANDS_OF} form > fieldset input[type=submit]`).click();
  await dialog.locator(`[data-command-jid="${gateway}"]`).first().waitFor();
}

/** @returns the form or the result that it ends with. */
async function runs(page: Page, { gateway, node, before = [] }: Way): Promise<Locator> {
  await lists(page, gateway);
  await page.locator(`${COMMANDS_OF} [data-command-node="${node}"]`).click();
  const form = page.locator(FORM);
  await form.locator('[data-action], .alert').first().waitFor();
  for (const answers of before) {
    await fills(form, answers);
    await form.locator('[data-action]').last().click();
    // Another form says so above it, and an end above everything.
    await page.locator(`${FORM} .alert, ${DONE}`).first().waitFor();
  }
  return (await page.locator(DONE).isVisible()) ? page.locator(COMMANDS_OF) : form;
}

async function fills(form: Locator, answers: Answers): Promise<void> {
  const fields = form.locator('input:not([type=hidden], [type=button], [type=checkbox]), select, textarea');
  for (const [at, answer] of answers.entries()) {
    const field = fields.nth(at);
    if ((await field.locator('option').count()) > 0) await field.selectOption(answer === FIRST ? { index: 0 } : answer);
    else if (answer !== '') await field.fill(answer);
  }
}
