// `npm run docs`: writes what is made of the code into README.md and config/. A test compares them.

import { readFileSync, writeFileSync } from 'node:fs';
import { adapters } from '../../src/gateway-adapters.ts';
import { EXITS } from '../../src/cli-exit.ts';
import { configTable, jsonSchema, type NamedAdapters, settingsTable } from './docs-config.ts';
import { dashboard } from './docs-dashboard.ts';
import { faultTable } from './docs-faults.ts';
import { lackingTable } from './docs-lacking.ts';
import { metricsTable } from './docs-metrics.ts';
import { xepTable } from './docs-xeps.ts';
import { textsOfPeople } from './texts-of-people.ts';

const ROOT = new URL('../../', import.meta.url);

/** Each generated file as it should be, by its path from the root. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const named: NamedAdapters = await Promise.all(
    adapters.names.map(async (name) => [name, await adapters.load(name)] as const),
  );
  const sections: Readonly<Record<string, string>> = {
    config: configTable(),
    settings: settingsSections(named),
    exits: exitTable(),
    metrics: metricsTable(),
    faults: faultTable(),
    lacking: lackingTable(named),
    xeps: xepTable(),
  };
  return new Map([
    ['README.md', withSections(readFileSync(new URL('README.md', ROOT), 'utf8'), sections)],
    ['config/schema.json', jsonSchema(named)],
    ['config/grafana-dashboard.json', dashboard()],
    ['src/languages/en.json', englishCatalogue()],
  ]);
}

function settingsSections(named: NamedAdapters): string {
  return named
    .filter(([, { settings }]) => settings.length > 0)
    .map(([name, { settings }]) => `**\`network: ${name}\`**\n\n${settingsTable(settings)}`)
    .join('\n\n');
}

/** Every text as it stands in the code: what a translator begins with. */
function englishCatalogue(): string {
  const texts = [...textsOfPeople().texts].sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify({ names: [], texts: Object.fromEntries(texts) }, undefined, 2)}\n`;
}

function exitTable(): string {
  const rows = Object.values(EXITS).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return ['| code | meaning |', '|---|---|', ...rows].join('\n');
}

/** @throws Error where the text has no such section. */
function withSections(text: string, sections: Readonly<Record<string, string>>): string {
  let out = text;
  for (const [name, content] of Object.entries(sections)) {
    const section = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!section.test(out)) throw new Error(`README.md has no section ${name}`);
    out = out.replace(section, (_, open: string, close: string) => `${open}\n${content}\n\n${close}`);
  }
  return out;
}

if (import.meta.main) {
  for (const [path, content] of await generatedFiles()) writeFileSync(new URL(path, ROOT), content);
}
