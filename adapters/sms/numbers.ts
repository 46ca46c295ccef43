// Numbers as people write them and as they are kept: `+15551234567` (RFC 3966 without the scheme), short codes with their country
// (`33733;phone-context=us`), and senders that have a name only, which can't be answered (`414d415a4f4e;sender`, the hex of its UTF-8).

import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';
import { type ConversationId, conversationId, participantId } from '../../src/model/ids.ts';
import { ONLINE, type Participant } from '../../src/model/conversation.ts';
import type { Place } from '../../src/model/network.ts';
import { type Words, words } from '../../src/model/words.ts';
import { malformed } from './errors.ts';

export type { CountryCode };

const E164 = /^\+[1-9]\d{6,14}$/;
const SHORT = /^(\d{3,8});phone-context=([a-z]{2})$/;
const SENDER = /^((?:[0-9a-f]{2}){1,64});sender$/;
/** Wherever one is: never a text by mistake. */
const EMERGENCY = new Set(
  '000 100 101 102 108 110 111 112 113 115 117 118 119 120 122 123 133 144 190 191 192 193 911 995 997 998 999'.split(
    ' ',
  ),
);
export const CALL_THEM = words`Emergency services can not be texted from here: call them.`;
const LONGEST_TYPED = 200;

export function countryOf(text: string): CountryCode | undefined {
  const code = text.trim().toUpperCase();
  return isSupportedCountry(code) ? code : undefined;
}

/** Undefined where only the number's network knows, as for `+1 555`. */
export function countryOfNumber(number: string): CountryCode | undefined {
  return parsePhoneNumberFromString(number)?.country;
}

/** `+1 555 123 4567` */
export function readable(number: string): string {
  return parsePhoneNumberFromString(number)?.formatInternational() ?? number;
}

/** Any written form; `country` is whose national numbers and short codes are meant. @throws BridgeError `malformed`. */
export function parse(text: string, country: CountryCode | undefined): Place {
  const typed = text.trim();
  const asIs = placeOf(conversationId(withoutScheme(typed).toLowerCase()));
  if (asIs !== undefined && !isEmergency(asIs.conversation)) return asIs;
  const [written, ofCountry] = subscriberIn(withoutScheme(typed), country);
  const digits = written.replaceAll(/[\s\u00a0\u2000-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2066-\u2069().\-/]/g, '');
  if (digits === '') throw malformed(words`Write a phone number, such as +15551234567.`);
  if (/[^\d+]/.test(digits)) {
    throw malformed(words`A phone number has digits only: no letters, no names. Write it as +15551234567.`);
  }
  if (EMERGENCY.has(digits)) throw malformed(CALL_THEM);
  return fullNumber(digits, ofCountry) ?? shortCode(digits, ofCountry);
}

