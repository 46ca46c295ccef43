// What the product is to do, line by line, and the part of the model that carries it. Typed by the model's own tables: a kind that does
// not exist does not compile. What never crosses the model says who owns it instead.

import type { Administration } from '../src/model/administration.ts';
import type { Capabilities } from '../src/model/capabilities.ts';
import type { CommandKind } from '../src/model/commands.ts';
import type { Body, Conversation, GroupTraits, Message, Participant } from '../src/model/conversation.ts';
import type { ErrorCode } from '../src/model/errors.ts';
import type { EventKind } from '../src/model/events.ts';
import type { Host, Network, Session } from '../src/model/network.ts';
import type { AccountDesk, Bridge, MessageIds, SubscriptionBook } from '../src/model/ports.ts';
import type { QueryKind } from '../src/model/queries.ts';
import type { Store } from '../src/model/stores.ts';

type KeysOf<T> = Extract<keyof T, string>;

/** A part of the model by its kind and name. */
export type Part =
  | `command ${CommandKind}`
  | `event ${EventKind}`
  | `query ${QueryKind}`
  | `error ${ErrorCode}`
  | `capability ${KeysOf<Capabilities>}`
  | `body ${KeysOf<Body>}`
  | `message ${KeysOf<Message>}`
  | `participant ${KeysOf<Participant>}`
  | `conversation ${KeysOf<Conversation>}`
  | `traits ${KeysOf<GroupTraits>}`
  | `network ${KeysOf<Network>}`
  | `session ${KeysOf<Session>}`
  | `host ${KeysOf<Host>}`
  | `bridge ${KeysOf<Bridge>}`
  | `desk ${KeysOf<AccountDesk>}`
  | `administration ${KeysOf<Administration>}`
  | `ids ${KeysOf<MessageIds>}`
  | `subscriptions ${KeysOf<SubscriptionBook>}`
  | `store ${KeysOf<Store>}`;

/** Who owns a line that the model has no part in. */
export type Outside = 'outside: xmpp' | 'outside: store' | 'outside: config' | 'outside: http' | 'outside: observe';

export type Line = readonly [text: string, first: Part | Outside, ...more: readonly (Part | Outside)[]];

