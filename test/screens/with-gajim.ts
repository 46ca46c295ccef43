// The forms in Gajim, one picture each.

import { ADMINISTRATION, type Answers, COMMANDS, ECHO, type FormShot, IRC, REGISTRATIONS, WRONG } from './forms.ts';
import { Gajim } from './gajim.ts';
import { PASSWORD, PEOPLE, ROOM, type Stage } from './stage.ts';

const [ROMEO] = PEOPLE;

/** `keep` is called with each picture as it is taken. */
export async function shootGajim(stage: Stage, keep: (name: string, file: string) => Promise<void>): Promise<void> {
  const gajim = await Gajim.start({ jid: `${ROMEO}@localhost`, password: PASSWORD, c2sPort: stage.xmpp.c2sPort });
  const shoot = async (name: string): Promise<void> => {
    const file = `${gajim.folder.path}/settings/${name}.png`;
    await gajim.does('settle');
    await gajim.does('shoot', { file });
    await keep(name, file);
  };
  try {
    await gajim.does('services', { jid: 'localhost', rows: 4, select: IRC });
    await gajim.does('fit', { width: 560, height: 480 });
    await shoot('services');
    await gajim.does('close');
    for (const { name, gateway } of REGISTRATIONS) {
      await asksToRegister(gajim, gateway);
      await gajim.does('fit');
      await shoot(name);
      await gajim.does('close');
    }
    await registers(gajim, ECHO, WRONG.before?.[0] ?? {}, 'error');
    await gajim.does('fit', { height: 300 });
    await shoot('register-refused');
    await gajim.does('close');
    await runs(gajim, WRONG);
    await gajim.does('fit');
    await shoot(WRONG.name);
    await gajim.does('close');
    await registers(gajim, ECHO, { Name: ROMEO, Password: 'anything' }, 'success');
    await gajim.does('close');
    await registers(gajim, IRC, { Nick: ROMEO }, 'success');
    await gajim.does('close');
    await gajim.does('open_window', { window: 'AdHocCommands', with: { jid: ECHO } });
    await gajim.does('page', { names: ['commands'] });
    await gajim.does('fit', { height: 1000 });
    await shoot('commands');
    await gajim.does('close');
    await gajim.does('join', { jid: ROOM });
    for (const shot of [...COMMANDS, ...ADMINISTRATION]) {
      const isForm = (await runs(gajim, shot)) === 'stage';
      await gajim.does('fit', isForm ? {} : { height: 420 });
      await shoot(shot.name);
      await gajim.does('close');
    }
    await stage.crowns(ROMEO);
    await gajim.does('configure', { jid: ROOM });
    await gajim.does('fit', { width: 760 });
    await shoot('room');
  } finally {
    await gajim.stop();
  }
}

async function asksToRegister(gajim: Gajim, gateway: string): Promise<void> {
  await gajim.does('open_window', { window: 'ServiceRegistration', with: { address: gateway } });
  await gajim.does('page', { names: ['form'] });
}

async function registers(gajim: Gajim, gateway: string, answers: Answers, ending: string): Promise<void> {
  await asksToRegister(gajim, gateway);
  await gajim.does('fill', { answers });
  await gajim.does('press', { button: 'register' });
  await gajim.does('page', { names: [ending] });
}

/** @returns the page that it ends with. */
async function runs(gajim: Gajim, { gateway, node, before = [] }: FormShot): Promise<unknown> {
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
