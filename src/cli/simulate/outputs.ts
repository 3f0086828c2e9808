/** Where the results of `hearsay simulate` go: the table, the JSON, the report, the trace. */
import { resolve } from 'node:path';
import type { ScenarioRunOptions } from '../../sim/scenario/scenario-run.ts';
import type { Summary } from '../../sim/scenario/summarize.ts';
import { Failure } from '../failure.ts';
import { printResult, say } from '../print.ts';
import { OutputFile } from './output-file.ts';
import { renderReport } from './report/page.ts';
import { formatResultJson } from './result-json.ts';
import { formatResults } from './result-table.ts';
import type { RunFacts } from './run-facts.ts';
import { TraceFile } from './trace-file.ts';

export interface OutputFlags {
  readonly json?: string;
  readonly report?: string;
  readonly trace?: string;
}

export interface Outcome {
  readonly summary: Summary;
  readonly run: RunFacts;
  /** What to type for the same figures. */
  readonly command: string;
}

export interface Outputs {
  readonly onStep: ScenarioRunOptions['onStep'];
  write(outcome: Outcome): Promise<void>;
  /** In any case, in the end: leaves no empty files behind. */
  close(): void;
}

/** Opens everything that flags name. @throws Failure with exit code 2 for what cannot be written. */
export function openOutputs(flags: OutputFlags, runs: number): Outputs {
  expectSeparate(flags, runs);
  const { json, report, trace } = flags;
  const files: OutputFile[] = [];
  const open = (flag: string, path: string | undefined): OutputFile | undefined => {
    if (path === undefined || path === '-') return undefined;
    const file = new OutputFile(flag, path);
    files.push(file);
    return file;
  };
  try {
    const jsonFile = open('--json', json);
    const reportFile = open('--report', report);
    const traceFile = trace === undefined ? undefined : new TraceFile(trace);
    return {
      onStep: traceFile === undefined ? undefined : (step) => traceFile.add(step),
      write: (outcome) => write(outcome, { jsonFile, reportFile, isPiped: json === '-' }),
      close() {
        traceFile?.close();
        for (const file of files) file.discard();
      },
    };
  } catch (error) {
    for (const file of files) file.discard();
    throw error;
  }
}

interface Targets {
  readonly jsonFile: OutputFile | undefined;
  readonly reportFile: OutputFile | undefined;
  /** Whether standard output belongs to the JSON. */
  readonly isPiped: boolean;
}

async function write(outcome: Outcome, { jsonFile, reportFile, isPiped }: Targets): Promise<void> {
  const { summary, run } = outcome;
  const json = jsonFile !== undefined || isPiped ? formatResultJson(summary, run) : '';
  jsonFile?.write(json);
  reportFile?.write(renderReport(outcome));
  const text = isPiped ? json.trimEnd() : formatResults(summary, run).join('\n');
  await printResult(text);
  for (const file of [jsonFile, reportFile]) if (file !== undefined) say(`wrote ${file.path}`);
}

function expectSeparate({ json, report, trace }: OutputFlags, runs: number): void {
  for (const [flag, path] of [
    ['--report', report],
    ['--trace', trace],
  ] as const) {
    if (path === '-') throw new Failure(2, `${flag} -: standard output is for --json; name a file`);
  }
  if (trace !== undefined && runs > 1) {
    throw new Failure(2, `--trace ${trace}: follows one run; leave out --seeds, or make it 1`);
  }
  const paths = [json, report, trace].filter((path) => path !== undefined && path !== '-');
  const places = new Set(paths.map((path) => resolve(path!)));
  if (places.size < paths.length) {
    throw new Failure(
      2,
      `--json, --report and --trace need a file each, and two of them share one`,
    );
  }
}
