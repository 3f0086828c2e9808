/** docs/simulator.md says what the code does: every key of a scenario, and every flag of the two commands. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import * as plan from '../../../../src/cli/commands/plan.ts';
import * as simulate from '../../../../src/cli/commands/simulate.ts';
import { ADVERSARY_ROLES } from '../../../../src/sim/adversaries/roles.ts';
import { scenarioShape } from '../../../../src/sim/scenario/scenario-shape.ts';

const PAGE = readFileSync(new URL('../../../../docs/simulator.md', import.meta.url), 'utf8');

/** The part of a JSON Schema that scenarios use. */
interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** A row for every key that holds a value, as the page has it. */
function rowsOf({ properties = {}, required = [] }: Schema, before = ''): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (name === '$schema' || (before.endsWith('.') && name === 'kind')) return [];
    const path = `${before}${name}`;
    const inner = [schema, ...(schema.anyOf ?? [])].find((one) => one.properties !== undefined);
    if (inner !== undefined && name !== 'latencyMs') return rowsOf(inner, `${path}.`);
    if (schema.items?.anyOf !== undefined) return schema.items.anyOf.flatMap(kindRows);
    if (schema.items !== undefined) return rowsOf(schema.items, `${name}[].`);
    return [row(path, schema, required.includes(name))];
  });
}

function kindRows(schema: Schema): string[] {
  const [kind] = schema.properties!['kind']!.enum!;
  return rowsOf(schema, `${String(kind)}.`);
}

function row(path: string, schema: Schema, isNeeded: boolean): string {
  const fallback = isNeeded ? 'needed' : defaultOf(schema);
  return `| \`${path}\` | ${schema.description} | ${allowed(schema)} | ${fallback} |`;
}

function defaultOf(schema: Schema): string {
  if (schema.default === undefined) return '–';
  const text = JSON.stringify(schema.default);
  return text === '""' ? 'empty' : text.replaceAll('"', '').replaceAll(/([,:])/g, '$1 ');
}

function allowed(schema: Schema): string {
  if (schema.description?.startsWith('one-way delay')) return 'see above';
  const choices = schema.anyOf ?? [schema];
  return choices.map(single).join(' or ');
}

function single({ type, minimum, maximum, maxLength, pattern, enum: words }: Schema): string {
  if (words !== undefined) return words.map(String).join(', ');
  if (type === 'boolean') return 'true or false';
  if (type === 'null') return 'null';
  if (pattern !== undefined) return '1 to 64 letters, digits and hyphens';
  if (maxLength !== undefined) return `text of up to ${maxLength} characters`;
  return `${minimum} to ${maximum}${type === 'integer' ? ', whole' : ''}`;
}

describe('docs/simulator.md', () => {
  it.each(rowsOf(scenarioShape.schema as Schema))('has the row %s', (expected) => {
    expect(PAGE).toContain(expected);
  });

  it.each(Object.entries(ADVERSARY_ROLES))('says what a %s does', (role, meaning) => {
    expect(PAGE).toContain(`| \`${role}\` | ${meaning} |`);
  });

  it.each([
    ['simulate', simulate],
    ['plan', plan],
  ])('names every flag of %s', (name, { define }) => {
    const command = new Command(name);
    define(command);
    const flags = command.options.map(({ long }) => long!);
    expect(flags.filter((flag) => !PAGE.includes(`\`${flag}`))).toEqual([]);
  });
});
