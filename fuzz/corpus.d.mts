/** The folder of all inputs, one folder in it for each target. */
export declare const CORPUS: string;
export declare function corpusFiles(target: string): string[];
export declare function readInput(path: string): Uint8Array;
export declare function formatInput(input: Uint8Array, comments: readonly string[]): string;
