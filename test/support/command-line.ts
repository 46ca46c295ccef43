// Command lines of the programs in test: what may be asked of all of them, and how they say that something is wrong.

/** What the command line says. `--help` prints the usage and ends the process with 0, what `parse` throws ends it with 2. */
export function optionsOf<T>(parse: (args: readonly string[]) => T, usage: string): T {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parse(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

/** Of a list with commas. @throws Error where one is not known. */
export function namesIn<T extends string>(text: string, known: readonly T[]): readonly T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`${name} is none of ${known.join(', ')}`);
    return found;
  });
}

/** @throws Error where it is none, or out of range. */
export function numberIn(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new Error(`${text} is not between ${least} and ${most}`);
  return value;
}
