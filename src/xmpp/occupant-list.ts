// The people of a room as they are listed to who comes in. What several get at the same time is rendered once for all of them.

import type { Participant } from '../model/conversation.ts';
import { type Element, Template } from './xml.ts';

/** Somebody as she is listed. */
export interface Listed {
  readonly who: Participant;
  /** Her address in the room. */
  readonly from: string;
  readonly affiliation: string;
  readonly role: string;
}

interface Rendered extends Listed {
  readonly template: Template;
}

/** Of one room, for those who are shown it alike: it lives as long as a list of that room is being written. */
interface Sheet {
  lists: number;
  readonly rendered: Map<Participant, Rendered>;
}

export class OccupantLists {
  readonly #sheets = new Map<string, Sheet>();

  /** `sheetName`: the address of the room, or another for those who are shown more. The list is settled now, and rendered bit by bit. */
  *write(sheetName: string, people: readonly Listed[], render: (one: Listed) => Element): Generator<Template> {
    const sheet = this.#sheets.get(sheetName) ?? { lists: 0, rendered: new Map() };
    this.#sheets.set(sheetName, sheet);
    sheet.lists++;
    try {
      for (const one of people) yield templateIn(sheet, one, render);
    } finally {
      sheet.lists--;
      if (sheet.lists === 0) this.#sheets.delete(sheetName);
    }
  }
}

function templateIn({ rendered }: Sheet, one: Listed, render: (one: Listed) => Element): Template {
  const known = rendered.get(one.who);
  if (known !== undefined && isSame(known, one)) return known.template;
  const template = new Template(render(one));
  rendered.set(one.who, { ...one, template });
  return template;
}

const isSame = (some: Listed, other: Listed): boolean =>
  some.from === other.from && some.affiliation === other.affiliation && some.role === other.role;
