// Messages and numbers of the fake Twilio as its API shows them: one, and pages of many. A message is in the list only after a while.

import { API_VERSION, type Hub } from './twilio-server-hub.ts';
import type { Message, OwnNumber } from './twilio-server-records.ts';
import { WORDS } from './twilio-server-refusals.ts';
import { segmentsOf } from './twilio-server-segments.ts';

const PAGE = 50;
const LARGEST_PAGE = 1_000;

/** RFC 2822, in whole seconds. */
const date = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');

const uriOf = (account: string, rest: string): string => `/${API_VERSION}/Accounts/${account}/${rest}`;

export function messageJson(message: Message): object {
  const { sid, account, direction, from, to, body, status, code, at, sentAt, updatedAt } = message;
  return {
    account_sid: account,
    api_version: API_VERSION,
    body,
    date_created: date(at),
    date_sent: sentAt === undefined ? null : date(sentAt),
    date_updated: date(updatedAt),
    direction,
    error_code: code ?? null,
    error_message: code === undefined ? null : (WORDS[code] ?? `Error ${code}`),
    from,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: String(segmentsOf(body)),
    price: null,
    price_unit: 'USD',
    sid,
    status,
    subresource_uris: { media: uriOf(account, `Messages/${sid}/Media.json`) },
    to,
    uri: uriOf(account, `Messages/${sid}.json`),
  };
}

export function numberJson({ sid, account, number, smsUrl, fallbackUrl, since }: OwnNumber): object {
  return {
    account_sid: account,
    address_requirements: 'none',
    address_sid: null,
    api_version: API_VERSION,
    beta: false,
    bundle_sid: null,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    date_created: date(since),
    date_updated: date(since),
    friendly_name: number,
    identity_sid: null,
    origin: 'twilio',
    phone_number: number,
    sid,
    sms_fallback_method: 'POST',
    sms_fallback_url: fallbackUrl,
    sms_method: 'POST',
    sms_url: smsUrl,
    status: 'in-use',
    status_callback: '',
    status_callback_method: 'POST',
    uri: uriOf(account, `IncomingPhoneNumbers/${sid}.json`),
  };
}

/** Newest first, filtered by `To`, `From` and `DateSent`. */
export function listMessages(hub: Hub, account: string, url: URL): object {
  const query = url.searchParams;
  const [to, from] = [query.get('To'), query.get('From')];
  const inTime = timeFilter(query);
  const visibleUntil = Date.now() - hub.listDelayMs;
  const found = [...hub.world.messages.values()].filter(
    (message) =>
      message.account === account &&
      message.at <= visibleUntil &&
      (to === null || message.to === to) &&
      (from === null || message.from === from) &&
      inTime(message.sentAt),
  );
  return pageOf('messages', found.toReversed().map(messageJson), url);
}

export function listNumbers(hub: Hub, account: string, url: URL): object {
  const wanted = url.searchParams.get('PhoneNumber');
  const found = [...hub.world.numbers.values()].filter(
    ({ account: owner, number }) => owner === account && (wanted === null || number.includes(wanted)),
  );
  return pageOf('incoming_phone_numbers', found.map(numberJson), url);
}

/** A day, or a time from or up to which; all in whole seconds. What has not been sent has no such time. */
function timeFilter(query: URLSearchParams): (at: number | undefined) => boolean {
  const second = (ms: number): number => Math.floor(ms / 1_000);
  const [day, from, to] = [query.get('DateSent'), query.get('DateSent>'), query.get('DateSent<')];
  if (day === null && from === null && to === null) return () => true;
  return (at) =>
    at !== undefined &&
    (day === null || new Date(at).toISOString().startsWith(day.slice(0, 10))) &&
    (from === null || second(at) >= second(Date.parse(from))) &&
    (to === null || second(at) <= second(Date.parse(to)));
}

function pageOf(name: string, all: readonly object[], url: URL): object {
  const query = url.searchParams;
  const size = Math.min(Math.max(Number(query.get('PageSize') ?? PAGE), 1), LARGEST_PAGE);
  const page = Math.max(Number(query.get('Page') ?? 0), 0);
  const start = page * size;
  const shown = all.slice(start, start + size);
  const link = (to: number): string => {
    const other = new URLSearchParams(query);
    other.set('PageSize', String(size));
    other.set('Page', String(to));
    if (to > 0) other.set('PageToken', `P${to}`);
    else other.delete('PageToken');
    return `${url.pathname}?${other.toString()}`;
  };
  return {
    [name]: shown,
    first_page_uri: link(0),
    next_page_uri: start + size < all.length ? link(page + 1) : null,
    previous_page_uri: page > 0 ? link(page - 1) : null,
    page,
    page_size: size,
    start,
    end: start + Math.max(shown.length - 1, 0),
    uri: link(page),
  };
}
