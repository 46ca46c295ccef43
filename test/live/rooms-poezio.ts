// poezio in rooms: a tab for each, with who is in it at the right, and what it tells of other things below.

import { startPoezio } from './poezio.ts';
import type { RoomClient, RoomLogin, RoomView } from './rooms.ts';

const ROWS = 180;
const SAID = /^\d\d:\d\d:\d\d (\S+)> (.*)$/;
const REFUSAL = /RECV: <presence [^>]*type="error".*?<error [^>]*><([\w-]+) /g;
const NOTE = /^\d\d:\d\d:\d\d (.*)$/;

type Screen = readonly string[];

/** Resolves when it is signed in. */
export async function startPoezioRooms({ name, password, c2sPort }: RoomLogin): Promise<RoomClient> {
  const poezio = await startPoezio({ c2sPort, jid: `${name}@localhost`, password, rows: ROWS });
  const tabs = new Set<string>();
  const isIn = (room: string) => (screen: Screen) => screen.some((line) => line.includes(`│[${room}]`));
  const screenOf = async (room: string): Promise<Screen> => {
    const now = await poezio.screen();
    if (isIn(room)(now) || !tabs.has(room)) return now;
    await poezio.types(`/win ${room}`);
    await poezio.untilShown(`a tab of ${room}`, isIn(room));
    return poezio.screen();
  };
  const inTab = async (room: string, line: string): Promise<void> => {
    await screenOf(room);
    await poezio.types(line);
  };
  const enters: RoomClient['enters'] = async (room, nick) => {
    await poezio.types(`/join ${room}/${nick}`);
    await poezio.untilShown(`a tab of ${room}`, isIn(room));
    tabs.add(room);
  };
  return {
    enters,
    async leaves(room) {
      await inTab(room, '/part');
      tabs.delete(room);
    },
    says: inTab,
    renames: (room, nick) => inTab(room, `/nick ${nick}`),
    accepts: enters,
    // It says nothing of a bookmark that it keeps itself.
    keeps: (room, nick) => inTab(room, `/bookmark ${room}/${nick} true`),
    async readsBack(room) {
      await screenOf(room);
      await poezio.presses('PageUp');
    },
    losesItsLine: () =>
      poezio.untilShown('no connection', (screen) => screen.some((line) => /Disconnected from server/.test(line))),
    async view(room) {
      const view = viewOf(await screenOf(room), room);
      // 0.14 says nothing of a join that was refused: it waits for an event that its slixmpp has for other presences.
      const refused = [...poezio.log.matchAll(REFUSAL)].map(([, condition]) => `refused: ${condition}`);
      return { ...view, notes: [...view.notes, ...refused] };
    },
    words: {
      'nick taken': /^refused: conflict$/,
      kicked: /^-!- You have been kicked by /,
      banned: /^-!- You have been banned by /,
      'let in no more': /^refused: forbidden$/,
      invited: /^Info> You are invited to the room /,
    },
    transcript: async () => `${trimmed(await poezio.screen()).join('\n')}\n${poezio.log.slice(-8_000)}`,
    stop: () => poezio.stop(),
  };
}

const trimmed = (screen: Screen): Screen =>
  screen.filter((line) => /[^│┌─┐└┘ ]/.test(line)).map((line) => line.trimEnd());

function viewOf(screen: Screen, room: string): RoomView {
  const rows = screen.map((line) => line.split('│').slice(1));
  const bar = rows.findIndex(([main = '']) => main.startsWith('['));
  const isRoom = bar >= 0 && (rows[bar]?.[0] ?? '').startsWith(`[${room}]`);
  const main = isRoom ? rows.slice(0, bar) : [];
  const text = main.map(([line = '']) => line.trimEnd());
  const isJoined = !(rows[bar]?.[0] ?? '').includes('Not connected');
  const people = isJoined
    ? main
        .flatMap((row) => row[row.length - 1]?.slice(2).trim() ?? '')
        .filter((one, at) => one !== '' && (main[at]?.length ?? 0) > 1)
    : [];
  const said = text.flatMap((line) => {
    const [, nick, what] = SAID.exec(line) ?? [];
    return nick === undefined ? [] : [`${nick}: ${what ?? ''}`];
  });
  const below = rows.slice(bar + 1).map(([line = '']) => line.trimEnd());
  const notes = [...text.filter((line) => !SAID.test(line)), ...below].flatMap((line) => NOTE.exec(line)?.[1] ?? []);
  return { people, said, notes };
}
