import type { Conditions } from './conditions.mjs';
import type { Outcome } from './measures.mjs';

/** See models.mjs. */
export declare const MODELS: Readonly<Record<string, string>>;
export declare function runModel(name: string, some: Partial<Conditions>): Outcome;
