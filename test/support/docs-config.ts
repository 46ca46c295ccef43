// The configuration's keys as they stand in the README and in config/schema.json, made of the schema that checks them.

import { z } from 'zod';
import { fieldsSchema } from '../../src/config-fields.ts';
import { coreSchema } from '../../src/config-schema.ts';
import { unwrapped, variableName } from '../../src/config-walk.ts';
import type { ConfigField } from '../../src/model/form.ts';
import type { Adapter } from '../../src/model/network.ts';

export type NamedAdapters = readonly (readonly [name: string, adapter: Adapter])[];

interface Row {
  readonly key: string;
  readonly variable: string;
  readonly value: string;
  readonly meaning: string;
}

/** All keys but blocks, in the order of the schema; `[]` is an entry of a list. */
export function configTable(): string {
  return tableOf(rowsOf(coreSchema, '', 'VIADUCT'), true);
}

/** The keys under `settings` of one network. */
export function settingsTable(fields: readonly ConfigField[]): string {
  return tableOf(rowsOf(fieldsSchema(fields), '', 'VIADUCT_GATEWAYS_0_SETTINGS'), false);
}

function tableOf(rows: readonly Row[], withVariables: boolean): string {
  const head = withVariables
    ? ['| key | default | meaning | environment variable |', '|---|---|---|---|']
    : ['| key | default | meaning |', '|---|---|---|'];
  const lines = rows.map(({ key, variable, value, meaning }) => {
    const row = `| \`${key}\` | ${value} | ${meaning} |`;
    return withVariables ? `${row} \`${variable}\` |` : row;
  });
  return [...head, ...lines].join('\n');
}

function rowsOf(block: z.ZodObject, prefix: string, variable: string): readonly Row[] {
  return Object.entries(block.shape).flatMap(([name, schema]) => {
    const key = `${prefix}${name}`;
    const ownVariable = `${variable}_${variableName(name)}`;
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject && Object.keys(inner.shape).length > 0)
      return rowsOf(inner, `${key}.`, ownVariable);
    const element = inner instanceof z.ZodArray ? unwrapped(inner.element) : undefined;
    if (element instanceof z.ZodObject) return rowsOf(element, `${key}[].`, `${ownVariable}_0`);
    const entry = inner instanceof z.ZodRecord ? unwrapped(inner.valueType) : undefined;
    if (entry instanceof z.ZodObject) return rowsOf(entry, `${key}.NAME.`, `${ownVariable}_NAME`);
    return [{ key, variable: ownVariable, value: defaultOf(schema), meaning: meaningOf(schema) }];
  });
}

function meaningOf(schema: unknown): string {
  const description = schema instanceof z.ZodType ? (schema.description ?? '') : '';
  return description.replace(/\.*$/, '.').replaceAll('|', '\\|');
}

function defaultOf(schema: unknown): string {
  if (schema instanceof z.ZodDefault) return `\`${JSON.stringify(schema.def.defaultValue).replaceAll(/^"|"$/g, '')}\``;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) return '';
  return '**required**';
}

/** JSON Schema of the whole file; the settings are those of the network that the gateway names. */
export function jsonSchema(adapters: NamedAdapters): string {
  const schema = z.toJSONSchema(coreSchema, { io: 'input' });
  const gateway = itemsOf(schema, 'gateways');
  gateway['allOf'] = adapters.map(([name, adapter]) => ({
    if: { properties: { network: { const: name } }, required: ['network'] },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
    then: { properties: { settings: withoutDialect(z.toJSONSchema(fieldsSchema(adapter.settings), { io: 'input' })) } },
  }));
  const known = adapters.map(([name]) => name);
  const properties = gateway['properties'];
  if (isBlock(properties) && isBlock(properties['network'])) properties['network']['examples'] = known;
  return `${JSON.stringify({ title: 'The configuration of Viaduct', ...schema }, undefined, 2)}\n`;
}

type Block = Record<string, unknown>;
const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function itemsOf(schema: Block, list: string): Block {
  const properties = schema['properties'];
  const property = isBlock(properties) ? properties[list] : undefined;
  const items = isBlock(property) ? property['items'] : undefined;
  if (!isBlock(items)) throw new Error(`the schema has no list ${list}`);
  return items;
}

function withoutDialect(schema: Block): Block {
  const { $schema: _, ...rest } = schema;
  return rest;
}
