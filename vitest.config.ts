import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally-reporter.ts';

const minutes = (count: number): number => count * 60_000;

export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    hookTimeout: minutes(2),
    teardownTimeout: 20_000,
    // A second, as it is else, passes quickly where others have the machine.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'units', include: ['test/*.test.ts', 'test/units/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        extends: true,
        test: { name: 'contracts', include: ['test/contracts/**/*.test.ts'], testTimeout: minutes(2) },
      },
      {
        extends: true,
        test: {
          name: 'plays',
          include: ['test/scenarios/**/*.test.ts'],
          globalSetup: ['test/support/stage.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          testTimeout: minutes(3),
        },
      },
    ],
  },
});
