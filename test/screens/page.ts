// The page that shows all pictures.

import {
  ADMINISTRATION,
  type Client,
  COMMANDS,
  GERMAN,
  ON_IRC,
  type Picture,
  REGISTRATIONS,
  SESSIONS,
  STEPS,
} from './forms.ts';

const BOTH: readonly Client[] = ['gajim', 'converse'];
const ALT: Readonly<Record<Client, string>> = { gajim: 'Gajim', converse: 'Converse.js', psi: 'Psi' };
/** What stands behind it is written by hand. */
const READING = '## What was not understood at once';

const SECTIONS: readonly { readonly title: string; readonly pictures: readonly Picture[] }[] = [
  {
    title: 'Finding the gateways',
    pictures: [
      {
        name: 'services',
        caption: 'services of one’s server, the gateways among them',
        clients: ['gajim'],
        why: 'Converse.js has no list of services; one types the address of a gateway.',
      },
      { name: 'commands', caption: 'what one can do at a gateway; the last of them are for administrators' },
      { name: 'commands-contact', caption: 'at a contact' },
      { name: 'commands-room', caption: 'at a room' },
    ],
  },
  {
    title: 'Registering',
    pictures: [
      ...REGISTRATIONS,
      {
        name: 'register-refused',
        caption: 'refused, with the reason',
        clients: ['gajim'],
        why: 'Converse.js registers by the command alone, where the form stays: the next picture.',
      },
      ...STEPS,
      {
        name: 'register-gone',
        caption: 'a network that is no more',
        clients: ['gajim'],
        why: 'Converse.js says only that something went wrong, without the reason.',
      },
    ],
  },
  {
    title: 'With an account',
    pictures: [
      ...COMMANDS,
      ...ON_IRC,
      {
        name: 'prompt',
        caption: 'whom to add, in the gateway’s own words (`jabber:iq:gateway`)',
        clients: ['psi'],
        why: 'Gajim and Converse.js never ask a gateway for them; their users have the command that adds a contact.',
      },
      {
        name: 'search',
        caption: 'the same, by the search of services (XEP-0055)',
        clients: ['gajim'],
        why: 'Converse.js has none; the command does the same.',
      },
      { name: 'search-done', caption: 'who was found by it', clients: ['gajim'] },
      { name: 'room', caption: 'how a room is set up, for its owners' },
      ...SESSIONS,
    ],
  },
  { title: 'For administrators', pictures: ADMINISTRATION },
  { title: 'In German', pictures: GERMAN },
];

/** In Markdown. `before`: the page as it was. */
export function pageOf(before: string): string {
  const sections = SECTIONS.map(({ title, pictures }) => {
    const shown = pictures.map(({ name, caption, clients = BOTH, why }) => {
      const images = clients.map((client) => `<img src="${client}/${name}.png" alt="${ALT[client]}" width="420">`);
      const title = `**${caption[0]?.toUpperCase()}${caption.slice(1)}**`;
      return [title, ...(why === undefined ? [] : [why]), images.join('\n')].join('\n\n');
    });
    return `## ${title}\n\n${shown.join('\n\n')}`;
  });
  const intro =
    '# The forms\n\nAs people meet them in Gajim and in Converse.js. `npm run screens` takes the pictures anew, and writes this page but for its end.';
  const at = before.indexOf(READING);
  const reading = at === -1 ? `${READING}\n` : before.slice(at);
  return `${[intro, ...sections, reading.trimEnd()].join('\n\n')}\n`;
}
