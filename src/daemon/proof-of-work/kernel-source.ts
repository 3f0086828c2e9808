/**
 * Writes the inner loop of the proof of work: SHA-256 of sixteen bytes, challenge ‖ nonce, for one nonce
 * after the other.
 *
 * Sixteen bytes and their padding are one block of sixteen words, of which only the fourth, the lower half
 * of the nonce, differs from one hash to the next. So whatever the other fifteen decide is computed once,
 * before the loop: the first three rounds, half of the fourth, and parts of the message schedule. What is
 * left is written out without inner loops or arrays, so that all of it stays in registers and constants.
 * The digest is not finished either: its first word tells whether up to 31 bits are zero.
 *
 * The text is written at load time rather than kept as a file: these lines say what SHA-256 is, and fifteen
 * hundred operations with their names would only hide it. Measured with bench/proof-of-work.mjs: 8.0 million
 * hashes per second against 0.77 million with `createHash`; the same rounds as plain loops give 3.5 million,
 * unrolled by sixteen 5.2 million. The algorithm and all constants: FIPS 180-4, sections 4.1.2, 4.2.2,
 * 5.3.3 and 6.2.2.
 */

/** The parameters of the function whose body {@link kernelSource} returns. Each is cut to 32 bits. */
export const KERNEL_PARAMETERS = ['w0', 'w1', 'w2', 'low', 'count', 'mask'] as const;

/**
 * The body of a function of (`w0`, `w1`: the halves of the challenge; `w2`: the upper half of the nonces;
 * `low`: the lower half of the first nonce; `count`: how many to try; `mask`: the bits that must be zero in
 * the digest's first word). It returns how many nonces came before the first that fits, or −1 if none does.
 */
export function kernelSource(): string {
  const code = new HoistingCode();
  const words: Term[] = ['w0', 'w1', 'w2'].map((text) => ({ text, varies: false }));
  words.push({ text: 'w3', varies: true });
  // The padding: a 1 behind the message, zeros, and the message's length of 128 bits.
  for (const word of [0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128]) words.push(constant(word));
  let state = INITIAL_STATE.map(constant);
  for (let t = 0; t < 64; t++) {
    if (t >= 16) words.push(scheduledWord(code, words, t));
    state = round(code, state, words[t]!, t);
  }
  return `${code.before.join('\n')}
for (let i = 0; i < count; i++) {
  const w3 = (low + i) | 0;
${code.inside.join('\n')}
  if (((${INITIAL_STATE[0]} + ${state[0]!.text}) & mask) === 0) return i;
}
return -1;`;
}

/** A 32-bit expression, and whether it differs from one nonce to the next. */
interface Term {
  readonly text: string;
  readonly varies: boolean;
}

/** Two runs of statements: what can be done once, and what each nonce needs. */
class HoistingCode {
  readonly before: string[] = [];
  readonly inside: string[] = [];

  /** Declares `name` as a sum modulo 2^32, of which the part that does not vary is added up only once. */
  sum(name: string, terms: readonly Term[]): Term {
    const fixed = terms.filter((term) => !term.varies);
    const varying = terms.filter((term) => term.varies);
    if (varying.length === 0) {
      this.before.push(`const ${name} = ${addition(fixed)};`);
      return { text: name, varies: false };
    }
    const rest = fixed.length > 1 ? [this.sum(`${name}fixed`, fixed)] : fixed;
    this.inside.push(`  const ${name} = ${addition([...varying, ...rest])};`);
    return { text: name, varies: true };
  }
}

/** Every partial sum is cut to 32 bits: longer sums make the compiler give up integers, at half the speed. */
function addition(terms: readonly Term[]): string {
  return terms.map((term) => term.text).reduce((sum, term) => `((${sum} + ${term}) | 0)`);
}

function constant(value: number): Term {
  return { text: String(value | 0), varies: false };
}

function scheduledWord(code: HoistingCode, words: readonly Term[], t: number): Term {
  return code.sum(`w${t}`, [
    apply(sigma1, words[t - 2]!),
    words[t - 7]!,
    apply(sigma0, words[t - 15]!),
    words[t - 16]!,
  ]);
}

function round(code: HoistingCode, state: readonly Term[], word: Term, t: number): Term[] {
  const [a, b, c, d, e, f, g, h] = state as [Term, Term, Term, Term, Term, Term, Term, Term];
  const mixed = code.sum(`t${t}`, [
    h,
    apply(bigSigma1, e),
    apply(choice, e, f, g),
    constant(ROUND_CONSTANTS[t]!),
    word,
  ]);
  const nextE = code.sum(`e${t}`, [d, mixed]);
  const nextA = code.sum(`a${t}`, [mixed, apply(bigSigma0, a), apply(majority, a, b, c)]);
  return [nextA, a, b, c, nextE, e, f, g];
}

function apply(write: (...operands: string[]) => string, ...operands: Term[]): Term {
  const text = write(...operands.map((operand) => operand.text));
  return { text, varies: operands.some((operand) => operand.varies) };
}

const choice = (x: string, y: string, z: string): string => `(${z} ^ (${x} & (${y} ^ ${z})))`;
const majority = (x: string, y: string, z: string): string =>
  `((${x} & ${y}) | (${z} & (${x} | ${y})))`;
const bigSigma0 = (x: string): string => `(${rotr(x, 2)} ^ ${rotr(x, 13)} ^ ${rotr(x, 22)})`;
const bigSigma1 = (x: string): string => `(${rotr(x, 6)} ^ ${rotr(x, 11)} ^ ${rotr(x, 25)})`;
const sigma0 = (x: string): string => `(${rotr(x, 7)} ^ ${rotr(x, 18)} ^ (${x} >>> 3))`;
const sigma1 = (x: string): string => `(${rotr(x, 17)} ^ ${rotr(x, 19)} ^ (${x} >>> 10))`;

/** A rotation in the form that the compiler recognises as one instruction. */
function rotr(x: string, bits: number): string {
  return `((${x} >>> ${bits}) | (${x} << ${32 - bits}))`;
}

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
