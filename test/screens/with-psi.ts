// What Gajim and Converse.js never ask for, in Psi: the gateway's prompt for somebody's address (jabber:iq:gateway).

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { REGISTER } from '../support/openings.ts';
import { type OwnedProcess, type PrivateFolder, privateFolder, startProcess } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';
import { XmppClient } from '../support/xmpp-client.ts';
import { ECHO } from './forms.ts';
import { NURSE, PASSWORD, type Stage } from './stage.ts';

const JID = `${NURSE}@localhost`;
/** Where things are in the windows of Psi 1.5, in pixels from the left and the top. */
const GENERAL_MENU = ['85', '75'] as const;
const ADD_A_CONTACT = ['140', '99'] as const;
const SERVICE = ['348', '23'] as const;
const SERVICE_ID = ['320', '112'] as const;
const SAME_LOOKS = 4;
const MOST_LOOKS = 10;
const PICTURE = `import sys, gi
gi.require_version('Gdk', '3.0')
from gi.repository import Gdk
x, y, width, height = map(int, sys.argv[2:])
Gdk.pixbuf_get_from_window(Gdk.get_default_root_window(), x, y, width, height).savev(sys.argv[1], 'png', [], [])`;

/** Called with each picture as it is taken. */
type Keep = (name: string, file: string) => Promise<void>;

export async function shootPsi(stage: Stage, keep: Keep): Promise<void> {
  await ensurePrograms(['psi', 'xdotool', 'xvfb', 'gajim']);
  await hasGateway(stage.xmpp.c2sPort);
  await using psi = await Psi.start(stage.xmpp.c2sPort);
  await psi.does('mousemove', ...GENERAL_MENU, 'click', '1');
  await psi.does('mousemove', ...ADD_A_CONTACT, 'click', '1');
  const adding = await psi.window('Add Contact');
  await psi.does('mousemove', '--window', adding, ...SERVICE, 'click', '1');
  await psi.does('key', 'Down', 'Return');
  await psi.does('mousemove', '--window', adding, ...SERVICE_ID, 'click', '1');
  await psi.does('type', 'benvolio');
  await psi.does('key', 'Tab', 'space');
  await keep('prompt', psi.picture(adding));
}

/** By another client: an account, the gateway in the contact list, and a card, for which Psi would ask. */
async function hasGateway(port: number): Promise<void> {
  const client = await XmppClient.connect({ port, name: NURSE, password: PASSWORD, resource: 'first' });
  await client.appears();
  const account = `<username>${NURSE}</username><password>x</password>`;
  await client.asksAndGets('set', ECHO, `<query xmlns='${REGISTER}'>${account}</query>`, "<iq type='result'/>");
  client.sends(`<presence to='${ECHO}' type='subscribe'/>`);
  client.sends(`<presence to='${ECHO}' type='subscribed'/>`);
  await client.finds(`<presence from='${ECHO}' type='subscribed'/>`);
  await client.asksAndGets('set', JID, "<vCard xmlns='vcard-temp'><FN>Nurse</FN></vCard>", "<iq type='result'/>");
  await client.close();
}

/** On a screen that nobody sees, driven by what a mouse and a keyboard would do. */
class Psi implements AsyncDisposable {
  readonly #folder: PrivateFolder;
  readonly #screen: OwnedProcess;
  readonly #process: OwnedProcess;
  readonly #env: Readonly<Record<string, string>>;

