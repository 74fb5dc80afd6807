import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rules are tested from the tables of docs/domain.md: to change a rule, change the row. */
const DOC = readFileSync(join(__dirname, '..', 'docs', 'domain.md'), 'utf8');

/** One row, by the words of the header line. Code marks around a cell are dropped; an empty cell is ''. */
export type Row = Readonly<Record<string, string>>;

function cellsOf(line: string): string[] {
  const cells = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|');
  return cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}

/** Rows of the first table below the heading with this number (`5.4` finds `### 5.4 Worked examples`). Throws when there is none. */
export function tableOf(section: string): readonly Row[] {
  const lines = DOC.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^#+ ${section.replaceAll('.', '\\.')}[. ]`).test(line));
  if (start < 0) throw new Error(`docs/domain.md has no section ${section}`);
  const below = lines.slice(start + 1);
  const end = below.findIndex((line) => /^#+ /.test(line));
  const body = end < 0 ? below : below.slice(0, end);
  const first = body.findIndex((line) => line.startsWith('|'));
  const table = first < 0 ? [] : body.slice(first);
  const stop = table.findIndex((line) => !line.startsWith('|'));
  const [header, , ...rows] = stop < 0 ? table : table.slice(0, stop);
  if (header === undefined || rows.length === 0) throw new Error(`section ${section} of docs/domain.md has no table`);
  const names = cellsOf(header);
  return rows.map((row) => {
    const cells = cellsOf(row);
    if (cells.length !== names.length) throw new Error(`section ${section}: ${cells.length} cells instead of ${names.length} in ${row}`);
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

/** The cell of a row; throws when the table has no such column. */
export function cell(row: Row, name: string): string {
  const value = row[name];
  if (value === undefined) throw new Error(`no column ${name} in ${JSON.stringify(row)}`);
  return value;
}
