// Every form that a person may meet, how she gets there, and what it is for.

export const IRC = 'irc.localhost';
export const SMS = 'sms.localhost';
export const MATRIX = 'matrix.localhost';
export const ECHO = 'echo.localhost';
/** A network that is no more. */
export const GONE = 'icq.localhost';
/** A network that keeps what it is given, and whose server refuses everything. */
export const POST = 'post.localhost';
export const ROOM = `#garden@${ECHO}`;
export const CONTACT = `benvolio@${ECHO}`;
const REGISTER = 'jabber:iq:register';
const ADMIN = 'http://jabber.org/protocol/admin#';

export type Client = 'gajim' | 'converse' | 'psi';

export interface Picture {
  readonly name: string;
  readonly caption: string;
  /** Default: Gajim and Converse.js. */
  readonly clients?: readonly Client[];
  /** Why not in both. */
  readonly why?: string;
}

/** What is filled in, field by field from the first; empty: left as it is. */
export type Answers = readonly string[];
/** Whatever a list offers first. */
export const FIRST = '*';

/** A command, and as much of it filled in as is needed to get to the form, or to its end where there is none. */
export interface Way {
  readonly gateway: string;
  readonly node: string;
  /** One for each form before the one that is shown. */
  readonly before?: readonly Answers[];
}

export interface FormShot extends Picture, Way {}

/** Gajim shows these as forms of registration (XEP-0077), others as commands (XEP-0050). */
export const REGISTRATIONS: readonly FormShot[] = [
  { name: 'register-irc', caption: 'an account on IRC', gateway: IRC, node: REGISTER },
  { name: 'register-sms', caption: 'one of the numbers of the gateway', gateway: SMS, node: REGISTER },
  { name: 'register-matrix', caption: 'an account on Matrix', gateway: MATRIX, node: REGISTER },
  { name: 'register-echo', caption: 'an account on the network for tests', gateway: ECHO, node: REGISTER },
];

/** What follows the first form, as commands. */
export const STEPS: readonly FormShot[] = [
  {
    name: 'wrong-answer',
    caption: 'the answers would not do: what was typed is still there, and the reason stands above',
    gateway: ECHO,
    node: REGISTER,
    before: [['capulet', 'wrong']],
  },
  {
    name: 'register-code',
    caption: 'the network asks for a code that it has sent',
    gateway: ECHO,
    node: REGISTER,
    before: [['capulet', 'code']],
  },
  {
    name: 'register-code-wrong',
    caption: 'that was not the code: the same question once more',
    gateway: ECHO,
    node: REGISTER,
    before: [['capulet', 'code'], ['4321']],
  },
  {
    name: 'register-wait',
    caption: 'something is to be done elsewhere first, such as opening a link',
    gateway: ECHO,
    node: REGISTER,
    before: [['capulet', 'elsewhere']],
  },
];

/** With an account on IRC and two on the same gateway: what is asked first there. */
export const ON_IRC: readonly FormShot[] = [
  {
    name: 'settings-which',
    caption: 'where there are several accounts: which of them',
    gateway: IRC,
    node: 'settings',
  },
  {
    name: 'settings-irc',
    caption: 'preferences of an account on IRC',
    gateway: IRC,
    node: 'settings',
    before: [[FIRST]],
  },
  { name: 'unregister', caption: 'removing an account', gateway: IRC, node: 'unregister' },
];

