/** See conditions.mjs, where each is explained. */
export interface Conditions {
  readonly seed: number;
  readonly nodes: number;
  readonly links: { readonly min: number; readonly max: number };
  readonly size: number;
  readonly rate: number;
  readonly messages: number;
  readonly warmUp: number;
  readonly bandwidth: number;
  readonly latency: { readonly min: number; readonly max: number };
  readonly validation: number;
  readonly crash: number;
  readonly freeRiders: number;
  readonly degree: number;
}

export interface Plan {
  /** For each node those that it dials. */
  readonly dials: readonly (readonly number[])[];
}

export declare function completeConditions(some: Partial<Conditions>): Conditions;
export declare function drawPlan(conditions: Conditions): Plan;
