// Prometheus's text format 0.0.4, read strictly: what the metrics page says, for tests to compare. Shares no code with what writes it.

export interface Family {
  readonly type: string;
  readonly help: string;
  /** By name and labels, the labels sorted: `x_total{a="1",b="2"}`. */
  readonly series: ReadonlyMap<string, number>;
}

const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/** Families by name. @throws Error with the line that is not as the format has it. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { type: string; help: string; series: Map<string, number> }>();
  let current: string | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`a second family ${name}`);
      families.set(name, { type: '', help: rest, series: new Map() });
      current = name;
    } else if (keyword === 'TYPE') {
      const family = families.get(name);
      if (family === undefined || current !== name || family.type !== '') throw new Error(`out of place: ${line}`);
      family.type = rest;
    } else {
      const sample = sampleOf(line);
      const family = families.get(current ?? '');
      if (family === undefined || !belongs(sample.name, current ?? '', family.type)) {
        throw new Error(`out of place: ${line}`);
      }
      if (family.series.has(sample.series)) throw new Error(`a second time: ${line}`);
      family.series.set(sample.series, sample.value);
    }
  }
  return families;
}

function belongs(name: string, family: string, type: string): boolean {
  if (type !== 'histogram') return name === family;
  return ['_bucket', '_sum', '_count'].some((suffix) => name === family + suffix);
}

function sampleOf(line: string): { readonly name: string; readonly series: string; readonly value: number } {
  const [, name, labels = '', number] = SAMPLE.exec(line) ?? [];
  if (name === undefined || number === undefined) throw new Error(`not a sample: ${line}`);
  const value = Number(number.replace('Inf', 'Infinity'));
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name, series: seriesName(name, labelsOf(labels, line)), value };
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined || name in labels) throw new Error(`not labels: ${line}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }
  return labels;
}

/** As the keys of `series` are written. */
export function seriesName(name: string, labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 0) return name;
  return `${name}{${sorted.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}}`;
}
