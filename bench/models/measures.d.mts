/** What a run gives: only to be handed to {@link figuresOf}. */
export interface Outcome {
  readonly nodes: number;
  readonly messages: number;
  readonly arrivals: number;
}

/** See measures.mjs. */
export interface Figures {
  readonly messages: number;
  readonly copiesPerDelivery: number;
  /** 0 … 1 */
  readonly reach: number;
  /** The share of messages that reached everybody. */
  readonly complete: number;
  readonly latencyMs: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly lastNodeMs: { readonly p50: number; readonly p99: number };
  readonly controlBytesPerNodePerMessage: number;
  readonly payloadBytesPerNodePerMessage: number;
  readonly arrivals: number;
}

export declare function figuresOf(outcomes: readonly Outcome[]): Figures;
