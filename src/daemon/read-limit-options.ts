/** What a program says about limits (`limits` of `createNode`), read by the keys of the configuration. */
import { isLimit, LIMIT_KEYS, LIMIT_NAMES, type LimitName, type Limits } from './config/config.ts';
import { badOption, checkOptions } from './embedding/limits.ts';
import { NodeError } from './embedding/node-error.ts';

/** @throws NodeError `bad-option`, which names limit, value and what is allowed. */
export function readLimitOptions(limits: unknown): Limits {
  if (limits === undefined) return {};
  checkOptions('limits', limits, LIMIT_NAMES);
  const read: Partial<Record<LimitName, number>> = {};
  for (const [name, value] of Object.entries(limits as object)) {
    if (value !== undefined && isLimit(name)) read[name] = readLimit(name, value);
  }
  return read;
}

function readLimit(name: LimitName, value: unknown): number {
  if (typeof value !== 'number') throw badOption(`limits.${name}`, value, 'a number');
  const { reader } = LIMIT_KEYS[name];
  const reading = reader.read(String(value), '');
  if (reading.kind === 'value') return reading.value;
  const problem = `${reading.problem}; allowed: ${reader.allowed}`;
  throw new NodeError('bad-option', `limits.${name} ${String(value)}: ${problem}`);
}