export const COVERAGE = {
  'One line through every layer': [
    ['a gateway is found by service discovery', 'network title', 'network identity', 'capability accepts'],
    [
      'an account is linked: server, nick, password, stay connected',
      'network signInForm',
      'network signIn',
      'desk form',
      'desk signUp',
    ],
    [
      'it is found again, changed, removed with all it left',
      'desk accounts',
      'desk signUp',
      'desk remove',
      'session close',
    ],
    ['preferences beside the sign-in answers', 'network preferences'],
    ['the nick of an account among them', 'network renamed'],
    ['a guest joins with the nick of the join', 'network guests', 'command join', 'event opened'],
    [
      'occupants, their ranks, the subject',
      'conversation participants',
      'conversation topic',
      'participant rank',
      'event topicSet',
    ],
    ['said in a channel and seen by all, the speaker too', 'command say', 'event said', 'message own'],
    ['private messages both ways', 'conversation kind', 'network directOf', 'command say', 'event said'],
    ['one changes the nick', 'command setNick', 'event changed', 'error nick-taken', 'error nick-invalid'],
    ['one leaves, or is kicked', 'command leave', 'event closed', 'event left'],
    ['somebody comes', 'event joined'],
    [
      'a join fails: unknown host, nick taken, banned, wrong key, full',
      'error host-unknown',
      'error banned',
      'error bad-password',
      'error full',
    ],
    ['several clients of one person in a room', 'bridge joined', 'bridge clientGone'],
    ['asking whether one is still in a room', 'bridge conversation', 'error not-joined'],
    ['addresses and URIs in any written form', 'network parse', 'network placeOf', 'error malformed'],
    ['which account and which lane a command belongs to', 'network accountOf', 'network laneOf'],
    ['what an operator sets for a network', 'outside: config'],
    ['a person who may not use the gateway', 'error forbidden'],
    [
      'the connection to the network is up, down, or up again',
      'event connected',
      'event disconnected',
      'error network-down',
      'error timeout',
    ],
    ['server notices and message of the day', 'event told'],
    ['lines cut to what the network takes', 'capability text', 'error too-long'],
    ['a request in which the network misses something', 'error incomplete'],
    ['the XMPP link, its handshake and hostile input', 'outside: xmpp'],
    ['alive and ready pages', 'outside: http'],
  ],
  Delivery: [
    ['a durable command is on disk before the network sees it', 'network delivery', 'store queue'],
    ['a durable event and its id in one write', 'store batch', 'store log', 'message id'],
    ['a message cut into several keeps one name', 'ids remember', 'ids network', 'ids xmpp'],
    ['accepted now, failed later', 'event failed', 'event sent'],
    ['the outcome of a send is unknown', 'session send'],
    ['an edit that overtakes its original', 'command edit', 'ids network'],
    ['pace and limits told by the network', 'error rate-limited', 'error quota'],
    ['back-pressure towards the network', 'host pressure'],
    ['a claim on a name for a time', 'store expiring'],
    ['everybody back after a restart', 'network openSession', 'event opened', 'store table'],
    ['checkpoints, spool, classes of stanza', 'outside: xmpp'],
    ['figures for the operator', 'outside: observe'],
  ],
  SMS: [
    ['one of the pool’s free numbers is chosen', 'network signInForm', 'network signIn', 'error conflict'],
    ['any written form of a number', 'network parse'],
    ['a text out, its parts, its receipt', 'command say', 'event sent', 'event delivered', 'capability text'],
    ['a text fails with a reason', 'event failed', 'error unreachable', 'error opted-out', 'error not-found'],
    ['read by the other side (RCS)', 'event displayed'],
    ['a text in, by a signed webhook, once', 'host mount', 'event said', 'message id'],
    [
      'pictures both ways',
      'body attachments',
      'host publish',
      'host fetch',
      'capability attachments',
      'error too-large',
    ],
    ['no edits, no rooms, no presence', 'capability accepts', 'error unsupported'],
    ['an unknown outcome is looked up, not repeated', 'session send', 'host state'],
    ['a group text is a conversation of its own', 'network placeOf', 'conversation kind'],
    ['a contact for a number', 'command add', 'event appeared'],
  ],
  Matrix: [
    [
      'linking by password, token, or a code to enter elsewhere',
      'network signIn',
      'error bad-credentials',
      'error expired',
    ],
    ['direct chats as contacts, rooms as rooms', 'event listed', 'query contacts', 'event opened', 'conversation kind'],
    [
      'a room’s name, topic, avatar, members',
      'conversation name',
      'conversation topic',
      'conversation avatar',
      'participant avatar',
    ],
    ['an invitation comes; it is taken or declined', 'event invited', 'command accept', 'command decline'],
    ['the same invitation is told once, and not again after a decline', 'bridge invitations'],
    ['text with marks, mentions, quotes', 'body spans', 'body replyTo', 'capability replies'],
    ['threads', 'body thread', 'capability threads'],
    ['edits and deletions both ways', 'command edit', 'event edited', 'command retract', 'event retracted'],
    ['/me and notices', 'body kind'],
    ['own messages from another client, once', 'message own', 'event said'],
    ['a retry never doubles', 'session send', 'network delivery'],
    ['reactions, the full set', 'command react', 'event reacted'],
    ['typing', 'command type', 'event typed'],
    ['read up to here', 'command display', 'event displayed'],
    ['the sync token', 'host state'],
    ['a revoked token is told, not looped', 'event disconnected', 'error bad-credentials'],
    ['a room is upgraded', 'event moved', 'error moved'],
    ['a gap in what was synced', 'query history', 'message at'],
    ['a picture kept behind a login', 'host fetch', 'host publish'],
  ],
  'Accounts and contacts': [
    ['sign-up of several steps, with waiting', 'network signIn'],
    ['which field is wrong and why', 'error malformed', 'desk signUp'],
    ['a conversation with the gateway’s own address', 'desk form', 'outside: xmpp'],
    ['networks that are no more', 'error gone', 'outside: config'],
    ['the network’s contact list', 'event listed'],
    ['adding and removing a contact', 'command add', 'command remove'],
    ['whoever is added says yes or no, or changes her mind', 'event answered', 'capability approval'],
    ['somebody asks to add me; I answer', 'event asked', 'command answer'],
    ['blocking somebody at the network', 'command block'],
    ['subscriptions kept', 'subscriptions of', 'subscriptions set', 'subscriptions users', 'subscriptions removeAll'],
    ['search in the network’s directory of people', 'query search'],
    ['profiles, avatars, nicknames', 'query profile', 'query avatar', 'participant avatar', 'command setProfile'],
    ['my presence at the network', 'command appear', 'bridge clientPresence'],
    ['a contact’s presence, idle since', 'event appeared', 'command watch', 'participant presence'],
    ['the state of my account in words', 'bridge accountStates', 'event connected', 'event disconnected'],
    ['asking a person’s client for its version or a ping', 'command poke'],
    ['a line in the network’s own protocol', 'command raw'],
    ['not signed up yet', 'error not-registered'],
    ['a person’s data out and deleted', 'desk accounts', 'administration rooms', 'administration deleteAll'],
    ['who has an account, who is online', 'administration registered', 'administration online'],
    ['ending somebody’s session', 'administration endSessions'],
    ['blocking at run time', 'administration setBlocked', 'administration isBlocked', 'administration blocked'],
    ['texts in the person’s language', 'body lang', 'outside: xmpp'],
    ['version, time, uptime, addresses of the operator', 'outside: xmpp'],
  ],
  Rooms: [
    [
      'what a room is, before joining',
      'query preview',
      'traits membersOnly',
      'traits moderated',
      'traits hidden',
      'traits passwordProtected',
      'traits topicOpen',
    ],
    ['history of the join within its limits', 'command join', 'event opened', 'message at'],
    ['ranks given and taken', 'command setRank', 'event changed'],
    ['kicks and bans', 'command eject', 'event left', 'event closed', 'error banned'],
    ['lists of members, admins, bans', 'query members'],
    ['inviting', 'command invite', 'event invited', 'error members-only'],
    ['the configuration form', 'query settings', 'command configure', 'event configured'],
    ['commands that a server of the network does not know', 'error not-implemented'],
    ['a room is made or ended', 'command create', 'command destroy', 'event closed'],
    ['setting the subject', 'command setTopic', 'event topicSet'],
    ['a room gets a picture', 'command setPicture', 'event configured', 'query avatar'],
    ['deleting somebody else’s message', 'command moderate', 'event retracted'],
    ['lists of rooms, in pages', 'query directory'],
    ['the archive', 'query history', 'store log'],
    ['stable ids of people and messages', 'participant id', 'message id'],
    ['the network’s own long address of a person', 'participant address'],
    ['nobody has another’s nick', 'capability uniqueNicks'],
    ['bookmarks, occupant ids, versioned affiliations', 'outside: xmpp'],
  ],
  'On paper: BitlBee': [
    ['an identity of its own, registered there and dropped again', 'network signIn', 'session close'],
    ['accounts on old networks, one connection each', 'network openSession', 'network accountOf'],
    ['a question in the course of a login', 'network signIn', 'event asked', 'command answer'],
    ['buddies with their state, mood and idle time', 'event listed', 'event appeared', 'participant presence'],
    ['a buddy is renamed: added again under the new name', 'command add', 'event listed'],
    ['lines that belong together are one message', 'event said', 'capability text'],
    ['typing by CTCP', 'command type', 'event typed'],
    ['own messages from another device', 'message own'],
    ['a file is offered', 'body attachments', 'host publish'],
    ['group chats, some without a name', 'event opened', 'conversation name', 'command create'],
    ['blocking, where the old network has it', 'command block', 'session capabilitiesOf'],
  ],
  'On paper: a foreign XMPP account': [
    [
      'address and password; a server that refuses to encrypt is refused',
      'network signIn',
      'error bad-credentials',
      'error unreachable',
    ],
    ['roster with groups, pushes', 'event listed'],
    ['subscriptions both ways', 'command add', 'event asked', 'command answer', 'command remove'],
    ['presence with show, status, several devices merged', 'command appear', 'event appeared'],
    ['receipts, markers, chat states', 'event delivered', 'event displayed', 'command display', 'command type'],
    [
      'corrections, retractions, reactions, replies named by foreign ids',
      'command edit',
      'command retract',
      'command react',
      'ids network',
    ],
    ['carbons are own messages', 'message own'],
    ['rooms there are rooms here', 'command join', 'event opened', 'query preview'],
    ['their archive', 'query history'],
    ['files by their upload service', 'body attachments', 'host fetch'],
    ['a message resent after a resumed stream is known by its id', 'message id'],
    ['subject lines of messages', 'body subject'],
  ],
  Everywhere: [
    ['plain text that alone reads well', 'body text'],
    ['the subject line of a message between two people', 'body subject'],
    [
      'what a network reports and answers',
      'capability reports',
      'capability answers',
      'network capabilities',
      'session capabilitiesOf',
      'session ask',
      'bridge ask',
    ],
    ['everything a user asks for goes one way', 'bridge submit', 'bridge capabilities'],
    ['a fault of ours has an incident to quote', 'error internal'],
    ['starting, stopping, the prompt for an address', 'network start', 'network stop', 'network prompt'],
    ['what an adapter may reach', 'host log', 'host clock', 'host state'],
    ['the store is asked whether it lives, and closed', 'store ping', 'store close'],
    [
      'who is who in a conversation',
      'conversation id',
      'conversation self',
      'conversation traits',
      'participant nick',
      'message from',
      'message body',
    ],
  ],
} as const satisfies Readonly<Record<string, readonly Line[]>>;
