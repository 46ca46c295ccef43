// The page that shows all pictures.

import { ADMINISTRATION, COMMANDS, type FormShot, REGISTRATIONS, WRONG } from './forms.ts';

interface Picture {
  readonly name: string;
  readonly caption: string;
  readonly clients?: readonly Client[];
}
type Client = 'gajim' | 'converse';
const BOTH: readonly Client[] = ['gajim', 'converse'];
const ALT: Readonly<Record<Client, string>> = { gajim: 'Gajim', converse: 'Converse.js' };

const SECTIONS: readonly { readonly title: string; readonly pictures: readonly Picture[] }[] = [
  {
    title: 'Finding the gateways',
    pictures: [
      { name: 'services', caption: 'services of one’s server, the gateways among them', clients: ['gajim'] },
      { name: 'commands', caption: 'what one can do at a gateway; the last of them are for administrators' },
    ],
  },
  {
    title: 'Registering',
    pictures: [
      ...REGISTRATIONS.map(pictureOf),
      { name: 'register-refused', caption: 'refused, with the reason', clients: ['gajim'] },
      pictureOf(WRONG),
    ],
  },
  {
    title: 'With an account',
    pictures: [...COMMANDS.map(pictureOf), { name: 'room', caption: 'how a room is set up, for its owners' }],
  },
  { title: 'For administrators', pictures: ADMINISTRATION.map(pictureOf) },
];

function pictureOf({ name, caption }: FormShot): Picture {
  return { name, caption };
}

/** In Markdown. */
export function pageOf(): string {
  const sections = SECTIONS.map(({ title, pictures }) => {
    const shown = pictures.map(({ name, caption, clients = BOTH }) => {
      const images = clients.map((client) => `<img src="${client}/${name}.png" alt="${ALT[client]}" width="420">`);
      return `**${caption[0]?.toUpperCase()}${caption.slice(1)}**\n\n${images.join('\n')}`;
    });
    return `## ${title}\n\n${shown.join('\n\n')}`;
  });
  const intro =
    '# The forms\n\nAs people meet them in Gajim and in Converse.js. `npm run screens` takes the pictures anew, and writes this page.';
  return `${[intro, ...sections].join('\n\n')}\n`;
}
