// The contacts of all users of one gateway, for the features that deal with them.

import type { FeatureHost } from '../feature.ts';
import { Answers } from './answers.ts';
import { ClientBook } from './clients.ts';
import { ContactLists } from './lists.ts';
import { Privileges } from './privileges.ts';
import { ShownPresences } from './shown.ts';

interface Contacts {
  readonly answers: Answers;
  readonly clients: ClientBook;
  readonly privileges: Privileges;
  readonly shown: ShownPresences;
  readonly lists: ContactLists;
}

const all = new WeakMap<FeatureHost, Contacts>();

/** Those of one gateway. */
export function contactsOf(host: FeatureHost): Contacts {
  let known = all.get(host);
  if (known === undefined) {
    const clients = new ClientBook(host);
    const privileges = new Privileges(host.gateway.hosts, host.clock);
    const shown = new ShownPresences(host, clients);
    const lists = new ContactLists(host, { clients, privileges, shown });
    all.set(host, (known = { answers: new Answers(host), clients, privileges, shown, lists }));
  }
  return known;
}
