// Mistakes in the configuration, all of them at once, each with its place.

/** Keys and list positions from the top of the file. */
export type KeyPath = readonly (string | number)[];

export interface Problem {
  /** Path of the file as it was given, or the name of an environment variable. */
  readonly file: string;
  /** From 1; 0 in an environment variable. */
  readonly line: number;
  readonly text: string;
}

const MAX_SHOWN = 50;

export class ConfigError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const sorted = problems.toSorted((a, b) => a.line - b.line);
    const shown = sorted.slice(0, MAX_SHOWN).map(problemLine);
    if (sorted.length > MAX_SHOWN) shown.push(`and ${sorted.length - MAX_SHOWN} more`);
    super(shown.join('\n'), options);
    this.name = 'ConfigError';
    this.problems = sorted;
  }
}

function problemLine({ file, line, text }: Problem): string {
  return line === 0 ? `environment variable ${file}: ${text}` : `${file}:${line}: ${text}`;
}

/** `gateways[0].settings.servers`. */
export function pathText(path: KeyPath): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
}
