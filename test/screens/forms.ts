// Every form that a person may meet, how she gets there, and what it is for.

export const IRC = 'irc.localhost';
export const SMS = 'sms.localhost';
export const MATRIX = 'matrix.localhost';
export const ECHO = 'echo.localhost';
const REGISTER = 'jabber:iq:register';
const ADMIN = 'http://jabber.org/protocol/admin#';

export type Answers = Readonly<Record<string, string>>;

/** A command, and as much of it filled in as is needed to get to the form, or to its end where there is none. */
export interface FormShot {
  readonly name: string;
  readonly caption: string;
  readonly gateway: string;
  readonly node: string;
  /** By what is written beside the fields; one for each form before the one that is shown. */
  readonly before?: readonly Answers[];
}

/** Gajim shows these as forms of registration (XEP-0077), others as commands (XEP-0050). */
export const REGISTRATIONS: readonly FormShot[] = [
  { name: 'register-irc', caption: 'an account on IRC', gateway: IRC, node: REGISTER },
  { name: 'register-sms', caption: 'one of the numbers of the gateway', gateway: SMS, node: REGISTER },
  { name: 'register-matrix', caption: 'an account on Matrix', gateway: MATRIX, node: REGISTER },
  { name: 'register-echo', caption: 'an account on the network for tests', gateway: ECHO, node: REGISTER },
];

/** What will not do, and is said so. */
export const WRONG: FormShot = {
  name: 'wrong-answer',
  caption: 'the answers would not do: what was typed is still there, and the reason stands above',
  gateway: ECHO,
  node: REGISTER,
  before: [{ Name: 'capulet', Password: 'wrong' }],
};

/** With an account. */
export const COMMANDS: readonly FormShot[] = [
  { name: 'help', caption: 'what the gateway can do', gateway: ECHO, node: 'help' },
  { name: 'status', caption: 'the state of one’s accounts', gateway: ECHO, node: 'status' },
  { name: 'settings', caption: 'preferences of an account', gateway: ECHO, node: 'settings' },
  { name: 'settings-irc', caption: 'preferences of an account on IRC', gateway: IRC, node: 'settings' },
  { name: 'room-settings-which', caption: 'preferences of a room: which one', gateway: ECHO, node: 'room-settings' },
  {
    name: 'room-settings',
    caption: 'preferences of a room',
    gateway: ECHO,
    node: 'room-settings',
    before: [{ 'Which room': '#garden' }],
  },
  { name: 'join', caption: 'going into a room', gateway: ECHO, node: 'join' },
  { name: 'add', caption: 'adding a contact', gateway: ECHO, node: 'add' },
  { name: 'contact-profile', caption: 'who a contact is', gateway: ECHO, node: 'contact-profile' },
  { name: 'contact-remove', caption: 'removing a contact', gateway: ECHO, node: 'contact-remove' },
  { name: 'contact-block', caption: 'blocking a contact on the network', gateway: ECHO, node: 'contact-block' },
  { name: 'contact-unblock', caption: 'unblocking one', gateway: ECHO, node: 'contact-unblock' },
  {
    name: 'fetch-contacts',
    caption: 'the network’s list of contacts, fetched once more',
    gateway: ECHO,
    node: 'fetch-contacts',
  },
  { name: 'unregister', caption: 'removing an account', gateway: ECHO, node: 'unregister' },
  { name: 'export-data', caption: 'what is kept about oneself', gateway: ECHO, node: 'export-data' },
  { name: 'delete-data', caption: 'deleting all of it', gateway: ECHO, node: 'delete-data' },
];

/** For administrators. */
export const ADMINISTRATION: readonly FormShot[] = [
  { name: 'admin-announce', caption: 'an announcement', gateway: ECHO, node: `${ADMIN}announce` },
  {
    name: 'admin-registered',
    caption: 'who has an account',
    gateway: ECHO,
    node: `${ADMIN}get-registered-users-list`,
  },
  { name: 'admin-delete', caption: 'deleting users', gateway: ECHO, node: `${ADMIN}delete-user` },
  { name: 'admin-end-session', caption: 'ending sessions', gateway: ECHO, node: `${ADMIN}end-user-session` },
  { name: 'admin-block', caption: 'blocking users', gateway: ECHO, node: `${ADMIN}disable-user` },
  { name: 'admin-unblock', caption: 'unblocking them', gateway: ECHO, node: `${ADMIN}reenable-user` },
];
