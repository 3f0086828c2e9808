/**
 * The flags of `hearsay simulate` that stand for a key of a scenario. A flag wins over the file. What its
 * value may be is the scenario's business: here a text only becomes the number that it is, and an error
 * about the key comes back as one about the flag.
 */
import { Option, type Command } from 'commander';

export interface KeyFlag {
  readonly flag: string;
  readonly placeholder: string;
  readonly meaning: string;
  /** Where in a scenario its value goes. */
  readonly path: readonly string[];
  readonly read?: (text: string) => unknown;
}

export const KEY_FLAGS: readonly KeyFlag[] = [
  keyFlag('--nodes', 'N', 'nodes at the start', ['nodes']),
  keyFlag('--degree', 'D', 'peers each announcement is given to', ['gossip', 'degree']),
  keyFlag('--min', 'N', 'look for more peers while fewer links are open', [
    'gossip',
    'min_connections',
  ]),
  keyFlag('--max', 'N', 'never have more links open', ['gossip', 'max_connections']),
  keyFlag('--announcements', 'N', 'how many announcements', ['workload', 'announcements']),
  keyFlag('--rate', 'PER_SECOND', 'announcements per second, all nodes together', [
    'workload',
    'rate',
  ]),
  keyFlag('--size', 'BYTES', 'data in each announcement', ['workload', 'size']),
  {
    ...keyFlag('--latency', 'MS|MIN-MAX', 'one-way delay, one for all or from a range', [
      'network',
      'latencyMs',
    ]),
    read: readLatency,
  },
  {
    ...keyFlag('--bandwidth', 'MBPS', 'uplink of every node in Mbit/s; none is without limit', [
      'network',
      'bandwidthMbps',
    ]),
    read: (text) => (text === 'none' ? null : readNumber(text)),
  },
  keyFlag('--seed', 'S', 'everything random follows from it', ['seed']),
];

/** As commander hands them over: by the name of the option in camel case. */
export type KeyFlagTexts = Readonly<Record<string, unknown>>;

export function addKeyFlags(command: Command): void {
  for (const { flag, placeholder, meaning } of KEY_FLAGS) {
    command.addOption(
      new Option(`${flag} <${placeholder}>`, meaning).helpGroup(
        'Parts of a scenario; they win over the file:',
      ),
    );
  }
}

/** The flags that were given, with their texts. */
export function givenFlags(texts: KeyFlagTexts): readonly (readonly [KeyFlag, string])[] {
  return KEY_FLAGS.flatMap((one) => {
    const text = texts[one.flag.slice('--'.length)];
    return typeof text === 'string' ? [[one, text] as const] : [];
  });
}

/** `json` with what flags say put in; what is no object on the way is left for the simulator to refuse. */
export function withFlags(json: unknown, texts: KeyFlagTexts): unknown {
  return givenFlags(texts).reduce<unknown>((scenario, [{ path, read = readNumber }, text]) => {
    return put(scenario, path, read(text));
  }, json);
}

/** The flag that an error at `path`, such as `network.latencyMs.min`, is about; undefined if none is. */
export function flagBehind(
  path: string,
  texts: KeyFlagTexts,
): readonly [KeyFlag, string] | undefined {
  return givenFlags(texts).find(([flag]) => `${path}.`.startsWith(`${flag.path.join('.')}.`));
}

function keyFlag(
  flag: string,
  placeholder: string,
  meaning: string,
  path: readonly string[],
): KeyFlag {
  return { flag, placeholder, meaning, path };
}

/** Decimal digits as a number; anything else stays text, which no number key takes. */
function readNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function readLatency(text: string): unknown {
  const range = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
  return range === null ? readNumber(text) : { min: Number(range[1]), max: Number(range[2]) };
}

function put(json: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    if (json !== undefined) return json;
    return { [key]: put(undefined, rest, value) };
  }
  // Proof of the cast: it is an object, and neither null nor a list.
  const object = json as Readonly<Record<string, unknown>>;
  return { ...object, [key]: put(object[key], rest, value) };
}
