// profanity in rooms: a window for each, with who is in it at the right; what has no window is told in its console.

import { startProfanity } from './profanity.ts';
import type { RoomClient, RoomLogin, RoomView } from './rooms.ts';

const ROWS = 150;
const SAID = /^\d\d:\d\d:\d\d - (\S+: .*)$/;
const NOTE = /^\d\d:\d\d:\d\d [!-] (.*)$/;
/** At the right of its console: by name, or by address while it does not know that; and how much of it was not read yet. */
const LISTED = /  (#[^\s%]+)(?:%\S+)?(?: \(\d+\))?$/;
const HEADING = /^(Moderators|Participants|Visitors)$/;

type Screen = readonly string[];

/** Resolves when it is signed in. */
export async function startProfanityRooms({ name, password, c2sPort }: RoomLogin): Promise<RoomClient> {
  const profanity = await startProfanity({ c2sPort, jid: `${name}@localhost`, password, rows: ROWS });
  const isTitled = (title: string) => (screen: Screen) => (screen[0] ?? '').startsWith(` ${title}`);
  /** The screen with the window of the room, or with the console where it has none. */
  const screenOf = async (room: string): Promise<Screen> => {
    const isRoom = isTitled(channelOf(room));
    const now = await profanity.screen();
    if (isRoom(now)) return now;
    const isConsole = isTitled('Profanity');
    if (!isConsole(now)) {
      await profanity.types('/win 1');
      await profanity.untilShown('its console', (screen) => isConsole(screen) || isRoom(screen));
    }
    const console = await profanity.screen();
    if (!console.some((line) => LISTED.exec(line.trimEnd())?.[1] === channelOf(room))) return console;
    await profanity.types(`/win ${room}`);
    await profanity.untilShown(`a window of ${room}`, (screen) => isRoom(screen) || isConsole(screen));
    return profanity.screen();
  };
  const inWindow = async (room: string, line: string): Promise<void> => {
    await screenOf(room);
    await profanity.types(line);
  };
  const enters: RoomClient['enters'] = (room, nick) => profanity.types(`/join ${room} nick ${nick}`);
  return {
    enters,
    leaves: (room) => inWindow(room, '/close'),
    says: inWindow,
    renames: (room, nick) => inWindow(room, `/nick ${nick}`),
    accepts: enters,
    readsBack: () => Promise.reject(new Error('profanity reads no archives of rooms')),
    async losesItsLine() {
      await profanity.types('/win 1');
      await profanity.untilShown('no connection', (screen) => screen.some((line) => /Lost connection/.test(line)));
    },
    view: async (room) => viewOf(await screenOf(room), channelOf(room)),
    words: {
      'nick taken': /reason: conflict/,
      kicked: /^<- Kicked from /,
      banned: /^<- Banned from /,
      'let in no more': /^Error joining room .* reason: forbidden/,
      invited: /^ *Room +: /,
    },
    transcript: async () => `${trimmed(await profanity.screen()).join('\n')}\n${profanity.log.slice(-8_000)}`,
    stop: () => profanity.stop(),
  };
}

const channelOf = (room: string): string => room.replace(/%.*/, '');
const trimmed = (screen: Screen): Screen => screen.map((line) => line.trimEnd()).filter((line) => line !== '');

function viewOf(screen: Screen, channel: string): RoomView {
  const lines = trimmed(screen).slice(1);
  const isRoom = (screen[0] ?? '').startsWith(` ${channel}`);
  const panelAt = isRoom
    ? screen.find((line) => /\bModerators$/.test(line.trimEnd()))?.indexOf('Moderators')
    : undefined;
  const panel = panelAt === undefined ? [] : lines.map((line) => line.slice(panelAt).trim());
  const from = panel.indexOf('Moderators');
  const people = panel.slice(from + 1).filter((one, at, all) => one !== '' && !HEADING.test(one) && !isStatus(all, at));
  const left = lines.map((line) => line.slice(0, panelAt).trimEnd());
  const said = isRoom ? left.flatMap((line) => SAID.exec(line)?.[1] ?? []) : [];
  const notes = left.filter((line) => !isRoom || !SAID.test(line)).flatMap((line) => NOTE.exec(line)?.[1] ?? []);
  return { people, said, notes };
}

/** The last line is that of its windows. */
const isStatus = (all: readonly string[], at: number): boolean => at === all.length - 1;
