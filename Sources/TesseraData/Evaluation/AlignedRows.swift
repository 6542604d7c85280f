/// Rows of a table as lines: the first column left-aligned, the others right-aligned, two spaces between.
///
/// - Precondition: every row has as many cells as the first.
package func alignedRows(_ rows: [[String]]) -> [String] {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).enumerated().map { column, cell in
      let (text, width) = cell
      let gap = String(repeating: " ", count: width - text.count)
      return column == 0 ? text + gap : gap + text
    }.joined(separator: "  ")
  }
}