  /** Resolves when it is signed in. */
  static async start(c2sPort: number): Promise<Psi> {
    const screen = startProcess({
      program: programPath('xvfb'),
      args: ['-displayfd', '1', '-screen', '0', '1000x800x24', '-nolisten', 'tcp'],
    });
    const display = (await screen.untilLog(/^(\d+)\n/m))[1];
    const psi = new Psi(screen, `:${display}`, c2sPort);
    // It asks for lists that Prosody does not have as soon as it is in.
    await psi.#process.untilLog(/privacy\.cpp/, 60_000).catch(async (error: unknown) => {
      await psi[Symbol.asyncDispose]();
      throw error;
    });
    await psi.#settles();
    return psi;
  }

  private constructor(screen: OwnedProcess, display: string, c2sPort: number) {
    this.#screen = screen;
    this.#folder = privateFolder('psi');
    const { path } = this.#folder;
    this.#folder.write('profiles/default/accounts.xml', accountsFile(c2sPort));
    this.#folder.write('profiles/default/options.xml', OPTIONS);
    this.#env = { DISPLAY: display, PSIDATADIR: path, HOME: path, XDG_RUNTIME_DIR: path, LC_ALL: 'C.UTF-8' };
    this.#process = startProcess({
      program: programPath('psi'),
      args: ['--profile=default'],
      env: this.#env,
      cwd: path,
      unprivileged: true,
    });
  }

  /** With xdotool. Resolves when nothing moves any more. */
  async does(...what: readonly string[]): Promise<void> {
    this.#xdotool(what);
    await this.#settles();
  }

  /** The id of the one that is called so. */
  async window(name: string): Promise<string> {
    return this.#xdotool(['search', '--sync', '--onlyvisible', '--name', name]).trim();
  }

  /** @returns its file. */
  picture(window: string): string {
    const shell = this.#xdotool(['getwindowgeometry', '--shell', window]);
    const of = (name: string): string => new RegExp(`^${name}=(\\d+)$`, 'm').exec(shell)?.[1] ?? '0';
    return this.#shoot([of('X'), of('Y'), of('WIDTH'), of('HEIGHT')]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
    await this.#screen.stop();
    this.#folder.remove();
  }

  /** Where a caret blinks it never does. */
  async #settles(): Promise<void> {
    let seen = this.#seen();
    for (let same = 0, looks = 0; same < SAME_LOOKS && looks < MOST_LOOKS; looks++) {
      await pause(300);
      const now = this.#seen();
      same = now.equals(seen) ? same + 1 : 0;
      seen = now;
    }
  }

  #seen(): Buffer {
    return readFileSync(this.#shoot(['0', '0', '1000', '800']));
  }

  #shoot(area: readonly string[]): string {
    const file = `${this.#folder.path}/picture.png`;
    execFileSync('/usr/bin/python3', ['-c', PICTURE, file, ...area], { env: { ...process.env, ...this.#env } });
    return file;
  }

  #xdotool(args: readonly string[]): string {
    return execFileSync(programPath('xdotool'), args, { env: { ...process.env, ...this.#env }, encoding: 'utf8' });
  }
}

function accountsFile(c2sPort: number): string {
  const values: readonly (readonly [name: string, type: string, value: string])[] = [
    ['id', 'QString', 'me'],
    ['name', 'QString', 'me'],
    ['jid', 'QString', JID],
    ['password', 'QString', veiled(PASSWORD)],
    ['enabled', 'bool', 'true'],
    ['auto', 'bool', 'true'],
    ['require-mutual-auth', 'bool', 'false'],
    ['use-host', 'bool', 'true'],
    ['host', 'QString', '127.0.0.1'],
    ['port', 'int', String(c2sPort)],
    ['ssl', 'QString', 'no'],
    ['allow-plain', 'QString', 'always'],
  ];
  const account = values.map(([name, type, value]) => `<${name} type="${type}">${value}</${name}>`).join('');
  return `<!DOCTYPE accounts><accounts version="1.5" xmlns="http://psi-im.org/options"><accounts><a0>${account}</a0></accounts></accounts>`;
}

/** No tip of the day, and a menu. */
const OPTIONS = `<!DOCTYPE options><options version="1.5" xmlns="http://psi-im.org/options"><options><ui>
<contactlist><show-menubar type="bool">true</show-menubar></contactlist><tip><show type="bool">false</show></tip></ui></options></options>`;

/** As Psi writes passwords. */
function veiled(password: string): string {
  const units = Array.from(password, (letter, at) => letter.charCodeAt(0) ^ JID.charCodeAt(at % JID.length));
  return units.map((unit) => unit.toString(16).padStart(4, '0')).join('');
}
