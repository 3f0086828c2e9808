/**
 * The kernel in WebAssembly: the steps of SHA-256 on vectors of four words, one for each of four nonces that
 * follow each other. The module is written at load time, like the JavaScript: no binary is kept that would
 * have to be trusted or rebuilt, and no tool is needed.
 */
import type { Kernel } from './kernel.ts';
import { sha256Steps, type Expression, type Step } from './sha256-steps.ts';
import { WasmCode, wasmModule } from './wasm-code.ts';

/** As much of the standard API as is used here; it is missing where code must not be generated. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
}

/** The kernel, or undefined where there is no WebAssembly, it knows no vectors, or does not compile it. */
export function createSimdKernel(
  wasm: WebAssemblyApi | undefined = standardApi(),
): Kernel | undefined {
  if (wasm === undefined) return undefined;
  const bytes = simdKernelModule();
  try {
    if (!wasm.validate(bytes)) return undefined;
    const { exports } = new wasm.Instance(new wasm.Module(bytes));
    // The module exports a function of six numbers that returns one: it is written below.
    return exports[EXPORT_NAME] as Kernel;
  } catch {
    // Out of memory for code, or a policy against it. The other kernel does without.
    return undefined;
  }
}

function standardApi(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}

const EXPORT_NAME = 'search';
const LANES = 4;
/** Parameters of the function, in the order of `Kernel`. */
const [CHALLENGE_HIGH, CHALLENGE_LOW, NONCE_HIGH, NONCE_LOW, COUNT, MASK] = [0, 1, 2, 3, 4, 5];
/** Its locals: how many nonces came before the vector's first; which of the vector's nonces fit, as bits. */
const [INDEX, FITTING] = [6, 7];
const SCALARS = 8;

/** The bytes of the module. */
export function simdKernelModule(): Uint8Array {
  const { before, inside, digestWord } = sha256Steps();
  const code = new VectorCode();
  code.splat('w0', CHALLENGE_HIGH).splat('w1', CHALLENGE_LOW).splat('w2', NONCE_HIGH);
  code.splat('first', NONCE_LOW).splat('mask', MASK);
  code.vector(0, 1, 2, 3).get('first').wasm.write('i32x4.add');
  code.set('w3').vector(0, 0, 0, 0).set('zero').vector(LANES, LANES, LANES, LANES).set('lanes');
  before.forEach((step) => code.step(step));

  code.wasm.open('block').open('loop');
  code.wasm.indexed('local.get', INDEX).indexed('local.get', COUNT);
  code.wasm.write('i32.ge_s').indexed('br_if', 1);
  inside.forEach((step) => code.step(step));
  code.push(digestWord).get('mask').wasm.write('v128.and');
  code.get('zero').wasm.write('i32x4.eq', 'i32x4.bitmask').indexed('local.tee', FITTING);
  returnIfAnyFits(code.wasm);
  code.get('w3').get('lanes').wasm.write('i32x4.add');
  code.set('w3');
  code.wasm.indexed('local.get', INDEX).i32(LANES).write('i32.add').indexed('local.set', INDEX);
  code.wasm.indexed('br', 0).write('end', 'end').i32(-1).write('end');
  return wasmModule({
    name: EXPORT_NAME,
    parameters: 6,
    locals: { i32: SCALARS - 6, v128: code.vectors },
    code: code.wasm,
  });
}

/** The first lane that fits is the answer, unless it lies behind the last nonce to be tried. */
function returnIfAnyFits(code: WasmCode): void {
  code.open('if');
  code.indexed('local.get', INDEX).indexed('local.get', FITTING).write('i32.ctz', 'i32.add');
  code.indexed('local.tee', INDEX).i32(-1);
  code.indexed('local.get', INDEX).indexed('local.get', COUNT).write('i32.lt_s', 'select');
  code.write('return', 'end');
}

/** Code whose vectors have names instead of numbers. */
class VectorCode {
  readonly wasm = new WasmCode();
  readonly #locals = new Map<string, number>();

  get vectors(): number {
    return this.#locals.size;
  }

  get(name: string): this {
    this.wasm.indexed('local.get', this.#local(name));
    return this;
  }

  set(name: string): this {
    this.wasm.indexed('local.set', this.#local(name));
    return this;
  }

  /** Names a vector of four times the same parameter. */
  splat(name: string, parameter: number): this {
    this.wasm.indexed('local.get', parameter).write('i32x4.splat');
    return this.set(name);
  }

  vector(...lanes: [number, number, number, number]): this {
    this.wasm.v128(...lanes);
    return this;
  }

  step({ name, value }: Step): void {
    this.push(value).set(name);
  }

  push(expression: Expression): this {
    switch (expression.kind) {
      case 'constant': {
        const { value } = expression;
        return this.vector(value, value, value, value);
      }
      case 'name':
        return this.get(expression.name);
      case 'rotate':
        // There is no instruction for it.
        this.push(expression.of).wasm.i32(expression.bits).write('i32x4.shr_u');
        this.push(expression.of)
          .wasm.i32(32 - expression.bits)
          .write('i32x4.shl', 'v128.or');
        return this;
      case 'shift':
        this.push(expression.of).wasm.i32(expression.bits).write('i32x4.shr_u');
        return this;
      default:
        this.push(expression.left).push(expression.right).wasm.write(OPERATIONS[expression.kind]);
        return this;
    }
  }

  #local(name: string): number {
    const known = this.#locals.get(name);
    if (known !== undefined) return known;
    const local = SCALARS + this.#locals.size;
    this.#locals.set(name, local);
    return local;
  }
}

const OPERATIONS = {
  sum: 'i32x4.add',
  xor: 'v128.xor',
  and: 'v128.and',
  or: 'v128.or',
} as const;
