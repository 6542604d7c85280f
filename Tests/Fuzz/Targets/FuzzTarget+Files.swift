import TesseraData
import TesseraLabels
import TesseraWeights

extension FuzzTarget {
  /// Files of weights.
  static let safetensors = FuzzTarget(
    name: "safetensors", longest: 1024,
    examples: {
      var plain = SafetensorsWriter(metadata: ["format": "pt", "a\n\"b\\": "\u{1f600}"])
      plain.add("encoder.weight", shape: [2, 3], floats: [0, 1, -1, .nan, .infinity, Float.leastNonzeroMagnitude])
      plain.add("steps", dtype: .i64, shape: [], bytes: [1, 2, 3, 4, 5, 6, 7, 8])
      plain.add("half", dtype: .f16, shape: [2], bytes: [0, 0x3c, 1, 0x7c])
      plain.add("brain", dtype: .bf16, shape: [1], bytes: [0x80, 0x3f])
      plain.add("double", dtype: .f64, shape: [1], bytes: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
      plain.add("nothing", dtype: .u8, shape: [0, 4], bytes: [])
      var sealed = SafetensorsWriter()
      sealed.add("w", shape: [1], floats: [2])
      sealed.seal()
      return [
        try plain.bytes(name: "plain"), try sealed.bytes(name: "sealed"),
        try SafetensorsWriter().bytes(name: "empty"),
      ]
    },
    check: { (input) throws(BrokenPromise) in
      let file: SafetensorsFile
      do throws(SafetensorsError) {
        file = try SafetensorsFile(bytes: input, name: "input", limits: SafetensorsLimits(tensors: 64))
      } catch {
        return try promiseOneLine("\(error)")
      }
      do throws(SafetensorsError) {
        try file.verifySeal()
      } catch { try promiseOneLine("\(error)") }
      try checkRewriting(of: file)
    }, repair: .whole(SafetensorsBytes.repair))

  /// Writes what was read, and reads it again.
  private static func checkRewriting(of file: SafetensorsFile) throws(BrokenPromise) {
    var writer = SafetensorsWriter(metadata: file.metadata)
    do {
      var count = 0
      for entry in file.entries {
        let bytes = try file.bytes(of: entry.name)
        count += bytes.count
        writer.add(entry.name, dtype: entry.dtype, shape: entry.shape, bytes: bytes)
        let elements = entry.shape.reduce(1, *)
        if let floats = try? file.floats(entry.name) {
          try promise(floats.count == elements, "\(entry.name) has \(floats.count) elements, not \(elements)")
        }
      }
      try promise(count <= file.fileBytes.count, "tensors of more bytes than the file")
      let again = try SafetensorsFile(bytes: try writer.bytes(name: "again"), name: "again")
      try promise(again.metadata == file.metadata, "metadata changes when it is written and read")
      try promise(Set(again.entries.map(\.name)) == Set(file.entries.map(\.name)), "a tensor is lost")
      for entry in file.entries {
        let other = try again.entry(entry.name)
        try promise(
          try other.dtype == entry.dtype && other.shape == entry.shape
            && again.bytes(of: entry.name) == file.bytes(of: entry.name),
          "\(entry.name) changes when it is written and read")
      }
    } catch let error as BrokenPromise { throw error } catch {
      throw BrokenPromise("what was read is refused when it is written: \(error)")
    }
  }

  /// Descriptions of data sets.
  static let dataset = FuzzTarget(
    name: "dataset", longest: 512,
    examples: {
      [
        "names: [background, cell]\n", "names: {0: a, 1: b}\ncolors: [\"#8000ff\", [1, 2, 3]]\nvoid: [255, 7]\n",
        "names: [a, b]\nlabel_map: {128: 1, 255: void}\nreduce_zero_label: true\nval_fraction: 0.25\n",
        "images: images\nlabels: masks\nimage_suffix: .png\nlabel_suffix: _L.png\nnames:\n- a\n- &x b\nvoid: *x\n",
      ].map { Array($0.utf8) }
    },
    check: { (input) throws(BrokenPromise) in
      guard let text = String(validating: input, as: UTF8.self) else { return }
      let description: DatasetDescription
      do throws(DatasetError) {
        description = try DatasetDescription(yaml: text, path: "tessera.yaml")
      } catch {
        // An example below it may have more lines.
        return try promiseOneLine("\(error.cause); \(error.remedy)")
      }
      let indices = description.labelSet.classes.indices
      try promise(!indices.isEmpty, "a data set without classes is described")
      for case .index(let index) in description.labelSet.meanings.values {
        try promise(indices.contains(index), "a stored id means class \(index), which there is not")
      }
    }, repair: .none)
}

/// Safetensors by hand.
enum SafetensorsBytes {
  /// Lets the length in front fit the JSON, which ends at the last closing brace.
  @Sendable static func repair(_ bytes: inout [UInt8]) {
    guard bytes.count > 8, let end = bytes.dropFirst(8).lastIndex(of: UInt8(ascii: "}")) else { return }
    bytes.set(UInt64(end + 1 - 8), at: 0)
  }
}
