/**
 * `--trace`: every step of every node as one JSON line, for looking at what led to a failure. Bytes are
 * shown by their beginning, since the seed gives them back anyway; 64-bit numbers as sixteen digits.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { ScenarioRunOptions } from '../../sim/scenario/scenario-run.ts';
import { Failure } from '../failure.ts';
import { reason } from './output-file.ts';

type StepReport = Parameters<NonNullable<ScenarioRunOptions['onStep']>>[0];

/** Written at once when so many characters have gathered. */
const BATCH = 256 * 1024;
/** Of bytes so many are shown. */
const BYTES_SHOWN = 16;

export class TraceFile {
  readonly #path: string;
  readonly #descriptor: number;
  #lines: string[] = [];
  #size = 0;

  /** Empties the file. @throws Failure with exit code 2 if it cannot be written. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw new Failure(2, `--trace ${path}: ${reason(error)}; name a file that can be written`);
    }
  }

  add(step: StepReport): void {
    const line = formatStep(step);
    this.#lines.push(line, '\n');
    this.#size += line.length + 1;
    if (this.#size >= BATCH) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#size = 0;
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
    } catch (error) {
      throw new Failure(1, `--trace ${this.#path}: ${reason(error)}`);
    }
  }
}

/** One step on one line. */
export function formatStep({ now, node, input, effects }: StepReport): string {
  return JSON.stringify({ now, node, input, effects }, (key, value: unknown) => {
    // The simulator's own record of the announcement, which no node knows of.
    if (key === 'announcement') return undefined;
    if (value instanceof Uint8Array) return formatBytes(value);
    return isU64(value) ? hex32(value.high) + hex32(value.low) : value;
  });
}

function formatBytes(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, BYTES_SHOWN)).toString('hex');
  return bytes.length <= BYTES_SHOWN ? shown : `${shown}… (${bytes.length} bytes)`;
}

function isU64(value: unknown): value is { readonly high: number; readonly low: number } {
  if (typeof value !== 'object' || value === null) return false;
  if (!('high' in value && 'low' in value)) return false;
  return typeof value.high === 'number' && typeof value.low === 'number';
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
