/**
 * Writes WebAssembly: as much of its binary format as one function without memory, imports and calls needs.
 * WebAssembly core specification 2.0, chapter 5; opcodes from its index of instructions.
 */

/** Instructions without immediate operands, and those whose operands {@link WasmCode} adds. */
const OPCODES = {
  block: [0x02],
  loop: [0x03],
  if: [0x04],
  end: [0x0b],
  br: [0x0c],
  br_if: [0x0d],
  return: [0x0f],
  select: [0x1b],
  'local.get': [0x20],
  'local.set': [0x21],
  'local.tee': [0x22],
  'i32.const': [0x41],
  'i32.lt_s': [0x48],
  'i32.ge_s': [0x4e],
  'i32.ctz': [0x68],
  'i32.add': [0x6a],
  'v128.const': [0xfd, 12],
  'i32x4.splat': [0xfd, 17],
  'i32x4.eq': [0xfd, 55],
  'v128.and': [0xfd, 78],
  'v128.or': [0xfd, 80],
  'v128.xor': [0xfd, 81],
  'i32x4.bitmask': [0xfd, 0xa4, 0x01],
  'i32x4.shl': [0xfd, 0xab, 0x01],
  'i32x4.shr_u': [0xfd, 0xad, 0x01],
  'i32x4.add': [0xfd, 0xae, 0x01],
} as const;

type Mnemonic = keyof typeof OPCODES;
type WithIndex = 'local.get' | 'local.set' | 'local.tee' | 'br' | 'br_if';
type WithBlock = 'block' | 'loop' | 'if';
type Plain = Exclude<Mnemonic, WithIndex | WithBlock | 'i32.const' | 'v128.const'>;

/** The type of a block that takes nothing and leaves nothing. */
const EMPTY_BLOCK = 0x40;
const I32 = 0x7f;
const V128 = 0x7b;

/** The instructions of a function, in the order in which they are written. */
export class WasmCode {
  readonly bytes: number[] = [];

  write(...mnemonics: Plain[]): this {
    for (const mnemonic of mnemonics) this.#opcode(mnemonic);
    return this;
  }

  /** A block without parameters and results. */
  open(mnemonic: WithBlock): this {
    this.#opcode(mnemonic).bytes.push(EMPTY_BLOCK);
    return this;
  }

  /** With the number of a local, or of the blocks that a branch leaves less one. */
  indexed(mnemonic: WithIndex, index: number): this {
    this.#opcode(mnemonic).bytes.push(...unsigned(index));
    return this;
  }

  i32(value: number): this {
    this.#opcode('i32.const').bytes.push(...signed(value));
    return this;
  }

  /** Four words, the first lane first. */
  v128(...lanes: [number, number, number, number]): this {
    this.#opcode('v128.const');
    for (const lane of lanes) {
      this.bytes.push(lane & 255, (lane >>> 8) & 255, (lane >>> 16) & 255, lane >>> 24);
    }
    return this;
  }

  #opcode(mnemonic: Mnemonic): this {
    this.bytes.push(...OPCODES[mnemonic]);
    return this;
  }
}

export interface WasmFunction {
  /** The name under which it is exported. */
  readonly name: string;
  /** All parameters and the one result are i32. */
  readonly parameters: number;
  /** Numbered after the parameters: first the i32 ones, then the vectors. */
  readonly locals: { readonly i32: number; readonly v128: number };
  /** Up to and with the function's own `end`. */
  readonly code: WasmCode;
}

/** A module of one function. */
export function wasmModule({ name, parameters, locals, code }: WasmFunction): Uint8Array {
  const type = [0x60, ...list(Array.from({ length: parameters }, () => [I32])), 1, I32];
  const declared = [
    [...unsigned(locals.i32), I32],
    [...unsigned(locals.v128), V128],
  ];
  const body = list(declared).concat(code.bytes);
  const exported = [...list([...name].map((letter) => [letter.charCodeAt(0)])), 0x00, 0];
  const sections = [
    section(1, list([type])),
    section(3, list([[0]])),
    section(7, list([exported])),
    section(10, list([unsigned(body.length).concat(body)])),
  ];
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(...sections));
}

function section(id: number, content: readonly number[]): number[] {
  return [id].concat(unsigned(content.length), content);
}

function list(items: readonly (readonly number[])[]): number[] {
  return unsigned(items.length).concat(...items);
}

/** LEB128: seven bits a byte, the lowest first; all but the last byte have the eighth set. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** The same for a signed value of 32 bits: it ends where the rest is nothing but copies of the sign. */
function signed(value: number): number[] {
  const isEnd = value >= -64 && value < 64;
  return isEnd ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}
