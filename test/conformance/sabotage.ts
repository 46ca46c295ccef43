// What a sabotage is, and the simple kinds of it.

import { matches } from '../support/matcher.ts';
import type { XmlNode } from '../support/xml-tree.ts';
import type { DelayRule } from './hurried-clock.ts';
import type { IrcRule } from './irc-sabotages.ts';
import type { Rule, Spoiling } from './sabotage-proxy.ts';

export interface Sabotage {
  /** Names in the list of features. */
  readonly without?: readonly string[];
  /** Made anew for each run: rules may remember. */
  readonly spoiling?: () => Spoiling;
  /** Spoils what the gateway sends to IRC. */
  readonly irc?: IrcRule;
  /** Spoils how long the gateway waits for anything. */
  readonly clock?: DelayRule;
}

export const without = (...names: readonly string[]): Sabotage => ({ without: names });
export const rule = (stanza: Rule): Sabotage => ({ spoiling: () => ({ stanza }) });
export const drops = (pattern: string): Sabotage => rule((raw, node) => (matches(pattern, node) ? '' : raw));
export const edits = (what: RegExp, to: string): Sabotage => rule((raw) => raw.replaceAll(what, to));
export const isError = (node: XmlNode): boolean => node.attrs['type'] === 'error';

/** Keeps what fits until something else that fits has passed. */
export function holdsBack(early: string, until: string): Sabotage {
  const stanza = (): Rule => {
    let held = '';
    return (raw, node) => {
      if (matches(until, node)) {
        const both = raw + held;
        held = '';
        return both;
      }
      if (!matches(early, node)) return raw;
      held += raw;
      return '';
    };
  };
  return { spoiling: () => ({ stanza: stanza() }) };
}

/** Sends something of its own with the answers to the tests' pings, so that silence is not silence. */
export const babbles = (text: string): Sabotage =>
  rule((raw, node) => (node.attrs['id']?.startsWith('barrier') === true ? text + raw : raw));
