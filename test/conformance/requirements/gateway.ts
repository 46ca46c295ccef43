// Requirements on accounts, prompts, registration, forms, commands and disco: sections 6 to 10.

import type { Section } from '../requirement.ts';

export const section06 = {
  'GW-1': ['P0', 'The bare domain has the identity gateway and its network’s type'],
  'GW-2': ['P0', 'Registering: checked, answered, then the gateway subscribes, approves and signs in'],
  'GW-3': ['P0', 'Wrong registration data get modify/not-acceptable and a text'],
  'GW-4': ['P0', 'An account is shown and changed by the same form; an empty password stays'],
  'GW-5': ['P0', 'Removing: answered first, then everything signs off, unsubscribes and is deleted'],
  'GW-6': ['P0', 'The first available presence signs in, and the gateway’s presence says so'],
  'GW-7': [
    'P0',
    'A failed sign-in is a presence error and a message that says what to do; bad credentials are not tried again',
  ],
  'GW-8': ['P0', 'Leaving the gateway signs off, unless the account stays connected'],
  'GW-9': ['P0', 'Leaving one contact signs nobody off'],
  'GW-10': ['P0', 'Changes of presence are passed on, probes are not'],
  'GW-11': ['P0', 'Adding a contact subscribes both ways'],
  'GW-12': ['P0', 'Somebody who adds the user asks by a subscription from that contact'],
  'GW-13': ['P0', 'Deleting a contact here or there is told on the other side'],
  'GW-14': ['P0', 'A message that can’t go out comes back with the reason'],
  'GW-15': ['P1', 'Contact lists come by privilege or by roster exchange, never by approvals nobody asked for'],
  'GW-16': ['P0', 'Presence at start and at the end'],
  'GW-17': ['P1', 'Several accounts at one gateway are one registration'],
  'GW-18': ['P0', 'Strangers may look, register, prompt and ping; messages tell them to register'],
  'GW-19': ['P0', 'No foreigner learns a user’s address'],
  'PRM-1': ['P0', 'The prompt has a sentence and a label'],
  'PRM-2': ['P0', 'What is typed comes back as a bare, escaped, canonical address'],
  'PRM-3': ['P0', 'Sloppy input, nicks, channels and URIs are understood'],
  'PRM-4': ['P0', 'What is not understood gets an error with a text to show'],
  'PRM-5': ['P0', 'The prompt is advertised on the gateway'],
  '6.2.1': ['P0', 'Talking to the gateway’s address does what forms and commands do'],
  '6.2.2': ['P0', 'The talk asks one question at a time and never repeats a secret'],
  '6.2.3': ['P0', 'Who subscribes to the gateway is greeted'],
} as const satisfies Section;

export const section07 = {
  'REG-1': ['P0', 'Registration is advertised on the gateway only and knows people by their bare address'],
  'REG-2': ['P0', 'Asked by a stranger: instructions, old fields that fit, and the form'],
  'REG-3': ['P0', 'Asked by a registered user: the mark, her values, an empty password'],
  'REG-4': ['P0', 'Form or old fields are taken, the form first; an empty password stays; extra fields are ignored'],
  'REG-5': ['P0', 'remove stands alone'],
  'REG-6': ['P0', 'The answer is before all subscriptions'],
  'REG-7': ['P0', 'Errors carry the old number too'],
  '7.1': ['P0', 'A required field that is missing or wrong: not-acceptable, and its name'],
  '7.2': ['P0', 'Credentials that the network refuses: told so that clients show the form again'],
  '7.3': ['P0', 'An account claimed by somebody else: conflict'],
  '7.4': ['P0', 'A user who may not register: not-allowed or forbidden'],
  '7.5': ['P0', 'Removing without an account: registration-required'],
  '7.6': ['P1', 'Removing that is not permitted: forbidden'],
  '7.7': ['P1', 'Too many tries: resource-constraint'],
  '7.8': ['P0', 'The network is down: remote-server-timeout'],
  '7.9': ['P0', 'Registering with a contact or room: service-unavailable'],
} as const satisfies Section;

export const section08 = {
  '8.1': ['P0', 'Every form names its FORM_TYPE and every field its type'],
  '8.2': ['P0', 'All four spellings of a boolean are taken, addresses checked, options labelled'],
  '8.3': ['P0', 'A missing optional field stays as it is, an empty one is cleared'],
  '8.4': ['P0', 'A cancelled form ends what it belongs to'],
  '8.5': ['P1', 'Tables say their columns first'],
  '8.6': ['P1', 'Pictures to scan stand in the form where signing in needs one'],
} as const satisfies Section;

export const section09 = {
  'CMD-1': ['P0', 'Only the commands that the asker may run now are listed, under stable names'],
  'CMD-2': ['P0', 'No action means the stage’s default; each stage says what is allowed'],
  'CMD-3': ['P0', 'Sessions can’t be guessed, belong to one client, expire, and can be cancelled'],
  'CMD-4': ['P0', 'A failure completes with an error note; a wrong field shows the stage again with its values'],
  'CMD-5': ['P0', 'Long work completes with a note and ends in a message'],
  'CMD-6': ['P0', 'The talk and the commands come from one description'],
  'CMD-7': ['P1', 'Contacts and rooms have commands of their own'],
  '9.1': ['P0', 'Unknown command: item-not-found'],
  '9.2': ['P0', 'Unknown action: malformed-action'],
  '9.3': ['P0', 'An action out of place: bad-action'],
  '9.4': ['P0', 'A wrong payload: bad-payload'],
  '9.5': ['P0', 'An unknown or somebody else’s session: bad-sessionid'],
  '9.6': ['P0', 'An expired session: session-expired'],
  '9.7': ['P1', 'An unknown language falls back to English'],
  '9.8': ['P0', 'Not permitted: forbidden'],
  '9.9': ['P1', 'A second session that is not possible: not-allowed'],
} as const satisfies Section;

export const section10 = {
  'DSC-1': ['P0', 'Every kind of address and known node answers disco#info; unknown nodes are not found'],
  'DSC-2': ['P0', 'The gateway’s first identity is the gateway; the conference one comes after'],
  'DSC-3': ['P0', 'No client takes the domain for a place to make rooms'],
  'DSC-4': ['P0', 'The gateway advertises what it does, and only that'],
  'DSC-5': ['P0', 'A contact has an identity and only what its network can do, for strangers too'],
  'DSC-6': ['P0', 'disco#items names rooms or channels, in pages'],
  'DSC-7': ['P0', 'The capability hash is that of the disco answer'],
  'DSC-8': ['P2', 'The newer capability hashes stand besides'],
  'DSC-9': ['P0', 'Addresses of the operator and room facts stand in forms, room facts first'],
  'DSC-10': ['P0', 'Disco is never refused for coming often'],
} as const satisfies Section;
