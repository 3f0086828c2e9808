/** See first-start-model.mjs. */
export interface Plan {
  readonly isHonestNamed?: boolean;
  readonly honestFrom?: number;
  readonly time?: number;
}

export declare const DEADLINE: number;
export declare const DEFAULTS: Required<Plan>;
export declare function startBesideLiar(
  seed: number,
  plan?: Plan,
): {
  readonly honest: number;
  readonly hostile: number;
  readonly foundAfter: number | undefined;
  readonly warnedAfter: number | undefined;
};
