/**
 * SHA-256 of sixteen bytes, challenge ‖ nonce, as a list of steps: what the kernels (js-kernel.ts,
 * simd-kernel.ts) write out in their languages, without inner loops or arrays, so that all of it stays in
 * registers and constants. One description, so that there is one place where the algorithm can be wrong.
 *
 * Sixteen bytes and their padding are one block of sixteen words, of which only the fourth, the lower half
 * of the nonce, differs from one hash to the next. So whatever the other fifteen decide is computed once,
 * before the loop: the first three rounds, half of the fourth, and parts of the message schedule. The digest
 * is not finished either: its first word tells whether up to 31 bits are zero.
 *
 * The algorithm and all constants: FIPS 180-4, sections 4.1.2, 4.2.2, 5.3.3 and 6.2.2.
 */

/** A value of 32 bits; sums are modulo 2^32. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string; readonly varies: boolean }
  | {
      readonly kind: 'sum' | 'xor' | 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    }
  /** To the right: `rotate` brings back at the top what falls out at the bottom, `shift` brings zeros. */
  | { readonly kind: 'rotate' | 'shift'; readonly of: Expression; readonly bits: number };

/** Gives a value its name; no name is given twice. */
export interface Step {
  readonly name: string;
  readonly value: Expression;
}

export interface Sha256Steps {
  /** To be done once; they use the names `w0`, `w1` (the challenge) and `w2` (the nonce's upper half). */
  readonly before: readonly Step[];
  /** To be done for each nonce; they also use `w3`, the nonce's lower half. */
  readonly inside: readonly Step[];
  /** The first word of the digest. */
  readonly digestWord: Expression;
}

export function sha256Steps(): Sha256Steps {
  const steps = new HoistedSteps();
  const words: Expression[] = ['w0', 'w1', 'w2'].map((name) => ({
    kind: 'name',
    name,
    varies: false,
  }));
  words.push({ kind: 'name', name: 'w3', varies: true });
  // The padding: a 1 behind the message, zeros, and the message's length of 128 bits.
  for (const word of [0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128]) words.push(constant(word));
  let state = INITIAL_STATE.map(constant);
  for (let t = 0; t < 64; t++) {
    if (t >= 16) words.push(scheduledWord(steps, words, t));
    state = round(steps, state, words[t]!, t);
  }
  const { before, inside } = steps;
  return { before, inside, digestWord: sum(constant(INITIAL_STATE[0]!), state[0]!) };
}

/** Two runs of steps: what can be done once, and what each nonce needs. */
class HoistedSteps {
  readonly before: Step[] = [];
  readonly inside: Step[] = [];

  /** Names a sum, of which the part that does not vary is added up only once. */
  sum(name: string, terms: readonly Expression[]): Expression {
    const fixed = terms.filter((term) => !varies(term));
    const varying = terms.filter(varies);
    if (varying.length === 0) {
      this.before.push({ name, value: fixed.reduce(sum) });
      return { kind: 'name', name, varies: false };
    }
    const rest = fixed.length > 1 ? [this.sum(`${name}fixed`, fixed)] : fixed;
    this.inside.push({ name, value: [...varying, ...rest].reduce(sum) });
    return { kind: 'name', name, varies: true };
  }
}

function scheduledWord(steps: HoistedSteps, words: readonly Expression[], t: number): Expression {
  return steps.sum(`w${t}`, [
    sigma1(words[t - 2]!),
    words[t - 7]!,
    sigma0(words[t - 15]!),
    words[t - 16]!,
  ]);
}

function round(
  steps: HoistedSteps,
  state: readonly Expression[],
  word: Expression,
  t: number,
): Expression[] {
  const [a, b, c, d, e, f, g, h] = state as Eight<Expression>;
  const mixed = steps.sum(`t${t}`, [
    h,
    bigSigma1(e),
    choice(e, f, g),
    constant(ROUND_CONSTANTS[t]!),
    word,
  ]);
  const nextE = steps.sum(`e${t}`, [d, mixed]);
  const nextA = steps.sum(`a${t}`, [mixed, bigSigma0(a), majority(a, b, c)]);
  return [nextA, a, b, c, nextE, e, f, g];
}

type Eight<T> = [T, T, T, T, T, T, T, T];

function varies(expression: Expression): boolean {
  switch (expression.kind) {
    case 'constant':
      return false;
    case 'name':
      return expression.varies;
    case 'rotate':
    case 'shift':
      return varies(expression.of);
    default:
      return varies(expression.left) || varies(expression.right);
  }
}

const constant = (value: number): Expression => ({ kind: 'constant', value: value | 0 });
const sum = (left: Expression, right: Expression): Expression => ({ kind: 'sum', left, right });
const and = (left: Expression, right: Expression): Expression => ({ kind: 'and', left, right });
const or = (left: Expression, right: Expression): Expression => ({ kind: 'or', left, right });
const xor = (left: Expression, right: Expression): Expression => ({ kind: 'xor', left, right });
const shift = (of: Expression, bits: number): Expression => ({ kind: 'shift', of, bits });
const rotate = (of: Expression, bits: number): Expression => ({ kind: 'rotate', of, bits });

const choice = (x: Expression, y: Expression, z: Expression): Expression =>
  xor(z, and(x, xor(y, z)));
const majority = (x: Expression, y: Expression, z: Expression): Expression =>
  or(and(x, y), and(z, or(x, y)));
const bigSigma0 = (x: Expression): Expression =>
  xor(xor(rotate(x, 2), rotate(x, 13)), rotate(x, 22));
const bigSigma1 = (x: Expression): Expression =>
  xor(xor(rotate(x, 6), rotate(x, 11)), rotate(x, 25));
const sigma0 = (x: Expression): Expression => xor(xor(rotate(x, 7), rotate(x, 18)), shift(x, 3));
const sigma1 = (x: Expression): Expression => xor(xor(rotate(x, 17), rotate(x, 19)), shift(x, 10));

const INITIAL_STATE = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

const ROUND_CONSTANTS = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
