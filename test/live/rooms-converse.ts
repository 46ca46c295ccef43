// Converse.js in rooms: its list of them at the left, its dialogs to come in, who is there at the right.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openConverse } from './converse.ts';
import type { RoomClient, RoomLogin, RoomView } from './rooms.ts';

const DEADLINE_MS = 40_000;
const ONLINE = '.xmpp-status [data-value="online"]';

/** Resolves when it is signed in, in a page with a storage of its own. */
export async function startConverseRooms({ name, password, websocketUrl, browser }: RoomLogin): Promise<RoomClient> {
  const web = await openConverse(browser, { websocketUrl, jid: `${name}@localhost`, password });
  const { page } = web;
  page.setDefaultTimeout(DEADLINE_MS);
  await page.waitForSelector(ONLINE);
  const item = (room: string) => page.locator(`converse-rooms-list [data-room-jid="${room}"].list-item`);
  const confirms = async (): Promise<void> => {
    // Those of before stay, unseen.
    const yes = page.locator('converse-confirm-modal button[type=submit]:visible');
    await yes.click();
    await yes.waitFor({ state: 'detached' });
  };
  const closes = async (room: string): Promise<void> => {
    await item(room).locator('.close-room').click();
    await confirms();
    await item(room).waitFor({ state: 'detached' });
  };
  const choosesNick = async (room: string, nick: string): Promise<void> => {
    const form = page.locator(`converse-muc-nickname-form[jid="${room}"]`);
    await form.locator('input[name=nick]').fill(nick);
    await form.locator('input[type=submit]').click();
  };
  const comesTo = async (room: string): Promise<void> => {
    if ((await item(room).count()) > 0 && (await item(room).and(page.locator('.open')).count()) === 0)
      await item(room).locator('.open-room').click();
  };
  const types = async (room: string, line: string): Promise<void> => {
    await comesTo(room);
    const input = page.locator(`converse-muc[jid="${room}"] textarea.chat-textarea`);
    await input.fill(line);
    await input.press('Enter');
  };
  const enters: RoomClient['enters'] = async (room, nick) => {
    if ((await page.locator(`converse-muc-nickname-form[jid="${room}"]`).count()) > 0) {
      await choosesNick(room, nick);
      return;
    }
    if ((await item(room).count()) > 0) await closes(room);
    await page.click('converse-rooms-list converse-dropdown .dropdown-toggle');
    await page.click('.show-add-muc-modal');
    const dialog = page.locator('converse-add-muc-modal');
    await dialog.locator('input[name=chatroom]').fill(room);
    await dialog.locator('input[name=nickname]').fill(nick);
    await dialog.locator('input[type=submit]').click();
    await dialog.waitFor({ state: 'hidden' });
  };
  return {
    enters,
    leaves: closes,
    says: types,
    renames: (room, nick) => types(room, `/nick ${nick}`),
    async accepts(room, nick) {
      const dialogs = page.locator('converse-confirm-modal.show');
      expect(await dialogs.count()).toBe(1);
      await dialogs.locator('button[type=submit]').click();
      await dialogs.waitFor({ state: 'detached' });
      await choosesNick(room, nick);
    },
    async readsBack(room) {
      await comesTo(room);
      // In place of what it has not fetched; fetched as soon as it is seen.
      const gap = page.locator(`converse-muc[jid="${room}"] converse-mam-placeholder`).first();
      if ((await gap.count()) > 0) await gap.evaluate((element) => element.scrollIntoView());
    },
    async losesItsLine() {
      await page.waitForSelector(ONLINE, { state: 'detached' });
    },
    async view(room) {
      await comesTo(room);
      return viewOf(page, room);
    },
    words: {
      'nick taken': /reserved or currently in use/,
      kicked: /You have been kicked/,
      banned: /You have been banned/,
      'let in no more': /You have been banned/,
      invited: /has invited you/,
    },
    transcript: () => page.locator('body').innerText(),
    stop: () => web.stop(),
  };
}

async function viewOf(page: Page, room: string): Promise<RoomView> {
  const box = page.locator(`converse-muc[jid="${room}"]`);
  const texts = async (selector: string, within: Page | typeof box = box): Promise<string[]> =>
    (await within.locator(selector).allTextContents()).map((text) => text.trim());
  const messages = await box
    .locator('.chat-msg')
    .evaluateAll((all) =>
      all.map((one) =>
        ['.chat-msg__author', '.chat-msg__text'].map((part) => one.querySelector(part)?.textContent?.trim() ?? ''),
      ),
    );
  // Who says several things in a row is named once.
  let last = '';
  const said = messages.map(([author = '', text = '']) => {
    if (author !== '') last = author;
    return `${last}: ${text}`;
  });
  return {
    people: await texts('.occupant-nick'),
    said,
    notes: [
      ...(await texts('.chat-info__message, .disconnect-msg, .validation-message, .chat-error')),
      ...(await texts('converse-confirm-modal .modal-body', page)),
    ],
  };
}
