// How long a storage engine takes to answer, told to whoever watches it.

import { type Engine, isRead, type Operation, type OperationKind, type Outcome } from './operations.ts';

export interface StoreAnswer {
  readonly operation: 'read' | 'write';
  /** Reads: until it is there; writes: until they are safe. */
  readonly tookMs: number;
  readonly failed: boolean;
}
/** Never throws. */
export type OnStoreAnswer = (answer: StoreAnswer) => void;

export class TimedEngine implements Engine {
  readonly #engine: Engine;
  readonly #onAnswer: OnStoreAnswer;

  constructor(engine: Engine, onAnswer: OnStoreAnswer) {
    this.#engine = engine;
    this.#onAnswer = onAnswer;
  }

  run<Kind extends OperationKind>(operation: Operation<Kind>): Promise<Outcome<Kind>> {
    const startedAt = performance.now();
    const outcome = this.#engine.run(operation);
    const tell = (failed: boolean): void =>
      this.#onAnswer({
        operation: isRead(operation) ? 'read' : 'write',
        tookMs: performance.now() - startedAt,
        failed,
      });
    outcome.then(
      () => tell(false),
      () => tell(true),
    );
    return outcome;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
