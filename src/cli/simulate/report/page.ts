/**
 * The report of `hearsay simulate --report`: one HTML file that needs nothing else, asks no network for
 * anything (its own policy forbids it), and says in tables what it draws.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Summary } from '../../../sim/scenario/summarize.ts';
import type { RunFacts } from '../run-facts.ts';
import type { Chart } from './chart.ts';
import { DRAW_SCRIPT } from './draw-script.ts';
import { jsonForScript, markup, Markup } from './markup.ts';
import { allFigures, machine, parameters, sideBySide, tiles } from './sections.ts';
import { spreadCharts } from './spread-charts.ts';
import { STYLE } from './style.ts';
import { timelineCharts } from './timeline-charts.ts';

export interface ReportInput {
  /** Of all runs together. */
  readonly summary: Summary;
  readonly run: RunFacts;
  /** What to type for the same figures. */
  readonly command: string;
}

/** The whole file. */
export function renderReport({ summary, run, command }: ReportInput): string {
  const { scenario, runs: results } = summary;
  const runs = summary.seeds.map((seed) => `seed ${seed}`);
  const spread = spreadCharts(runs, results, summary);
  const timeline = timelineCharts(runs, results);
  const body = markup`<main>
    ${header(summary)} ${tiles(summary)}
    <h2>How announcements spread</h2>
    <p class="hint">Drag over a chart to look closer, double-click to go back.</p>
    <div class="charts">${spread.map(figure)}</div>
    <h2>What the network went through</h2>
    ${faultHint(scenario)}
    <div class="charts">${timeline.map(figure)}</div>
    ${results.length > 1 ? sideBySide(runs, results) : undefined} ${allFigures(summary)}
    ${parameters(scenario, command)}
    ${machine(run, results.map(({ traceHash }) => traceHash).join(', '))}
  </main>`;
  const drawings = [...spread, ...timeline].map(({ id, drawing }) => [id, drawing] as const);
  return page(`${scenario.name} · hearsay simulate`, body, Object.fromEntries(drawings));
}

function header(summary: Summary): Markup {
  const { scenario, seeds } = summary;
  const facts = [
    `${summary.nodes.toLocaleString('en-US')} nodes`,
    `${summary.announcements.toLocaleString('en-US')} announcements`,
    `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`,
  ].join(' · ');
  return markup`<header>
    <p class="kicker">hearsay simulate</p>
    <h1>${scenario.name}</h1>
    <p class="lead">${scenario.description}</p>
    <p class="facts">${facts}</p>
    ${summary.isPartial ? markup`<p class="note">Interrupted: these are the figures so far.</p>` : undefined}
  </header>`;
}

function faultHint({ faults }: Summary['scenario']): Markup | undefined {
  if (faults.length === 0) return undefined;
  const list = faults.map(({ kind, at }) => `${kind} from ${at / 1_000} s`).join(', ');
  return markup`<p class="hint">Shaded: ${list}.</p>`;
}

function figure({ id, title, summary, table, drawing, isWide = false }: Chart): Markup {
  const alternative = `${title}, ${drawing.y.label} over ${drawing.x.label}. ${summary}`;
  const height = isWide ? 170 : 260;
  return markup`<figure class="chart${isWide ? ' wide' : ''}" aria-labelledby="title-${id}">
    <h3 id="title-${id}">${title}</h3>
    <p>${summary}</p>
    <div class="plot" id="chart-${id}" data-height="${height}" role="img" aria-label="${alternative}"></div>
    <details><summary>As a table</summary>${table}</details>
  </figure>`;
}

function page(title: string, body: Markup, drawings: Readonly<Record<string, unknown>>): string {
  const library = uplot();
  const style = `${library.style}\n${STYLE}`;
  const policy = [
    `default-src 'none'`,
    `script-src ${sha256(library.script)} ${sha256(DRAW_SCRIPT)}`,
    `style-src ${sha256(style)}`,
    `base-uri 'none'; form-action 'none'`,
  ].join('; ');
  return markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    ${element('style', style)}
  </head>
  <body>
    ${body}
    <script type="application/json" id="drawings">${jsonForScript(drawings)}</script>
    ${element('script', library.script)}
    ${element('script', DRAW_SCRIPT)}
  </body>
</html>
`.text;
}

/** An element whose text is taken as it stands, to the byte: the policy knows its hash. */
function element(name: 'script' | 'style', text: string): Markup {
  return new Markup(`<${name}>${text}</${name}>`);
}

/** uPlot with its licence, which wants to stand wherever it does. */
function uplot(): { readonly script: string; readonly style: string } {
  const { resolve } = createRequire(import.meta.url);
  const read = (path: string): string => readFileSync(resolve(`uplot/${path}`), 'utf8');
  const licence = `/*\n${read('LICENSE').trim()}\n*/\n`;
  return {
    script: licence + read('dist/uPlot.iife.min.js'),
    style: read('dist/uPlot.min.css'),
  };
}

function sha256(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
