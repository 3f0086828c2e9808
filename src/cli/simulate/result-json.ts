/** The result as JSON: what the simulation showed on top, what this machine needed under `run`. */
import type { Summary } from '../../sim/scenario/summarize.ts';
import type { RunFacts } from './run-facts.ts';

/** Text that ends with a line end. The single runs are there if there are several. */
export function formatResultJson({ runs, ...figures }: Summary, run: RunFacts): string {
  const singles = runs.length === 1 ? {} : { runs };
  return `${compactPairs(JSON.stringify({ ...figures, run, ...singles }, undefined, 2))}\n`;
}

/**
 * A histogram has a pair a line. Inside texts JSON has no line ends, so nothing else can look like a pair.
 */
function compactPairs(json: string): string {
  return json.replace(/\[\n\s+([-\w.+]+),\n\s+([-\w.+]+)\n\s+\]/g, '[$1, $2]');
}
