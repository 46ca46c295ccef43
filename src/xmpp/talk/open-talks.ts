// In the middle of which question each user is: kept like half-finished forms, so that a talk goes on after a restart.

import { resourceId, type UserId } from '../../model/ids.ts';
import type { OpenForms, Typed } from '../../model/ports.ts';
import type { Element } from '../xml.ts';

export interface Talk {
  readonly node: string;
  /** The command's. */
  readonly session: string;
  /** Of the question in the form; -1: she chooses which. */
  readonly at: number;
  /** What she has answered to this form. */
  readonly typed: Typed;
}

const PURPOSE = 'talk';

export class OpenTalks {
  readonly #forms: OpenForms;
  /** The forms of this process's life. */
  readonly #asked = new Map<UserId, { readonly session: string; readonly form: Element }>();

  constructor(forms: OpenForms) {
    this.#forms = forms;
  }

  /** With when its time is over, milliseconds since the epoch. */
  of(user: UserId): (Talk & { readonly expires: number }) | undefined {
    const kept = this.#forms.get(idOf(user));
    if (kept === undefined) return undefined;
    // Of one whose time is over nothing else is known.
    const { node: [node = ''] = [], session: [session = ''] = [], at: [at] = [] } = kept.draft ?? {};
    return { node, session, at: Number(at ?? 0), typed: kept.steps[0] ?? {}, expires: kept.expires };
  }

  /** What was asked; undefined: by an earlier process. */
  formOf(user: UserId): Element | undefined {
    const asked = this.#asked.get(user);
    return asked !== undefined && asked.session === this.of(user)?.session ? asked.form : undefined;
  }

  async put(user: UserId, { node, session, at, typed }: Talk, form: Element, expires: number): Promise<void> {
    this.#asked.set(user, { session, form });
    const draft = { node: [node], session: [session], at: [String(at)] };
    const shared = { user, resource: resourceId(user), purpose: PURPOSE, expires };
    await this.#forms.put(idOf(user), { ...shared, steps: [typed], draft });
  }

  async end(user: UserId): Promise<void> {
    this.#asked.delete(user);
    await this.#forms.delete(idOf(user));
  }
}

const idOf = (user: UserId): string => `${PURPOSE} ${user}`;
