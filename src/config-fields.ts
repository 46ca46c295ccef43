// An adapter's declared fields as a schema for its block of the configuration.

import { z } from 'zod';
import { secretSource } from './config-schema.ts';
import type { ConfigField } from './model/form.ts';

/** Strict: a key that is no field is an error. */
export function fieldsSchema(fields: readonly ConfigField[]): z.ZodObject {
  return z.strictObject(Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])));
}

function fieldSchema(field: ConfigField): z.ZodType {
  const description = field.help === undefined ? field.label : `${field.label}. ${field.help}`;
  return withPresence(field, valueSchema(field)).describe(description);
}

/** A required field has no default; any other may be left out. */
function withPresence(field: ConfigField, value: z.ZodType): z.ZodType {
  if ('default' in field && field.default !== undefined) return value.default(field.default);
  return field.required === true ? value : value.optional();
}

function valueSchema(field: ConfigField): z.ZodType {
  switch (field.type) {
    case 'text':
    case 'lines':
      return textSchema(field.required === true, field.pattern);
    case 'secret':
      return secretSource;
    case 'number': {
      const atLeast = field.min === undefined ? z.number() : z.number().min(field.min);
      return field.max === undefined ? atLeast : atLeast.max(field.max);
    }
    case 'boolean':
      return z.boolean();
    case 'choice':
      return z.enum(field.choices.map((choice) => choice.value));
    case 'list':
      return z.array(z.string().min(1));
    case 'map':
      return z.record(z.string().min(1), fieldsSchema(field.of));
    default:
      return field satisfies never;
  }
}

function textSchema(required: boolean, pattern: RegExp | undefined): z.ZodType {
  const text = required ? z.string().min(1) : z.string();
  return pattern === undefined ? text : text.regex(pattern);
}
