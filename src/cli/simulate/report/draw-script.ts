/**
 * The script of the report's page. It draws what report/chart.ts describes, with uPlot, which stands in the
 * page as well. It runs in a browser, another world than the rest of the program, and so it is a text here;
 * everything that can be decided earlier is.
 *
 * Colours come from the page's style sheet at every drawing, so that a change to dark, or to paper, is one
 * more drawing.
 */
export const DRAW_SCRIPT = String.raw`
(() => {
  'use strict';
  const COLOURS = 8;
  const root = getComputedStyle(document.documentElement);
  const css = (name) => root.getPropertyValue(name).trim();
  const colour = (run, runs) => '--run-' + (runs > COLOURS ? 0 : run);

  const short = (value) => {
    const size = Math.abs(value);
    const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
    return value.toLocaleString('en-US', { maximumFractionDigits: digits });
  };
  const formats = {
    count: short,
    s: (value) => short(value) + ' s',
    ms: (value) => (value < 10000 ? short(value) + ' ms' : short(value / 1000) + ' s'),
    share: (value) => (value === 1 ? '100 %' : Math.floor(value * 1e5 + 1e-6) / 1e3 + ' %'),
    bytes: (value) => {
      const power = value < 1024 ? 0 : value < 1048576 ? 1 : value < 1073741824 ? 2 : 3;
      return short(value / 1024 ** power) + ' ' + ['B', 'KiB', 'MiB', 'GiB'][power];
    },
  };

  const powers = (base, factors) => Array.from({ length: 12 }, (_, p) => factors.map((f) => f * base ** p)).flat();
  // Counts have no halves, and bytes are counted in powers of two.
  const increments = { count: powers(10, [1, 2, 5]), bytes: powers(1024, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) };
  const axis = ({ label, unit }, isY) => ({
    label: isY ? undefined : label,
    labelSize: isY ? 0 : 22,
    labelFont: '12px ' + css('--font'),
    font: '12px ' + css('--font'),
    stroke: () => css('--soft'),
    grid: { stroke: () => css('--grid'), width: 1, show: isY },
    ticks: { stroke: () => css('--grid'), width: 1, size: 5 },
    space: isY ? 34 : 64,
    incrs: increments[unit],
    // One unit for the whole axis.
    values: (plot, splits) => {
      const isLong = unit === 'ms' && Math.max(...splits) >= 10000;
      const write = isLong ? (value) => formats.s(value / 1000) : formats[unit];
      return splits.map((value) => (value === null ? '' : write(value)));
    },
    size: isY ? (plot, values) => 14 + 7 * Math.max(3, ...(values || []).map((text) => text.length)) : 34,
  });

  const range = ({ min, max, unit }) => (plot, low, high) => {
    if (low === null) return [min ?? 0, max ?? 1];
    const from = min ?? low, to = max ?? high;
    if (from < to) return max === undefined && min === 0 ? [from, to * 1.06] : [from, to];
    return unit === 'share' ? [Math.max(0, from - 0.05), to] : [Math.max(0, from - 1), to + 1];
  };
  // What neither begins nor ends anywhere gets some air.
  const loose = (y) => (plot, low, high) => {
    if (y.min !== undefined || low === null || low === high) return range(y)(plot, low, high);
    const air = (high - low) * 0.08;
    return [Math.max(0, low - air), y.max ?? high + air];
  };

  const paths = {
    line: () => ({ paths: uPlot.paths.linear(), points: { show: false }, spanGaps: true }),
    steps: () => ({ paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } }),
    bars: () => ({ paths: uPlot.paths.bars({ size: [0.8, 56] }), points: { show: false } }),
    dots: () => ({ paths: uPlot.paths.linear(), points: { show: true, size: 6 }, spanGaps: true }),
  };

  const series = ({ style, runs, y }, index) => {
    const name = colour(index, runs.length);
    const isFilled = style === 'bars' || (style === 'steps' && runs.length === 1);
    return {
      label: runs.length === 1 ? y.label : runs[index],
      stroke: () => css(name),
      fill: isFilled ? () => css(style === 'bars' ? name : name + '-fill') : undefined,
      alpha: runs.length > COLOURS ? 0.45 : 1,
      width: style === 'bars' ? 0 : 1.75,
      value: (plot, value) => (value === null || value === undefined ? '–' : formats[y.unit](value)),
      ...paths[style](),
    };
  };

  const shade = (marks) => (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { from, to } of marks) {
      const left = Math.max(plot.valToPos(from, 'x', true), bbox.left);
      const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width);
      ctx.fillStyle = css(to > from ? '--mark' : '--mark-line');
      if (right >= left) ctx.fillRect(left, bbox.top, Math.max(right - left, 2), bbox.height);
    }
    ctx.restore();
  };

  const height = (box) => Number(box.dataset.height);
  const draw = (box, drawing) => {
    const { x, y, data, runs, marks = [], group } = drawing;
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: height(box),
        padding: [12, 14, 0, 0],
        scales: { x: { time: false, range: range(x) }, y: { range: loose(y) } },
        axes: [axis(x, false), axis(y, true)],
        series: [
          { label: x.label, value: (self, value) => (value === null || value === undefined ? '–' : formats[x.unit](value)) },
          ...runs.map((run, index) => series(drawing, index)),
        ],
        legend: {
          show: runs.length <= COLOURS,
          markers: { width: 2, stroke: (self, index) => 'var(' + colour(index - 1, runs.length) + ')', fill: (self, index) => 'var(' + colour(index - 1, runs.length) + ')' },
        },
        cursor: { y: false, points: { size: 7 }, sync: group ? { key: group } : undefined },
        hooks: { drawClear: [shade(marks)] },
      },
      data,
      box,
    );
    new ResizeObserver(() => {
      if (box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height: height(box) });
    }).observe(box);
    return plot;
  };

  const drawings = JSON.parse(document.getElementById('drawings').textContent);
  const plots = Object.entries(drawings).map(([id, drawing]) => draw(document.getElementById('chart-' + id), drawing));
  const redraw = () => plots.forEach((plot) => plot.redraw(false, true));
  for (const media of ['(prefers-color-scheme: dark)', 'print']) matchMedia(media).addEventListener('change', redraw);
  document.documentElement.classList.add('drawn');
})();
`;
