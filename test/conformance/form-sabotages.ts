// The ways in which forms and tables are spoilt.

import { edits, rule, type Sabotage, without } from './sabotage.ts';

export const FORM_SABOTAGES = {
  'preferences are out': without('preferences'),
  'contact commands are out': without('contactCommands'),
  'what is masked is shown': edits(/\*{8}/g, 'hunter2'),
  'options have no labels': edits(/<option label='[^']*'/g, '<option'),
  'pictures are left out': edits(/<media xmlns.*?<\/media>/g, ''),
  'bits are out': without('bits'),
  'tables have no columns': edits(/<reported>.*?<\/reported>/g, ''),
  'columns come last': rule((raw) => raw.replace(/(<reported>.*?<\/reported>)((?:<item>.*?<\/item>)+)/, '$2$1')),
} as const satisfies Readonly<Record<string, Sabotage>>;
