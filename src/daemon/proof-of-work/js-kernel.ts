/**
 * The kernel in JavaScript: the steps of SHA-256 written out as text and compiled at load time. The text is
 * not kept as a file: sha256-steps.ts says what SHA-256 is, and fifteen hundred operations with their names
 * would only hide it.
 */
import type { Kernel } from './kernel.ts';
import { sha256Steps, type Expression, type Step } from './sha256-steps.ts';

/**
 * Calls with a hash or two before the first long one. Without them the engine, which takes notes on a function
 * from its ninth call on, knows nothing about what comes before the loop when it compiles the whole, has to
 * throw the result away, and stays at 60 % of the speed for good, in about every second process (measured).
 */
const WARM_UP_CALLS = 20;

export function createJsKernel(): Kernel {
  // The source has these parameters and returns a number. It is ours to the last character: nothing from
  // outside is ever compiled.
  const parameters = ['w0', 'w1', 'w2', 'low', 'count', 'mask'];
  const kernel = new Function(...parameters, kernelSource()) as Kernel;
  for (let call = 0; call < WARM_UP_CALLS; call++) kernel(call, 0, 0, 0, 2, -1);
  return kernel;
}

function kernelSource(): string {
  const { before, inside, digestWord } = sha256Steps();
  return `${before.map(declaration).join('\n')}
for (let i = 0; i < count; i++) {
  const w3 = (low + i) | 0;
${inside.map(declaration).join('\n')}
  if ((${textOf(digestWord)} & mask) === 0) return i;
}
return -1;`;
}

function declaration({ name, value }: Step): string {
  return `const ${name} = ${textOf(value)};`;
}

function textOf(expression: Expression): string {
  switch (expression.kind) {
    case 'constant':
      return String(expression.value);
    case 'name':
      return expression.name;
    case 'rotate': {
      // The form that the compiler recognises as one instruction.
      const [of, { bits }] = [textOf(expression.of), expression];
      return `((${of} >>> ${bits}) | (${of} << ${32 - bits}))`;
    }
    case 'shift':
      return `(${textOf(expression.of)} >>> ${expression.bits})`;
    case 'sum':
      // Every partial sum is cut to 32 bits: longer ones make the compiler give up integers, at half the speed.
      return `((${textOf(expression.left)} + ${textOf(expression.right)}) | 0)`;
    default:
      return `(${textOf(expression.left)} ${SIGNS[expression.kind]} ${textOf(expression.right)})`;
  }
}

const SIGNS = { xor: '^', and: '&', or: '|' } as const;
