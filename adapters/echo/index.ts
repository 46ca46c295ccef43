// A complete network that exists in memory only: the tutorial for whoever writes an adapter, and the driver of tests.
//
// Write an adapter = read this folder, in this order:
//
//   names.ts      what is said about addresses without asking anyone: every written form in, one canonical id out
//   abilities.ts  what the network can do, as data; the bridge says the rest in words, drops it, or refuses it
//   errors.ts     how this network's refusals become the model's errors; nothing else is ever thrown
//   network.ts    one object for each gateway: the operator's settings, forms, pure functions, opening sessions
//   sign-in.ts    linking an account: in one step, with a code, or with something to be done elsewhere
//   session.ts    one object for each connected account: commands in, receipts back, events out
//   queries.ts    what can be asked
//   world.ts, room.ts, script.ts   the foreign system itself; a real adapter has a socket or a client library in their place
//   remote*.ts    the same network on a server of its own: a connection, an order that is kept, and nothing acknowledged before it is safe
//
// Rules that hold for every adapter:
//   - it imports the model and its own folder, and reaches the world through `Host` alone;
//   - `send` sends at once and answers later; what the user said herself is answered by a receipt and never emitted;
//   - a conversation is changed in place first, and the event that tells of it is emitted after;
//   - an event is one object for all who see it: those who get it may keep it, nobody changes it;
//   - after `disconnected`, and after `close` has returned, nothing is emitted;
//   - what it tells people is `words`, so that each reads it in her language; what people say and are called are strings.
//
// People in its rooms: `echo` repeats what is said, `tybalt` is a moderator, `benvolio` does as he is told. What to type to make things
// happen or fail stands in script.ts.

import type { ConfigField } from '../../src/model/form.ts';
import type { Adapter } from '../../src/model/network.ts';
import { EchoNetwork } from './network.ts';
import { RemoteEchoNetwork, serverAddress } from './remote.ts';

const settings = [
  {
    name: 'delivery',
    label: 'Delivery',
    help: 'Whether it behaves like a network that keeps messages (durable) or like a conversation that passes (live).',
    type: 'choice',
    choices: [
      { value: 'live', label: 'live' },
      { value: 'durable', label: 'durable' },
    ],
    default: 'live',
  },
  {
    name: 'abilities',
    label: 'Abilities',
    help: 'All that the model knows, or only lines of text as an old network has them.',
    type: 'choice',
    choices: [
      { value: 'full', label: 'everything' },
      { value: 'plain', label: 'plain lines' },
    ],
    default: 'full',
  },
  { name: 'people', label: 'People in a room', type: 'number', default: 3, min: 0, max: 100_000 },
  {
    name: 'guests',
    label: 'Guests',
    help: 'People may join and talk without an account.',
    type: 'boolean',
    default: true,
  },
  {
    name: 'server',
    label: 'Server',
    help: 'host:port of an echo server; left out, the network is a part of the gateway.',
    type: 'text',
  },
] as const satisfies readonly ConfigField[];

export const adapter: Adapter = {
  settings,
  create(answers) {
    const delivery = answers['delivery'] === 'durable' ? 'durable' : 'live';
    const server = answers['server'];
    if (typeof server === 'string' && server !== '') {
      return new RemoteEchoNetwork({ server: serverAddress(server), delivery });
    }
    return new EchoNetwork({
      delivery,
      plain: answers['abilities'] === 'plain',
      people: typeof answers['people'] === 'number' ? answers['people'] : 3,
      guests: answers['guests'] !== false,
    });
  },
};
