// Private messages: ten people each talk with one person on IRC, first only from XMPP, then only from IRC.

import type { Figures, Row } from './figures.ts';
import { type Measure, measureFlow, type Scene } from './measure.ts';
import { full, nickOf, type Stage } from './stage.ts';
import { ircText, xmlText } from './texts.ts';

const TALKERS = 10;
const pal = (user: number): string => `pal${user}`;
const SHAPE = {
  ends: [''],
  copies: 1,
  warmUp: 4_000,
  full: { count: 20_000, window: 1_000 },
  paced: { count: 1_500, perSecond: 500 },
} as const;
type Arrived = (n: number, end: number) => void;

const prepare = (stage: Stage): Promise<void> => stage.joinAll(TALKERS, (user) => `#private${user}`);

export const privateOutScene: Scene = {
  users: TALKERS,
  prepare,
  flow: (stage) => ({
    ...SHAPE,
    title: 'XMPP to IRC, private',
    begin: (tag, arrived) => beginOut(stage, tag, arrived),
  }),
};
export const privateInScene: Scene = {
  users: TALKERS,
  prepare,
  flow: (stage) => ({
    ...SHAPE,
    title: 'IRC to XMPP, private',
    begin: (tag, arrived) => beginIn(stage, tag, arrived),
  }),
};

export const measurePrivate: Measure = {
  key: 'private',
  users: TALKERS,
  async run(stage, scale) {
    await prepare(stage);
    const rows = new Map<string, Row>();
    for (const { flow } of [privateOutScene, privateInScene]) {
      add(rows, await measureFlow(stage, flow(stage), scale));
    }
    return rows;
  },
};

function add(rows: Map<string, Row>, figures: Figures): void {
  for (const [title, row] of figures) rows.set(title, row);
}

function beginOut(stage: Stage, tag: string, arrived: Arrived): (n: number) => void {
  const heard = new Uint32Array(TALKERS);
  const people = Array.from({ length: TALKERS }, (_, user) => stage.person(pal(user)));
  stage.onMessage = () => {};
  stage.irc.onPrivmsg = (nick, target, text) => {
    const user = Number(nick.slice(1));
    const n = heard[user] ?? 0;
    heard[user] = n + 1;
    if (target !== pal(user) || text !== ircText(tag + user, n)) {
      return stage.verdict.fail(
        `on IRC from ${nick} to ${target}: "${text}" where message ${n} of ${tag}${user} was due`,
      );
    }
    arrived(n * TALKERS + user, 0);
  };
  return (count) => {
    const user = count % TALKERS;
    const n = Math.floor(count / TALKERS);
    stage.xmpp.send(
      `<message from='${full(user)}' to='${people[user]}' type='chat' id='${tag}${user}-${n}'><body>${xmlText(tag + user, n)}</body></message>`,
    );
  };
}

function beginIn(stage: Stage, tag: string, arrived: Arrived): (n: number) => void {
  const heard = new Uint32Array(TALKERS);
  const connections = Array.from({ length: TALKERS }, (_, user) => stage.irc.connections.get(nickOf(user)));
  stage.onMessage = ({ user, type, from, body }) => {
    if (type !== 'chat' || !from.startsWith('pal')) return;
    const n = heard[user] ?? 0;
    heard[user] = n + 1;
    const bareFrom = from.split('/', 1)[0];
    if (bareFrom !== stage.person(pal(user)) || body !== ircText(tag + user, n)) {
      return stage.verdict.fail(`user ${user} heard ${from} say "${body}" where message ${n} of ${tag}${user} was due`);
    }
    arrived(n * TALKERS + user, 0);
  };
  return (count) => {
    const user = count % TALKERS;
    const connection = connections[user];
    if (!connection) return stage.verdict.fail(`user ${user} is no longer on IRC`);
    const text = ircText(tag + user, Math.floor(count / TALKERS));
    stage.irc.send(connection, `:${pal(user)}!pal@bench PRIVMSG ${nickOf(user)} :${text}\r\n`);
  };
}
