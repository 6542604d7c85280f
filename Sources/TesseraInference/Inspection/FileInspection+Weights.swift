import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraProtocol
import TesseraTensor
import TesseraWeights

extension FileInspection {
  /// Says of a safetensors file what its metadata tells, which tensors it holds and how many numbers.
  static func weights(at path: String) -> FileInspection {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(path: path)
    } catch {
      return FileInspection(lines: [], faults: ["\(error)"])
    }
    var lines = [row("safetensors", path), row("SHA-256", "\(ContentDigest(of: file.fileBytes))")]
    var faults: [String] = []
    if file.metadata.keys.contains(where: { $0.hasPrefix("tessera.") && $0 != "tessera.sha256" }) {
      do {
        lines += describe(try Model(file))
      } catch {
        faults.append("\(error)")
      }
    } else {
      lines += file.metadata.sorted { $0.key < $1.key }.map { row("metadata", "\($0.key): \($0.value.prefix(200))") }
      lines.append(row("architecture", "unknown: Tessera did not write this file"))
    }
    let counts = file.entries.map { $0.shape.reduce(1, *) }
    lines.append(row("tensors", "\(file.entries.count) of \(counts.reduce(0, +)) numbers"))
    let widest = file.entries.map(\.name.count).max() ?? 0
    for (entry, count) in zip(file.entries, counts) {
      let gap = String(repeating: " ", count: widest - entry.name.count)
      lines.append("  \(entry.name)\(gap)  \(entry.dtype.rawValue)  \(entry.shape)  \(count)")
    }
    return FileInspection(lines: lines, faults: faults)
  }

  private static func describe(_ model: Model) -> [String] {
    let values = model.values
    let buffers = values.buffers.reduce(0) { $0 + $1.shape.count }
    var lines = [
      row("architecture", "\(model.architecture)"),
      row("parameters", "\(values.parameterCount), and \(buffers) numbers in buffers"),
      row("classes", "\(model.classes.count)"),
    ]
    lines += model.classes.enumerated().map { index, item in "  \(index)  \(item.color.hexadecimal)  \(item.name)" }
    lines.append(row("normalisation", "mean \(model.normalization.mean)"))
    lines.append(row("", "standard deviation \(model.normalization.standardDeviation)"))
    lines += model.provenance.sorted { $0.key < $1.key }.map { row("provenance", "\($0.key): \($0.value)") }
    let broken = values.weights.filter { $0.tensor.nonfiniteCount() > 0 }.map(\.name)
    if !broken.isEmpty { lines.append(row("not finite", broken.joined(separator: ", "))) }
    return lines
  }
}

extension Color {
  /// Such as "#8000ff".
  var hexadecimal: String {
    "#" + [red, green, blue].map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
  }
}
