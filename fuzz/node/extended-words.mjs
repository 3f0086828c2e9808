/**
 * What peers say from 520 on: true or false, about messages that came, that will come, or that nobody knows. Every
 * choice is a byte; what readers refuse is left to the targets of the decoders.
 */
import { announcement, pick, TYPES } from './words.mjs';

const AGES = [0, 0, 1, 2, 5, 299, 600, 65_535];
const WINDOWS = [0, 1, 300, 65_535];
const ALL = 2 ** 32;
const VERSIONS = [1, 1, 2, 255];
/** How often each message comes up. Recorded inputs depend on it: a change makes them mean something else. */
const KINDS =
  'have have have want want want dontWant gone push reconcile reconcile ping pong interest hello flood'.split(
    ' ',
  );

export class ExtendedWords {
  #proofs;

  constructor(proofs) {
    this.#proofs = proofs;
  }

  /** The first message of the extension. */
  hello([, version, window, features, types]) {
    return {
      kind: 'peer-hello',
      version: VERSIONS[version % VERSIONS.length],
      historySeconds: WINDOWS[window % WINDOWS.length],
      features: features % 4 === 0 ? 0 : features,
      interest: interest(types),
    };
  }

  /** Any message. */
  any(link, dice) {
    const kind = KINDS[dice[0] % KINDS.length];
    switch (kind) {
      case 'hello':
        return this.hello(dice);
      case 'interest':
        return { kind: 'peer-interest', interest: interest(dice[1]) };
      case 'have':
        return { kind: 'peer-have', entries: [this.#entry(dice), this.#entry(dice.subarray(2))] };
      case 'flood':
        return { kind: 'peer-have', entries: this.#flood(dice) };
      case 'want':
        return { kind: 'peer-want', digests: this.#digests(link, dice) };
      case 'dontWant':
        return { kind: 'peer-dont-want', digests: this.#digests(link, dice) };
      case 'gone':
        return { kind: 'peer-gone', digests: this.#digests(link, dice) };
      case 'push':
        return { kind: 'peer-push', digests: this.#digests(link, dice) };
      case 'reconcile':
        return this.#comparison(link, dice);
      default:
        return { kind: `peer-${kind}`, token: dice[1] };
    }
  }

  /** A message of the few that are announced around here. */
  #entry([, id, type, falsehood, age]) {
    const { id: full, dataType, data } = announcement([id, 0, type, id >> 4, id]);
    const digest = this.#proofs.digest(full, dataType, data);
    return {
      digest,
      dataType: falsehood % 8 === 1 ? dataType ^ 1 : dataType,
      size: falsehood % 8 === 2 ? data.length + 1 : data.length,
      ttl: falsehood % 4 === 3 ? falsehood : 0,
      age: AGES[age % AGES.length],
    };
  }

  /** As many as fit, of messages that do not exist. */
  #flood([, first, type, , age]) {
    const dataType = TYPES[type % TYPES.length];
    return Array.from({ length: 512 }, (_, i) => {
      return { digest: junk(first * 512 + i), dataType, size: 9, ttl: 0, age: age % 2 };
    });
  }

  #digests({ extension }, dice) {
    const known = [...extension.told, ...extension.named];
    const count = 1 + (dice[1] % 3);
    return Array.from({ length: count }, (_, i) => {
      const die = dice[2 + i];
      if (die % 8 === 0) return junk(die);
      return pick(known, die) ?? this.#entry(dice).digest;
    });
  }

  #comparison(link, dice) {
    const exchanges = [...link.extension.exchanges.keys()];
    const exchange = dice[1] % 2 === 0 ? dice[1] : (pick(exchanges, dice[1]) ?? dice[1]);
    const windowSeconds = WINDOWS[dice[2] % WINDOWS.length];
    return { kind: 'peer-reconcile', exchange, windowSeconds, ranges: this.#ranges(link, dice) };
  }

  #ranges(link, dice) {
    const fingerprint = { high: dice[4], low: dice[5] };
    switch (dice[3] % 4) {
      case 0:
        return [{ mode: 'digests', end: ALL, digests: [] }];
      case 1:
        return [{ mode: 'fingerprint', end: ALL, count: dice[4] % 3, fingerprint }];
      case 2: {
        const digests = [...new Set(this.#digests(link, dice))].sort();
        return [{ mode: 'digests', end: ALL, digests }];
      }
      default: {
        const count = 1 + dice[4] * 4;
        return Array.from({ length: count }, (_, i) => {
          const end = i === count - 1 ? ALL : Math.floor(((i + 1) * ALL) / count);
          if (i % 4 === 0) return { mode: 'done', end };
          return { mode: 'fingerprint', end, count: i % 3, fingerprint };
        });
      }
    }
  }
}

function interest(die) {
  if (die % 4 === 0) return 'many';
  return [...new Set(TYPES)].slice(0, die % 4);
}

function junk(number) {
  return String.fromCharCode(number & 255, (number >> 8) & 255, ...Array(14).fill(0xee));
}
