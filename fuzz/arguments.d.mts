export declare function readArguments(
  argv: readonly string[],
  names: readonly string[],
): {
  readonly targets: readonly string[];
  readonly executions: number;
  readonly seconds: number;
  readonly seed: number | undefined;
  readonly replay: string | undefined;
  readonly wantsHelp: boolean;
};
