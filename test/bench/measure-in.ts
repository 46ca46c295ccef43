// IRC to XMPP: one person speaks in a channel in which 1, 10 and 100 of the gateway's users listen; each gets every line, in order.

import type { Figures, Row } from './figures.ts';
import { type Flow, type Measure, measureFlow, type Scene } from './measure.ts';
import type { Stage } from './stage.ts';
import { ircText } from './texts.ts';

const CROWDS = [
  { listeners: 1, warmUp: 4_000, count: 20_000, window: 1_000, pacedCount: 1_500, perSecond: 500 },
  { listeners: 10, warmUp: 1_000, count: 5_000, window: 200, pacedCount: 600, perSecond: 200 },
  { listeners: 100, warmUp: 100, count: 800, window: 32, pacedCount: 120, perSecond: 40 },
] as const;
type Crowd = (typeof CROWDS)[number];

export const measureIn: Measure = {
  key: 'in',
  users: 100,
  async run(stage, scale) {
    const rows = new Map<string, Row>();
    for (const crowd of CROWDS)
      for (const [title, row] of await measureCrowd(stage, crowd, scale)) rows.set(title, row);
    return rows;
  },
};

export const singleScene: Scene = sceneOf(CROWDS[0]);
export const tenScene: Scene = sceneOf(CROWDS[1]);

function sceneOf(crowd: Crowd): Scene {
  const name = `#in${crowd.listeners}`;
  return {
    users: crowd.listeners,
    async prepare(stage) {
      stage.irc.channel(name, ['@opal', 'pearl']);
      await stage.joinAll(crowd.listeners, () => name);
    },
    flow: (stage): Flow => ({
      title: `IRC to XMPP, ${crowd.listeners} listening`,
      ends: [''],
      copies: crowd.listeners,
      warmUp: crowd.warmUp,
      full: { count: crowd.count, window: crowd.window },
      paced: { count: crowd.pacedCount, perSecond: crowd.perSecond },
      begin: (tag, arrived) => begin(stage, name, tag, arrived),
    }),
  };
}

async function measureCrowd(stage: Stage, crowd: Crowd, scale: number): Promise<Figures> {
  const scene = sceneOf(crowd);
  await scene.prepare(stage);
  return measureFlow(stage, scene.flow(stage), scale);
}

function begin(
  stage: Stage,
  name: string,
  tag: string,
  arrived: (n: number, end: number) => void,
): (n: number) => void {
  const heard = new Uint32Array(measureIn.users);
  const from = `${stage.room(name)}/opal`;
  const texts: string[] = [];
  const channel = [...stage.irc.connections.values()]
    .flatMap(({ channels }) => [...channels])
    .find((one) => one.name === name);
  if (!channel) throw new Error(`nobody is in ${name}`);
  stage.onMessage = (message) => {
    if (message.type !== 'groupchat') return;
    const n = heard[message.user] ?? 0;
    heard[message.user] = n + 1;
    if (message.from !== from || message.body !== texts[n]) {
      return stage.verdict.fail(
        `user ${message.user} heard ${message.from} say "${message.body}" where "${texts[n]}" was due`,
      );
    }
    arrived(n, 0);
  };
  return (n) => {
    const text = ircText(tag, n);
    texts.push(text);
    stage.irc.say(channel, 'opal', text);
  };
}
