// XMPP to IRC: ten people each speak in a channel of their own; every line comes out on IRC and back as its reflection.

import { type Flow, type Measure, measureFlow, type Scene } from './measure.ts';
import { full, nickOf, type Stage } from './stage.ts';
import { ircText, xmlText } from './texts.ts';

const SPEAKERS = 10;
const channelOf = (user: number): string => `#out${user}`;
const PEOPLE = ['@opal', 'pearl', 'quartz'];

export const outScene: Scene = {
  users: SPEAKERS,
  async prepare(stage) {
    for (let user = 0; user < SPEAKERS; user++) stage.irc.channel(channelOf(user), PEOPLE);
    await stage.joinAll(SPEAKERS, channelOf);
  },
  flow,
};

export const measureOut: Measure = {
  key: 'out',
  users: SPEAKERS,
  async run(stage, scale) {
    await outScene.prepare(stage);
    return measureFlow(stage, flow(stage), scale);
  },
};

function flow(stage: Stage): Flow {
  return {
    title: 'XMPP to IRC, message in a channel',
    ends: ['', ': its reflection'],
    copies: 1,
    warmUp: 4_000,
    full: { count: 20_000, window: 1_000 },
    paced: { count: 1_500, perSecond: 500 },
    begin: (tag, arrived) => begin(stage, tag, arrived),
  };
}

function begin(stage: Stage, tag: string, arrived: (n: number, end: number) => void): (n: number) => void {
  const atIrc = new Uint32Array(SPEAKERS);
  const back = new Uint32Array(SPEAKERS);
  const rooms = Array.from({ length: SPEAKERS }, (_, user) => stage.room(channelOf(user)));
  stage.irc.onPrivmsg = (nick, target, text) => {
    const user = Number(nick.slice(1));
    const n = atIrc[user] ?? 0;
    atIrc[user] = n + 1;
    if (target !== channelOf(user) || text !== ircText(tag + user, n)) {
      return stage.verdict.fail(
        `on IRC from ${nick} to ${target}: "${text}" where message ${n} of ${tag}${user} was due`,
      );
    }
    arrived(n * SPEAKERS + user, 0);
  };
  stage.onMessage = ({ user, type, from, id, body }) => {
    if (type !== 'groupchat') return;
    const n = back[user] ?? 0;
    back[user] = n + 1;
    if (from !== `${rooms[user]}/${nickOf(user)}` || id !== `${tag}${user}-${n}` || body !== ircText(tag + user, n)) {
      return stage.verdict.fail(
        `reflected to user ${user}: from ${from} id ${id} "${body}" where ${tag}${user}-${n} was due`,
      );
    }
    arrived(n * SPEAKERS + user, 1);
  };
  return (count) => {
    const user = count % SPEAKERS;
    const n = Math.floor(count / SPEAKERS);
    stage.xmpp.send(
      `<message from='${full(user)}' to='${rooms[user]}' type='groupchat' id='${tag}${user}-${n}'><body>${xmlText(tag + user, n)}</body></message>`,
    );
  };
}
