import type { Random } from '../../src/basics/random.ts';
import type { Finding } from '../campaign.mjs';

export interface StrangersFinding extends Finding {
  /** What the input means. */
  readonly lines: readonly string[];
}

export declare const name: 'tls';
export declare const summary: string;
export declare function describe(input: Uint8Array): string[];
export declare function seeds(): Uint8Array[];
export declare function outcomeOf(input: Uint8Array): Promise<StrangersFinding | undefined>;
export declare function runCampaign(task: {
  readonly random: Random;
  readonly given: readonly Uint8Array[];
  readonly executions: number;
  /** Default no limit. */
  readonly seconds?: number;
}): Promise<{
  readonly executions: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly features: number;
  /** Bytes of the node's process; 0 while it was not warm. */
  readonly memory: {
    readonly before: number;
    readonly after: number;
    /** One for each tenth of the executions. */
    readonly course: readonly number[];
  };
  readonly finding: StrangersFinding | undefined;
}>;
