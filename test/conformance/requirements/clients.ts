// Requirements that come from what real clients do, and the plays that catch most failures in the field: sections 25 and 26.

import type { Section } from '../requirement.ts';

export const section25 = {
  '25.1.1': ['P0', 'Gajim finds the gateway by plain disco and opens its page'],
  '25.1.2': ['P0', 'Cheogram sees the gateway by its presence, capabilities and prompt'],
  '25.1.3': ['P0', 'Conversations and Monocles manage with addresses and the talk'],
  '25.1.4': ['P1', 'Movim lists the gateway, its commands and its rooms'],
  '25.1.5': ['P1', 'Psi sees a transport online and joins its rooms'],
  '25.1.6': ['P1', 'Dino never makes rooms here'],
  '25.1.7': ['P1', 'Converse runs commands'],
  '25.2.1': ['P0', 'Registering in the order that clients expect, races included'],
  '25.2.2': ['P0', 'Subscribing to the gateway without an account is approved and says what to do'],
  '25.3.1': ['P0', 'A message that overtakes the subscription is delivered'],
  '25.4.1': ['P0', 'Joins as Gajim, Conversations, Dino, Converse and Movim do them, requests in parallel'],
  '25.5.1': ['P0', 'The same client or another joins again after its stream was lost'],
  '25.5.2': ['P0', 'A dead client’s bounces do not remove the live one'],
  '25.6.1': ['P0', 'What clients add to messages does no harm'],
  '25.6.2': ['P0', 'Every error has a text that can be shown'],
} as const satisfies Section;

export const section26 = {
  '26.1': ['P0', 'The link is cut in the middle of a join; afterwards occupants can join again'],
  '26.2': ['P0', 'A second process for the same domain does not start'],
  '26.3': ['P0', 'Random requests to every kind of address get one answer each, errors and results none'],
  '26.4': ['P0', 'Addresses hold under both preparations'],
  '26.5': ['P0', 'Odd nicks: joined emoji, controls, spaces, too long, equal but for case'],
  '26.6': ['P0', 'Probes, removals in both orders, subscribing again'],
  '26.7': ['P0', 'Registering in all ways, with wrong data, removing twice'],
  '26.8': ['P0', 'Capability hash and disco agree'],
  '26.9': ['P0', 'Joins in all variants, the subject always'],
  '26.10': ['P0', 'Every error of joins and networks has its exact type and condition'],
  '26.11': ['P1', 'Own words from elsewhere once, and not sent out again'],
  '26.12': ['P0', 'Text receipts, late failures, doubled webhooks'],
  '26.13': ['P0', 'Encrypted messages are refused and stay inside'],
  '26.14': ['P0', 'Long, many-lined and emoji bodies'],
  '26.15': ['P1', 'A blocked contact’s flood is quiet'],
  '26.16': ['P0', 'A room of 2,000: fast, in small stanzas, calm at a split'],
  '26.17': ['P0', 'Links into private networks are not fetched'],
  '26.18': ['P0', 'Pinging oneself joined, not joined, by another client, during a nick change'],
} as const satisfies Section;
