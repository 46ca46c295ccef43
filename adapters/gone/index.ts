// Networks that are gone for good: a gateway without a network, so that whoever still has its address is told what became of it.

import type { Answer, ConfigField } from '../../src/model/form.ts';
import type { Adapter } from '../../src/model/network.ts';
import { GoneNetwork } from './network.ts';

const settings = [
  { name: 'title', label: 'Name of the network', type: 'text', required: true },
  {
    name: 'since',
    label: 'When it ended',
    help: 'A date, such as 2024-06-26.',
    type: 'text',
    required: true,
    pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  },
  { name: 'text', label: 'What people are told', help: 'A sentence, beside the name and the date.', type: 'text' },
] as const satisfies readonly ConfigField[];

export const adapter: Adapter = {
  settings,
  create({ title, since, text }) {
    return new GoneNetwork({ title: textOf(title), since: textOf(since), text: textOf(text) });
  },
};

const textOf = (answer: Answer | undefined): string => (typeof answer === 'string' ? answer : '');
