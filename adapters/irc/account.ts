// What a person fills in to link an IRC server, and what an account's answers mean for a connection.

import { BridgeError } from '../../src/model/errors.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import type { Account } from '../../src/model/network.ts';
import { type Text, words } from '../../src/model/words.ts';
import { maskedLine } from './masking.ts';
import { isNick, nickProblem } from './names.ts';
import { flagOf, type IrcSettings, numberOf, type ServerSettings, serverOf, textOf } from './settings.ts';

export function signInFields(settings: IrcSettings): readonly Field[] {
  return [...serverFields(settings), ...PERSON_FIELDS];
}

export function signInHelp({ fixedServer }: IrcSettings): Text {
  return fixedServer === undefined
    ? words`A server and a nick are enough. The account and its password are those of a nick that is registered there.`
    : words`A nick is enough. The account and its password are those of a nick that is registered.`;
}

export function anotherAccount({ fixedServer }: IrcSettings): Text | undefined {
  if (fixedServer !== undefined) return undefined;
  return words`With another server you add an account there, and this one stays as it is.`;
}

function serverFields(settings: IrcSettings): readonly Field[] {
  if (settings.fixedServer !== undefined) return [];
  const names = [...settings.servers.keys()];
  if (!settings.allowAnyServer) {
    const choices = names.map((value) => ({ value, label: value }));
    return [{ type: 'choice', name: 'server', label: words`Server`, required: true, choices, ...firstOf(names) }];
  }
  const help = names.length === 0 ? words`A host name.` : words`A host name, or one of: ${names.join(', ')}.`;
  return [
    { type: 'text', name: 'server', label: words`Server`, required: true, help, legacy: 'url', ...firstOf(names) },
    { type: 'boolean', name: 'tls', label: words`Encrypted (TLS)`, default: true },
    { type: 'number', name: 'port', label: words`Port`, help: words`Left out: the usual one.`, min: 1, max: 65_535 },
  ];
}
function firstOf(names: readonly string[]): { readonly default?: string } {
  const [first] = names;
  return first === undefined ? {} : { default: first };
}

const PERSON_FIELDS: readonly Field[] = [
  { type: 'text', name: 'nick', label: words`Nick`, required: true, legacy: 'nick', check: nickProblem },
  {
    type: 'text',
    name: 'account',
    label: words`Account, if you have one`,
    help: words`Name of your account with the server, if you have one; left out, it is the nick.`,
    legacy: 'username',
  },
  { type: 'secret', name: 'password', label: words`Password of the account`, legacy: 'password' },
  {
    type: 'secret',
    name: 'serverPassword',
    label: words`Password of the server itself (rarely needed)`,
    help: words`Only where the server itself asks for one.`,
  },
];

export const PREFERENCES: readonly Field[] = [
  { type: 'boolean', name: 'stayConnected', label: words`Stay connected while I am offline`, default: false },
  {
    type: 'text',
    name: 'realname',
    label: words`Real name shown to others`,
    help: words`Not every server can change it while you are there: then you are connected anew for a moment, and back in your rooms by yourself.`,
  },
  {
    type: 'lines',
    name: 'onConnect',
    mask: maskedLine,
    label: words`Commands after connecting`,
    help: words`One IRC line each, such as MODE nick +i or PRIVMSG somebot :hello. They are sent the next time that you are connected.`,
  },
  {
    type: 'boolean',
    name: 'nickserv',
    label: words`Send my account password to NickServ`,
    help: words`Only where the server has no SASL, over TLS, and if the operator allows it. Whoever holds the nick NickServ reads the password.`,
    default: false,
  },
];

/** The password stays that of the same account, which may have been named by the nick alone. */
export function withNick(answers: Answers, nick: string): Answers {
  const isNamed = textOf(answers, 'password') === '' || textOf(answers, 'account') !== '';
  return { ...answers, nick, ...(!isNamed && { account: textOf(answers, 'nick') }) };
}

/** All that is needed to get on a server as somebody. */
export interface Identity {
  readonly server: ServerSettings;
  readonly nick: string;
  readonly username: string;
  readonly realname: string;
  readonly sasl?: { readonly account: string; readonly password: string };
  readonly serverPassword?: string;
  /** The password may go to NickServ: the person and the operator want it, and the line is encrypted. */
  readonly nickserv: boolean;
  /** Signing in: a password that nothing confirms is refused. */
  readonly mustConfirm: boolean;
  readonly onConnect: readonly string[];
  /** Take `nick_` when the nick is in use, instead of giving up. */
  readonly fallbackNick: boolean;
}

/** @throws BridgeError `not-registered`, `malformed`, `host-unknown` or `nick-invalid` with `field`. */
export function identityOf(settings: IrcSettings, account: Account): Identity {
  const { settings: answers, guest } = account;
  const server = withOwnPort(settings, serverOf(settings, account.key), answers);
  const nick = account.wantedNick ?? textOf(answers, 'nick');
  if (nick === '')
    throw new BridgeError('not-registered', words`Join a channel first, or register: you have no nick yet.`);
  if (!isNick(nick)) throw new BridgeError('nick-invalid', words`“${nick}” can't be a nick on IRC.`, { field: 'nick' });
  const password = textOf(answers, 'password');
  const serverPassword = textOf(answers, 'serverPassword') || server.password;
  return {
    server,
    nick,
    username: usernameOf(textOf(answers, 'account') || nick),
    realname: textOf(answers, 'realname') || settings.realname,
    ...(password === '' ? {} : { sasl: { account: textOf(answers, 'account') || nick, password } }),
    ...(serverPassword === undefined ? {} : { serverPassword }),
    nickserv: server.tls && server.nickserv && flagOf(answers, 'nickserv', false),
    mustConfirm: false,
    onConnect: textOf(answers, 'onConnect')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    fallbackNick: !guest,
  };
}

// A listed server is the operator's word; for others the account may say where and how.
function withOwnPort(settings: IrcSettings, server: ServerSettings, answers: Answers): ServerSettings {
  if (server.listed || settings.fixedServer !== undefined) return server;
  const tls = flagOf(answers, 'tls', true);
  const usual = server.port === 6697 && !tls ? 6667 : server.port;
  return { ...server, tls, port: numberOf(answers, 'port', usual) };
}

/** What ident would say: ASCII letters and digits, at most ten. */
function usernameOf(name: string): string {
  return (
    name
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 10)
      .toLowerCase() || 'viaduct'
  );
}
