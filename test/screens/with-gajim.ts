// The forms in Gajim, one picture each.

import {
  ADMINISTRATION,
  type Answers,
  COMMANDS,
  CONTACT,
  ECHO,
  type FormShot,
  LANGUAGES,
  GERMAN,
  GONE,
  IRC,
  ON_IRC,
  REGISTRATIONS,
  ROOM,
  SESSIONS,
  STEPS,
  type Way,
} from './forms.ts';
import { Gajim } from './gajim.ts';
import { PASSWORD, PEOPLE, type Stage } from './stage.ts';

const [ROMEO] = PEOPLE;
const WRONG: Answers = ['capulet', 'wrong'];

/** Called with each picture as it is taken. */
type Keep = (name: string, file: string) => Promise<void>;
type Shoot = (name: string, size?: Readonly<Record<string, number>>) => Promise<void>;

export async function shootGajim(stage: Stage, keep: Keep): Promise<void> {
  await withGajim(stage, 'en', keep, async (gajim, shoot) => {
    await gajim.does('services', { jid: 'localhost', rows: 6, select: IRC });
    await shoot('services', { width: 560, height: 520 });
    await registering(gajim, shoot);
    await stage.befriends(ROMEO);
    await lists(gajim, shoot);
    for (const shot of [...COMMANDS, ...ON_IRC, ...ADMINISTRATION]) await shootCommand(gajim, shoot, shot);
    await searching(gajim, shoot);
    await stage.crowns(ROMEO);
    await gajim.does('configure', { jid: ROOM });
    await shoot('room', { width: 760 });
    for (const shot of SESSIONS) await shootCommand(gajim, shoot, shot);
    for (const shot of LANGUAGES) await setsGerman(gajim, shot);
  });
  await withGajim(stage, 'de', keep, async (gajim, shoot) => {
    for (const shot of GERMAN) await shootCommand(gajim, shoot, shot);
  });
}

async function withGajim(
  { xmpp }: Stage,
  language: 'en' | 'de',
  keep: Keep,
  act: (gajim: Gajim, shoot: Shoot) => Promise<void>,
): Promise<void> {
  const gajim = await Gajim.start({ jid: `${ROMEO}@localhost`, password: PASSWORD, c2sPort: xmpp.c2sPort, language });
  try {
    await act(gajim, async (name, size = {}) => {
      const file = `${gajim.folder.path}/settings/${name}.png`;
      await gajim.does('fit', size);
      await gajim.does('settle');
      await gajim.does('shoot', { file });
      await keep(name, file);
      await gajim.does('close');
    });
  } finally {
    await gajim.stop();
  }
}

async function registering(gajim: Gajim, shoot: Shoot): Promise<void> {
  for (const { name, gateway } of REGISTRATIONS) {
    await asksToRegister(gajim, gateway);
    await shoot(name);
  }
  await registers(gajim, ECHO, WRONG, 'error');
  await shoot('register-refused', { height: 300 });
  await asksToRegister(gajim, GONE, 'error');
  await shoot('register-gone', { height: 300 });
  for (const shot of STEPS) await shootCommand(gajim, shoot, shot);
  for (const [gateway, answers] of [
    [ECHO, [ROMEO, 'anything']],
    [IRC, ['libera', ROMEO]],
    [IRC, ['oftc', ROMEO]],
  ] as const) {
    await registers(gajim, gateway, answers, 'success');
    await gajim.does('close');
  }
}

/** The commands at each kind of address. */
async function lists(gajim: Gajim, shoot: Shoot): Promise<void> {
  await gajim.does('join', { jid: ROOM });
  for (const [name, jid, height] of [
    ['commands', ECHO, 1_080],
    ['commands-contact', CONTACT, 420],
    ['commands-room', ROOM, 420],
  ] as const) {
    await gajim.does('open_window', { window: 'AdHocCommands', with: { jid } });
    await gajim.does('page', { names: ['commands'] });
    await shoot(name, { height });
  }
}

async function searching(gajim: Gajim, shoot: Shoot): Promise<void> {
  await gajim.does('search', { jid: ECHO });
  await gajim.does('page', { names: ['form'] });
  await shoot('search');
  await gajim.does('search', { jid: ECHO });
  await gajim.does('page', { names: ['form'] });
  await gajim.does('fill', { answers: ['b'] });
  await gajim.does('press', { button: 'search' });
  await gajim.does('page', { names: ['result'] });
  await shoot('search-done', { height: 300 });
}

async function asksToRegister(gajim: Gajim, gateway: string, page = 'form'): Promise<void> {
  await gajim.does('open_window', { window: 'ServiceRegistration', with: { address: gateway } });
  await gajim.does('page', { names: [page] });
}

async function registers(gajim: Gajim, gateway: string, answers: Answers, ending: string): Promise<void> {
  await asksToRegister(gajim, gateway);
  await gajim.does('fill', { answers });
  await gajim.does('press', { button: 'register' });
  await gajim.does('page', { names: [ending] });
}

/** Gajim says that everybody reads English; so she chooses. */
async function setsGerman(gajim: Gajim, shot: Way): Promise<void> {
  await runs(gajim, shot);
  await gajim.does('pick', { value: 'de' });
  await gajim.does('submit');
  await gajim.does('page', { names: ['completed'] });
  await gajim.does('close');
}

async function shootCommand(gajim: Gajim, shoot: Shoot, shot: FormShot): Promise<void> {
  await shoot(shot.name, (await runs(gajim, shot)) === 'stage' ? {} : { height: 420 });
}

/** @returns the page that it ends with. */
async function runs(gajim: Gajim, { gateway, node, before = [] }: Way): Promise<unknown> {
  await gajim.does('open_window', { window: 'AdHocCommands', with: { jid: gateway } });
  await gajim.does('page', { names: ['commands'] });
  await gajim.does('choose', { node });
  let page = await gajim.does('page', { names: ['stage', 'completed', 'error'] });
  for (const answers of before) {
    await gajim.does('fill', { answers });
    await gajim.does('submit');
    page = await gajim.does('page', { names: ['stage', 'completed', 'error'] });
  }
  return page;
}
