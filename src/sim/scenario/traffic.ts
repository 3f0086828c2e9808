/**
 * What honest nodes sent and received while measuring: the counters of all nodes at its beginning, taken off
 * what they show later.
 */
import { CountHistogram } from './count-histogram.ts';
import type { ScenarioNetwork } from './scenario-network.ts';

export interface TrafficFigures {
  readonly bytes: CountHistogram;
  readonly messages: CountHistogram;
  readonly controlBytes: number;
}

export class Traffic {
  readonly #network: ScenarioNetwork;
  /** By node; those that join later began with nothing. */
  readonly #sentBytes: Float64Array;
  readonly #controlBytes: Float64Array;
  readonly #receivedMessages: Float64Array;

  constructor(network: ScenarioNetwork) {
    this.#network = network;
    const { nodes, cast } = network;
    this.#sentBytes = new Float64Array(cast.size);
    this.#controlBytes = new Float64Array(cast.size);
    this.#receivedMessages = new Float64Array(cast.size);
    for (const { index, counters } of nodes) {
      this.#sentBytes[index] = counters.sentBytes;
      this.#controlBytes[index] = counters.controlBytesSent;
      this.#receivedMessages[index] = counters.receivedMessages;
    }
  }

  figures(): TrafficFigures {
    const bytes = new CountHistogram();
    const messages = new CountHistogram();
    let controlBytes = 0;
    for (const { index, counters, isHostile } of this.#network.nodes) {
      if (isHostile) continue;
      bytes.add(counters.sentBytes - this.#sentBytes[index]!);
      messages.add(counters.receivedMessages - this.#receivedMessages[index]!);
      controlBytes += counters.controlBytesSent - this.#controlBytes[index]!;
    }
    return { bytes, messages, controlBytes };
  }
}
