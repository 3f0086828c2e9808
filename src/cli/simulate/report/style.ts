/**
 * The looks of the report. Light, dark as the reader's system has it, and paper; from a phone's width up.
 * The colours of runs are those of Okabe and Ito, told apart by people with any colour vision, lightened
 * for the dark.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  --page: #f6f7f9; --card: #fff; --text: #14181f; --soft: #566070; --line: #dfe3e9; --grid: #e9ecf1;
  --accent: #0a62b1; --warn: #a13a00; --warn-back: #fff3ea; --mark: #d55e0020; --mark-line: #d55e00a0;
  --run-0: #0a62b1; --run-0-fill: #0a62b126; --run-1: #d55e00; --run-2: #00805c; --run-3: #b0558a;
  --run-4: #8a6d00; --run-5: #3a93cc; --run-6: #5b4fc4; --run-7: #4d5866;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1319; --card: #181e27; --text: #e8ebf0; --soft: #a3adbb; --line: #2b3340; --grid: #262e3a;
    --accent: #6cb6f5; --warn: #ffb27d; --warn-back: #33211a; --mark: #ff8c4226; --mark-line: #ff8c42a0;
    --run-0: #56aef5; --run-0-fill: #56aef52e; --run-1: #ff9a52; --run-2: #34c79a; --run-3: #e58fbe;
    --run-4: #e8c547; --run-5: #9bd4f7; --run-6: #a59cff; --run-7: #c0c8d3;
  }
}
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --text: #000; --soft: #444; --line: #bbb; --grid: #ddd;
    --accent: #0a62b1; --warn: #a13a00; --warn-back: #fff; --mark: #d55e0020; --mark-line: #d55e00a0;
    --run-0: #0a62b1; --run-0-fill: #0a62b126; --run-1: #d55e00; --run-2: #00805c; --run-3: #b0558a;
    --run-4: #8a6d00; --run-5: #3a93cc; --run-6: #5b4fc4; --run-7: #4d5866;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 var(--font); }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 40px 0 12px; font-size: 20px; }
h3 { margin: 0 0 2px; font-size: 16px; }
p { margin: 0; }
.kicker { color: var(--soft); font-size: 14px; letter-spacing: 0.02em; }
.lead { margin-top: 8px; max-width: 72ch; color: var(--soft); overflow-wrap: anywhere; }
.facts { margin-top: 12px; font-size: 15px; }
.note { margin-top: 16px; padding: 10px 14px; border-left: 4px solid var(--warn); background: var(--warn-back); color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; margin: 24px 0 0; padding: 0; }
.tile, .chart { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 14px 16px; }
.tile dt { color: var(--soft); font-size: 14px; }
.tile dd { margin: 0; font-size: 27px; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile dd + dd { font-size: 13px; font-weight: 400; color: var(--soft); line-height: 1.4; white-space: normal; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.chart { margin: 0; padding: 16px 16px 12px; min-width: 0; }
.wide { grid-column: 1 / -1; }
.chart p { color: var(--soft); font-size: 14px; }
.plot { margin-top: 8px; min-height: 1px; }
.plot .u-legend { font-size: 13px; text-align: left; margin: 4px 0 0; color: var(--text); font-variant-numeric: tabular-nums; }
.plot .u-legend .u-marker { border-radius: 2px; }
.plot .u-legend th, .plot .u-legend td { font-weight: 400; border: 0; }
.plot .u-cursor-x { border-color: var(--soft); }
.plot .u-select { background: var(--mark); }
.hint { color: var(--soft); font-size: 14px; }
details { margin-top: 8px; font-size: 14px; }
summary { cursor: pointer; color: var(--accent); }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.hint { margin-bottom: 12px; }
.scroll { overflow-x: auto; }
.scroll + .scroll { margin-top: 20px; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 16px 5px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 500; }
tbody th { font-weight: 400; }
.keys { columns: 3 300px; column-gap: 32px; margin: 0; font-size: 14px; }
.keys div { display: flex; justify-content: space-between; gap: 16px; padding: 4px 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
.keys dt { color: var(--soft); }
.keys dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
h3.next { margin-top: 24px; }
code, pre { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { margin: 8px 0 0; padding: 12px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 780px) {
  main { padding: 20px 12px 40px; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .tile { padding: 10px 12px; }
  .tile dd { font-size: 22px; }
}
@media print {
  body { font-size: 12px; }
  main { max-width: none; padding: 0; }
  .chart, .tile { break-inside: avoid; }
  h2 { break-after: avoid; }
  .hint, details:not([open]) { display: none; }
}
`;
