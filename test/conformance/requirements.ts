// Every requirement we know of, by section. An id that is not here does not compile in a test and fails the report.

import type { Priority, Section } from './requirement.ts';
import { section25, section26 } from './requirements/clients.ts';
import { section01, section02, section03, section04, section05 } from './requirements/core.ts';
import { section06, section07, section08, section09, section10 } from './requirements/gateway.ts';
import { section22, section23, section24 } from './requirements/networks.ts';
import {
  section11,
  section12,
  section13,
  section14,
  section15,
  section16,
  section17,
  section18,
} from './requirements/people.ts';
import { section19, section20, section21 } from './requirements/rooms.ts';

export const SECTIONS = {
  '1 Stanza rules': section01,
  '2 Component link': section02,
  '3 Presence and subscriptions': section03,
  '4 Addresses': section04,
  '5 URIs and meaning': section05,
  '6 Gateway interaction': section06,
  '7 Registration': section07,
  '8 Forms': section08,
  '9 Commands': section09,
  '10 Disco and capabilities': section10,
  '11 Contact lists and privileges': section11,
  '12 Profiles': section12,
  '13 Ids, times, hints, carbons': section13,
  '14 Conversation state': section14,
  '15 Contents and files': section15,
  '16 Bodies': section16,
  '17 Encryption and calls': section17,
  '18 Administration': section18,
  '19 Rooms': section19,
  '20 Errors of joins and sends': section20,
  '21 Lists': section21,
  '22 SMS': section22,
  '23 IRC': section23,
  '24 Matrix': section24,
  '25 Real clients': section25,
  '26 Plays': section26,
} as const satisfies Readonly<Record<string, Section>>;

type Ids<T> = T extends unknown ? keyof T : never;
/** Of all sections. */
export type RequirementId = Ids<(typeof SECTIONS)[keyof typeof SECTIONS]>;

export interface Requirement {
  readonly id: string;
  readonly section: string;
  readonly priority: Priority;
  readonly wording: string;
}

export const REQUIREMENTS: readonly Requirement[] = Object.entries(SECTIONS).flatMap(([section, rows]) =>
  Object.entries(rows as Section).map(([id, [priority, wording]]) => ({ id, section, priority, wording })),
);
