/// The candidate with the fewest edits from `name`, if it is near enough to be what was meant.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  let nearest = candidates.map { (name: $0, distance: editDistance(name, $0)) }.min { $0.distance < $1.distance }
  guard let nearest, nearest.distance <= max(2, nearest.name.count / 2) else { return nil }
  return nearest.name
}

/// Number of single-character insertions, removals and replacements between two names, capped at 64 characters each.
private func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.lowercased().prefix(64))
  let b = Array(b.lowercased().prefix(64))
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
