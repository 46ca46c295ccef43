// The metrics page (prom-client, Prometheus's text format 0.0.4). What is counted on the way of a message is counted by its owners, as
// plain numbers; they are read only when somebody asks for the page.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  type HistogramName,
  type LabelsOf,
  METRICS,
  type MetricDeclaration,
  type MetricName,
  type ReadingName,
} from './metrics-table.ts';

/** Says what a metric is now: a gauge's value, a counter's since the process began. Each name and labels once a page. */
export type Put = <N extends ReadingName>(name: N, labels: LabelsOf<N>, value: number) => void;
/** Never rejects: what can't be read is left out. */
export type Source = (put: Put) => void | Promise<void>;

export class Metrics {
  readonly #registry = new Registry();
  readonly #sources: Source[] = [];
  readonly #readings = new Map<ReadingName, Counter | Gauge>();
  readonly #histograms = new Map<HistogramName, Histogram>();
  #underWay: Promise<string> | undefined;

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** To be asked whenever the page is. */
  addSource(source: Source): void {
    this.#sources.push(source);
  }

  /** What observes values of one histogram under these labels; for what happens less than once a message. */
  observer<N extends HistogramName>(name: N, labels: LabelsOf<N>): (value: number) => void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      const { buckets } = METRICS[name];
      histogram = new Histogram({ ...this.#configuration(name), buckets: [...buckets] });
      this.#histograms.set(name, histogram);
    }
    histogram.zero(labels);
    const series = histogram.labels(labels);
    return (value) => series.observe(value);
  }

  /** Everything, as it is now. Who asks while another is being served gets the same. */
  page(): Promise<string> {
    this.#underWay ??= this.#page().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #page(): Promise<string> {
    for (const reading of this.#readings.values()) reading.reset();
    for (const source of this.#sources) await source(this.#put);
    return await this.#registry.metrics();
  }

  readonly #put: Put = (name, labels, value) => {
    let reading = this.#readings.get(name);
    if (reading === undefined) {
      const declared: MetricDeclaration = METRICS[name];
      const configuration = this.#configuration(name);
      reading = declared.type === 'counter' ? new Counter(configuration) : new Gauge(configuration);
      this.#readings.set(name, reading);
    }
    reading.inc(labels, value);
  };

  #configuration(name: MetricName): {
    readonly name: string;
    readonly help: string;
    readonly labelNames: string[];
    readonly registers: Registry[];
  } {
    const { help, labels } = METRICS[name];
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
