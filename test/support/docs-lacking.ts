// The README's table of what people do that a network has nothing for, and what becomes of it there: out of the networks' capabilities and the
// bridge's own decision (CPIM-1).

import { degrade } from '../../src/bridge/degrade.ts';
import { COMMAND_KINDS, type CommandKind } from '../../src/model/commands.ts';
import type { Answers } from '../../src/model/form.ts';
import type { NamedAdapters } from './docs-config.ts';
import { ONE_OF_EACH } from './one-of-each.ts';

/** Enough to be created with. */
const SETTINGS: Readonly<Record<string, Answers>> = {
  irc: { servers: { example: { host: 'irc.example.org' } } },
  sms: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'x', numbers: ['+15550001111'] },
  matrix: {},
};

const DONE: { readonly [K in CommandKind]: string } = {
  join: 'join a room',
  leave: 'leave it',
  say: 'write',
  edit: 'correct a message',
  retract: 'take a message back',
  moderate: 'delete somebody else’s message',
  react: 'react',
  type: 'type',
  display: 'have read',
  setTopic: 'set a topic',
  setPicture: 'give a room a picture',
  setRank: 'change what somebody may do',
  eject: 'remove or ban somebody',
  invite: 'invite somebody',
  accept: 'accept an invitation without joining',
  decline: 'decline an invitation',
  configure: 'configure a room',
  create: 'make a room',
  destroy: 'end a room',
  add: 'have a contact on the network’s own list',
  remove: 'take one from that list',
  answer: 'answer somebody who wants to be added',
  block: 'block somebody',
  poke: 'ask somebody’s client for its version, time or a ping',
  appear: 'be away, or back',
  watch: 'have the presence of people watched who are on no list of the network',
  setNick: 'change a nick',
  setProfile: 'change a profile',
  raw: 'send a line of the network’s own protocol',
};

export function lackingTable(adapters: NamedAdapters): string {
  const networks = adapters.flatMap(([name, adapter]) => {
    const settings = SETTINGS[name];
    return settings === undefined ? [] : [adapter.create(settings)];
  });
  const rows = COMMAND_KINDS.map((kind) => [
    DONE[kind],
    ...networks.map(({ capabilities }) => outcomeOf(kind, { capabilities, ...BY_DEFAULT })),
  ]).filter(([, ...outcomes]) => outcomes.some((one) => one !== 'yes'));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['what one does', ...networks.map(({ title }) => title)];
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

type Degrading = Parameters<typeof degrade>[1];
/** Preferences that nobody has set. */
const BY_DEFAULT: Omit<Degrading, 'capabilities'> = {
  reactionsInWords: false,
  refusesEdits: false,
  refusesLongTexts: false,
  nickOf: () => undefined,
};

function outcomeOf(kind: CommandKind, about: Degrading): string {
  const outcome = degrade(ONE_OF_EACH[kind], about);
  switch (outcome.do) {
    case 'perform':
      return outcome.commands.every((command) => command.kind === kind) ? 'yes' : 'said in words';
    case 'drop':
      return 'nothing';
    case 'refuse':
      return 'refused, with words';
    default:
      return outcome satisfies never;
  }
}
