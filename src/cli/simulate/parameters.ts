/**
 * All parameters of a run, for people: printed before it begins, so that even a run that never ends can be
 * repeated. Complete, one line for each part of the scenario.
 */
import type { Scenario } from '../../sim/scenario/scenario.ts';

/** Wider than this, lines are broken between two parameters. */
const COLUMNS = 100;

/** Every leaf of `value` with its path: `faults[0].kind`. */
export function flatten(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, Array.isArray(value) ? 'none' : 'defaults']];
  return entries.flatMap(([key, inner]) => {
    if (Array.isArray(value)) return flatten(inner, `${path}[${key}]`);
    return flatten(inner, path === '' ? key : `${path}.${key}`);
  });
}

/** The lines that `hearsay simulate` begins with. */
export function formatParameters(scenarios: readonly Scenario[]): readonly string[] {
  const [scenario] = scenarios;
  if (scenario === undefined) return [];
  const { name, description, seed, nodes, checks, wire, faults, adversaries, ...rest } = scenario;
  const shown =
    scenarios.length > 1 ? `seeds ${seed} to ${scenarios.at(-1)!.seed}` : `seed ${seed}`;
  return [
    `${name}: ${shown}, ${nodes} nodes, checks ${onOff(checks)}, wire ${onOff(wire)}`,
    ...(description === '' ? [] : [description]),
    ...Object.entries(rest).flatMap(([part, value]) => section(part, value)),
    ...faults.flatMap((fault) => section('fault', fault)),
    ...adversaries.flatMap((adversary) => section('adversary', adversary)),
  ];
}

function section(part: string, value: unknown): readonly string[] {
  const leaves = flatten(value).map(([path, text]) => (path === '' ? text : `${path} ${text}`));
  return wrap(`  ${part.padEnd(11)} `, leaves);
}

function wrap(head: string, leaves: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = head;
  for (const [place, leaf] of leaves.entries()) {
    const text = place === leaves.length - 1 ? leaf : `${leaf}, `;
    if (line.length + text.length > COLUMNS && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' '.repeat(head.length);
    }
    line += text;
  }
  return [...lines, line.trimEnd()];
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
