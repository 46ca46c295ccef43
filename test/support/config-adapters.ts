// A network that exists only in the configuration's tests: one field of each type.

import { type Adapters, UnknownAdapter } from '../../src/config.ts';
import type { Adapter } from '../../src/model/network.ts';
import type { ConfigField } from '../../src/model/form.ts';

const settings: readonly ConfigField[] = [
  {
    name: 'color',
    label: 'Color of the lighthouse',
    type: 'choice',
    choices: [
      { value: 'blue', label: 'Blue' },
      { value: 'red', label: 'Red' },
    ],
    default: 'blue',
  },
  { name: 'berths', label: 'Berths', type: 'number', min: 1, max: 9, default: 5 },
  { name: 'open', label: 'Open at night', type: 'boolean' },
  { name: 'passphrase', label: 'Pass phrase', type: 'secret' },
  { name: 'tides', label: 'Tides', type: 'list' },
  {
    name: 'piers',
    label: 'Piers',
    type: 'map',
    of: [
      { name: 'key', label: 'Key', type: 'secret', required: true },
      { name: 'length', label: 'Length', type: 'number', default: 10 },
    ],
  },
];

const harbour: Adapter = {
  settings,
  create: () => {
    throw new Error('the tests of the configuration make no networks');
  },
};

export const fakeAdapters: Adapters = {
  names: ['harbour'],
  load: (name) => (name === 'harbour' ? Promise.resolve(harbour) : Promise.reject(new UnknownAdapter(name))),
};
