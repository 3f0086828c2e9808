/** See model.mjs. */
export interface Plan {
  readonly sources?: number;
  readonly netgroups?: number;
  readonly hours?: number;
  readonly links?: number;
  readonly down?: number;
  readonly anchorsDown?: number;
  readonly anchors?: boolean;
  readonly lives?: number;
}

export interface Links {
  readonly honest: number;
  readonly hostile: number;
}

export interface Counts {
  readonly honestTried: number;
  readonly hostileTried: number;
  readonly honestNew: number;
  readonly hostileNew: number;
}

export declare const DEFAULTS: Required<Plan>;
export declare function tryToCapture(
  seed: number,
  plan?: Plan,
): { readonly before: Counts; readonly counts: Counts; readonly lives: readonly Links[] };
export declare function tryToCaptureList(
  seed: number,
  plan?: Plan,
): { readonly lives: readonly Links[] };