/** `tel:`, `sms:` and the like, percent-encoding and all (RFC 3966, RFC 5724). @throws BridgeError `malformed`. */
function withoutScheme(typed: string): string {
  if (typed.length > LONGEST_TYPED) throw malformed(words`That is too long for a phone number.`);
  const uri = /^(?:tel|smsto|sms|mmsto|mms):(?:\/\/)?([^?#]*)/i.exec(typed);
  if (uri === null) return typed;
  try {
    return decodeURIComponent(uri[1] ?? '').trim();
  } catch {
    throw malformed(words`That is not a valid address of a phone.`);
  }
}

/** The number itself, and the country that its parameters name. @throws BridgeError `malformed`. */
function subscriberIn(text: string, country: CountryCode | undefined): [string, CountryCode | undefined] {
  if (text.includes(',')) throw malformed(words`One number at a time, please.`);
  const [number = '', ...parameters] = text.split(';');
  let context = country;
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.toLowerCase().split('=');
    if (name === 'ext' || name === 'isub') throw malformed(words`An extension can't be texted: leave it out.`);
    if (name !== 'phone-context') continue;
    if (value.startsWith('+')) return [value + number.replace(/^0/, ''), country];
    context = countryOf(value) ?? country;
  }
  return [number, context];
}

/** @throws BridgeError `malformed`. */
function fullNumber(digits: string, country: CountryCode | undefined): Place | undefined {
  if (/.\+/.test(digits)) throw malformed(words`A plus stands in front of a number only.`);
  const isInternational = /^(?:\+|00)/.test(digits);
  const found = isInternational
    ? parsePhoneNumberFromString(digits.replace(/^00/, '+'))
    : country && parsePhoneNumberFromString(digits, country);
  const isShort = !isInternational && /^[1-9]\d{2,5}$/.test(digits) && found?.isValid() !== true;
  if (isShort) return undefined;
  const place = found?.isPossible() === true ? placeOf(conversationId(found.number)) : undefined;
  if (place !== undefined) return place;
  throw malformed(wrongNumber(digits, isInternational, country));
}

function wrongNumber(digits: string, isInternational: boolean, country: CountryCode | undefined): Words {
  const isTooLong = digits.length > 15;
  const shown = digits.slice(0, 20);
  if (isInternational) {
    return isTooLong
      ? words`${shown} is too long for a phone number.`
      : words`${shown} is no possible phone number: digits are missing, too many or wrong.`;
  }
  if (country === undefined) {
    return words`Write the number with + and the code of its country, such as +15551234567.`;
  }
  const code = getCountryCallingCode(country);
  return isTooLong
    ? words`${shown} is too long for a phone number in ${country} (+${code}).`
    : words`${shown} is no possible phone number in ${country} (+${code}): digits are missing, too many or wrong.`;
}

/** @throws BridgeError `malformed`. */
function shortCode(digits: string, country: CountryCode | undefined): Place {
  const place = country && placeOf(conversationId(`${digits};phone-context=${country.toLowerCase()}`));
  if (place) return place;
  throw malformed(
    words`A short number is of one country: say in your account which is yours, or write it in full, with +.`,
  );
}

export function placeOf(id: ConversationId): Place | undefined {
  if (E164.test(id)) return { conversation: id, kind: 'direct', uri: `tel:${id}` };
  const [, code, country] = SHORT.exec(id) ?? [];
  if (code !== undefined && country !== undefined) {
    return countryOf(country) === undefined ? undefined : { conversation: id, kind: 'direct', uri: `tel:${id}` };
  }
  return senderName(id) === undefined ? undefined : { conversation: id, kind: 'direct', uri: `sms:${id}` };
}

/** Of one who can't be answered. */
export function senderName(id: string): string | undefined {
  const hex = SENDER.exec(id)?.[1];
  if (hex === undefined) return undefined;
  const name = Buffer.from(hex, 'hex').toString();
  return Buffer.from(name).toString('hex') === hex && /\S/.test(name) && !isNumber(name) ? name : undefined;
}

/** Who stands behind the provider's `From` or `To`; `home`: the country of our number. */
export function contactOf(address: string, home: CountryCode | undefined): ConversationId | undefined {
  const written = address.trim();
  if (E164.test(written)) return conversationId(written);
  const country = (home ?? 'US').toLowerCase();
  const named = `${Buffer.from(written).toString('hex')};sender`;
  const id = conversationId(isNumber(written) ? `${written};phone-context=${country}` : named);
  return placeOf(id)?.conversation;
}

/** They may text, and are not to be texted. */
export function isEmergency(id: ConversationId): boolean {
  return EMERGENCY.has(SHORT.exec(id)?.[1] ?? '');
}

function isNumber(text: string): boolean {
  return E164.test(text) || /^\d{3,8}$/.test(text);
}

/** As the provider is told it; undefined for one who can't be answered. */
export function addressOf(id: ConversationId): string | undefined {
  return E164.test(id) ? id : SHORT.exec(id)?.[1];
}

export function personOf(id: ConversationId): Participant {
  const nick = senderName(id) ?? SHORT.exec(id)?.[1] ?? readable(id);
  return { id: participantId(id), nick, rank: 'none', presence: ONLINE };
}
