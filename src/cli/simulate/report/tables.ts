/** Tables of the report: real ones, with headings that programs which read pages aloud understand. */
import { markup, type Markup } from './markup.ts';

/** More rows than this are thinned out: a page is not a data file, and `--json` has them all. */
export const ROWS_MAX = 60;

/** A table whose first column names its rows. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${headings.map((text) => markup`<th scope="col">${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}

/** At most {@link ROWS_MAX} of the rows, evenly spread, the first and the last among them. */
export function thinned<Row>(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= ROWS_MAX) return rows;
  const last = rows.length - 1;
  return Array.from({ length: ROWS_MAX }, (_, place) => {
    return rows[Math.round((place * last) / (ROWS_MAX - 1))]!;
  });
}

function row([name, ...cells]: readonly string[]): Markup {
  const rest = cells.map((cell) => markup`<td>${cell}</td>`);
  return markup`<tr>
    <th scope="row">${name}</th>
    ${rest}
  </tr> `;
}
