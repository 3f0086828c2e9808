import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WebAssemblyApi } from '../../../../src/daemon/proof-of-work/simd-kernel.ts';
import { WasmCode, wasmModule } from '../../../../src/daemon/proof-of-work/wasm-code.ts';

const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

describe('a written function', () => {
  it('returns any constant', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.integer({ min: -300, max: 300 })), (value) => {
        expect(run(new WasmCode().i32(value).write('end'))).toBe(value);
      }),
    );
  });

  it.each([0, 127, 128, 16_383, 16_384])('can use the local %i', (local) => {
    const code = new WasmCode().i32(7).indexed('local.set', local);
    code.indexed('local.get', local).write('end');
    expect(run(code, { i32: local + 1, v128: 0 })).toBe(7);
  });

  it('has the lanes of a vector in their order', () => {
    const code = new WasmCode().v128(1, 0xdead_beef, -1, 5).v128(0, 0xdead_beef, 0xffff_ffff, 5);
    expect(run(code.write('i32x4.eq', 'i32x4.bitmask', 'end'))).toBe(0b1110);
  });

  it('takes its parameters', () => {
    const code = new WasmCode().indexed('local.get', 0).indexed('local.get', 1);
    code.write('i32.add', 'end');
    expect(run(code, { i32: 0, v128: 0 }, [40, 2])).toBe(42);
  });

  it('may be long', () => {
    const code = new WasmCode().i32(0);
    for (let i = 0; i < 100_000; i++) code.i32(1).write('i32.add');
    expect(run(code.write('end'))).toBe(100_000);
  });
});

function run(code: WasmCode, locals = { i32: 0, v128: 0 }, given: readonly number[] = []): unknown {
  const bytes = wasmModule({ name: 'run', parameters: given.length, locals, code });
  const { run: written } = new Instance(new Module(bytes)).exports;
  return (written as (...parameters: readonly number[]) => number)(...given);
}
