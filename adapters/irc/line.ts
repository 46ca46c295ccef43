// One line of the IRC protocol: reading it into its parts and writing one (RFC 2812 2.3, IRCv3 message tags).

export interface IrcLine {
  /** Message tags as they came, without the `@`; empty where there are none. */
  readonly tags: string;
  /** `nick!user@host`, a server's name, or empty. */
  readonly source: string;
  /** Upper case; three digits for a numeric. */
  readonly command: string;
  readonly params: readonly string[];
}

const SPACE = 0x20;
const COLON = 0x3a;
const AT = 0x40;
const MAX_PARAMS = 64;

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}

/** @returns undefined for a line without a command. */
export function parseLine(text: string): IrcLine | undefined {
  let at = skipSpaces(text, 0);
  let tags = '';
  let source = '';
  if (text.charCodeAt(at) === AT) {
    const end = text.indexOf(' ', at);
    if (end < 0) return undefined;
    tags = text.slice(at + 1, end);
    at = skipSpaces(text, end);
  }
  if (text.charCodeAt(at) === COLON) {
    const end = text.indexOf(' ', at);
    if (end < 0) return undefined;
    source = text.slice(at + 1, end);
    at = skipSpaces(text, end);
  }
  const end = text.indexOf(' ', at);
  const command = (end < 0 ? text.slice(at) : text.slice(at, end)).toUpperCase();
  if (command === '') return undefined;
  return { tags, source, command, params: end < 0 ? [] : parseParams(text, end) };
}

function parseParams(text: string, from: number): string[] {
  const params: string[] = [];
  let at = skipSpaces(text, from);
  while (at < text.length && params.length < MAX_PARAMS) {
    if (text.charCodeAt(at) === COLON) {
      params.push(text.slice(at + 1));
      return params;
    }
    const end = text.indexOf(' ', at);
    if (end < 0) {
      params.push(text.slice(at));
      return params;
    }
    params.push(text.slice(at, end));
    at = skipSpaces(text, end);
  }
  return params;
}

const UNESCAPED: Readonly<Record<string, string>> = { ':': ';', s: ' ', r: '\r', n: '\n', '\\': '\\' };

/** Value of one message tag; empty for a tag without a value, undefined where it is not there. */
export function tagOf(tags: string, name: string): string | undefined {
  if (tags === '') return undefined;
  for (const tag of tags.split(';')) {
    const equals = tag.indexOf('=');
    if ((equals < 0 ? tag : tag.slice(0, equals)) !== name) continue;
    const value = equals < 0 ? '' : tag.slice(equals + 1);
    return value.includes('\\') ? value.replace(/\\(.?)/g, (_, char: string) => UNESCAPED[char] ?? char) : value;
  }
  return undefined;
}

/** The nick in a source, or the server's name. */
export function nickOf(source: string): string {
  const end = source.search(/[!@]/);
  return end < 0 ? source : source.slice(0, end);
}

export interface Source {
  readonly nick: string;
  readonly user: string;
  readonly host: string;
}
/** The parts of `nick!user@host`; those that are missing are empty. */
export function parseSource(source: string): Source {
  const at = source.lastIndexOf('@');
  const host = at < 0 ? '' : source.slice(at + 1);
  const front = at < 0 ? source : source.slice(0, at);
  const bang = front.indexOf('!');
  return bang < 0 ? { nick: front, user: '', host } : { nick: front.slice(0, bang), user: front.slice(bang + 1), host };
}

// eslint-disable-next-line no-control-regex
const BREAKS = /[\r\n\0]+/g;

/** What would end a line early, or be taken for its end, becomes a space. */
export function oneLine(text: string): string {
  return text.replace(BREAKS, ' ');
}

/** A line to send; the last parameter may have spaces. */
export function formatLine(command: string, ...params: readonly string[]): string {
  let out = command;
  for (let i = 0; i < params.length; i++) {
    const param = oneLine(params[i] ?? '');
    const trailing = i === params.length - 1 && (param === '' || param.startsWith(':') || param.includes(' '));
    out += trailing ? ` :${param}` : ` ${param}`;
  }
  return out;
}
