// What a command shows at its end (XEP-0004 result), as a text to be read in a chat.

import type { Element } from '../xml.ts';

const MOST_CHARACTERS = 8_000;

export function resultText(form: Element | undefined): string {
  if (form === undefined) return '';
  const columns = new Map(
    (form.child('reported')?.elements('field') ?? []).map(({ attrs }) => [attrs['var'], attrs['label'] ?? '']),
  );
  const lines = form.elements('field').flatMap((field) => fieldLines(field));
  const rows = form.elements('item').map((item) =>
    item
      .elements('field')
      .map((field) => ({ label: columns.get(field.attrs['var']) ?? '', text: valuesOf(field).join(', ') }))
      .filter(({ text }) => text !== '')
      .map(({ label, text }) => (label === '' ? text : `${label}: ${text}`))
      .join(', '),
  );
  const text = [...lines, ...rows].join('\n');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function fieldLines(field: Element): readonly string[] {
  const values = valuesOf(field);
  if (field.attrs['type'] === 'hidden' || values.length === 0) return [];
  const { label } = field.attrs;
  if (label === undefined) return values;
  return values.length === 1 ? [`${label}: ${values[0] ?? ''}`] : [`${label}:`, ...values];
}

const valuesOf = (field: Element): readonly string[] => field.elements('value').map((value) => value.text());