/** With an account. */
export const COMMANDS: readonly FormShot[] = [
  { name: 'help', caption: 'what the gateway can do', gateway: ECHO, node: 'help' },
  { name: 'status', caption: 'the state of one’s accounts', gateway: ECHO, node: 'status' },
  { name: 'settings', caption: 'preferences of an account', gateway: ECHO, node: 'settings' },
  { name: 'room-settings-which', caption: 'preferences of a room: which one', gateway: ECHO, node: 'room-settings' },
  {
    name: 'room-settings',
    caption: 'preferences of a room',
    gateway: ECHO,
    node: 'room-settings',
    before: [['#garden']],
  },
  { name: 'room-settings-there', caption: 'the same, asked at the room itself', gateway: ROOM, node: 'room-settings' },
  { name: 'join', caption: 'going into a room', gateway: ECHO, node: 'join' },
  { name: 'join-done', caption: 'and what comes of it', gateway: ECHO, node: 'join', before: [['#orchard']] },
  { name: 'add', caption: 'adding a contact', gateway: ECHO, node: 'add' },
  {
    name: 'add-wrong',
    caption: 'something else than a person was typed',
    gateway: ECHO,
    node: 'add',
    before: [['#garden']],
  },
  { name: 'add-done', caption: 'what comes of adding one', gateway: ECHO, node: 'add', before: [['benvolio']] },
  { name: 'contact-profile', caption: 'who a contact is', gateway: ECHO, node: 'contact-profile' },
  {
    name: 'contact-profile-done',
    caption: 'what the network tells',
    gateway: ECHO,
    node: 'contact-profile',
    before: [['benvolio']],
  },
  { name: 'contact-block', caption: 'blocking a contact on the network', gateway: ECHO, node: 'contact-block' },
  { name: 'contact-unblock', caption: 'unblocking one', gateway: ECHO, node: 'contact-unblock' },
  {
    name: 'fetch-contacts',
    caption: 'the network’s list of contacts, fetched once more',
    gateway: ECHO,
    node: 'fetch-contacts',
  },
  { name: 'contact-remove', caption: 'removing a contact', gateway: ECHO, node: 'contact-remove' },
  { name: 'find', caption: 'finding people, by a command', gateway: ECHO, node: 'search' },
  {
    name: 'find-done',
    caption: 'who was found',
    gateway: ECHO,
    node: 'search',
    before: [['benvolio']],
  },
  { name: 'export-data', caption: 'what is kept about oneself', gateway: ECHO, node: 'export-data' },
  { name: 'delete-data', caption: 'deleting all of it', gateway: ECHO, node: 'delete-data' },
];

/** Signing off is leaving all rooms. */
export const SESSIONS: readonly FormShot[] = [
  { name: 'logout', caption: 'signing off', gateway: ECHO, node: 'logout' },
  { name: 'login', caption: 'signing in again', gateway: ECHO, node: 'login' },
];

/** For administrators. */
export const ADMINISTRATION: readonly FormShot[] = [
  { name: 'admin-announce', caption: 'an announcement', gateway: ECHO, node: `${ADMIN}announce` },
  {
    name: 'admin-number',
    caption: 'how many have an account; likewise how many are online, and blocked',
    gateway: ECHO,
    node: `${ADMIN}get-registered-users-num`,
  },
  {
    name: 'admin-registered',
    caption: 'who has an account; likewise who is online, and blocked',
    gateway: ECHO,
    node: `${ADMIN}get-registered-users-list`,
  },
  { name: 'admin-delete', caption: 'deleting users', gateway: ECHO, node: `${ADMIN}delete-user` },
  { name: 'admin-end-session', caption: 'ending sessions', gateway: ECHO, node: `${ADMIN}end-user-session` },
  { name: 'admin-block', caption: 'blocking users', gateway: ECHO, node: `${ADMIN}disable-user` },
  { name: 'admin-unblock', caption: 'unblocking them', gateway: ECHO, node: `${ADMIN}reenable-user` },
  { name: 'dead-letters', caption: 'messages that could not be delivered', gateway: POST, node: 'dead-letters' },
  {
    name: 'dead-letter',
    caption: 'one of them, and what is to be done with it',
    gateway: POST,
    node: 'dead-letters',
    before: [[FIRST]],
  },
];

/** Where a language is chosen, at each gateway. */
export const LANGUAGES: readonly Way[] = [
  { gateway: ECHO, node: 'settings' },
  { gateway: IRC, node: 'settings', before: [[FIRST]] },
];

/** For who reads German. */
export const GERMAN: readonly FormShot[] = [
  { name: 'register-irc-de', caption: 'an account on IRC', gateway: IRC, node: REGISTER },
  { name: 'settings-de', caption: 'preferences of an account', gateway: ECHO, node: 'settings' },
];
