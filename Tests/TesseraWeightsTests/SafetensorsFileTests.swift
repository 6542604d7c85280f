import TesseraFiles
import Testing

@testable import TesseraWeights

struct SafetensorsFileTests {
  @Test func emptyFileOfTheReferenceIsReadAndWritten() throws {
    let golden: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20]
    #expect(try contents(goldenPath("empty.safetensors")) == golden)
    let file = try SafetensorsFile(bytes: golden, name: "empty")
    #expect(file.entries.isEmpty)
    #expect(file.metadata.isEmpty)
    #expect(try SafetensorsWriter().bytes(name: "empty") == golden)
  }

  @Test func everyTensorOfTheReferenceIsRead() throws {
    let file = try SafetensorsFile(path: goldenPath("mixed.safetensors"))
    #expect(file.metadata == ["classes": "sky\troad"])
    #expect(
      file.entries.map(\.name) == [
        "state", "count", "double", "conv.bias", "conv.weight", "nothing", "scalar", "half", "bytes",
        "quote \" \\ line\n grüße 🙂 \u{1}",
      ])
    #expect(
      try file.entry("conv.weight")
        == SafetensorsEntry(name: "conv.weight", dtype: .f32, shape: [2, 3], byteRange: 52..<76))
    #expect(try file.floats("conv.weight") == [0, 0.25, 0.5, 0.75, 1, 1.25])
    #expect(try file.floats("conv.bias").map(\.bitPattern) == [0xbfc0_0000, 0x7fc0_0000, 0x7f80_0000])
    #expect(try file.entry("scalar").shape == [])
    #expect(try file.floats("scalar") == [7])
    #expect(try file.entry("nothing").shape == [0, 5])
    #expect(try file.floats("nothing") == [])
    #expect(try file.floats("half") == [1.5, -2, 65504, 0x1p-24])
    #expect(try file.floats("double") == [0.1, -.infinity])
    #expect(try file.bytes(of: "count") == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(try file.bytes(of: "state") == [UInt8](repeating: 255, count: 8) + [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(try file.withBytes(of: "bytes") { span in span.withUnsafeBytes(Array.init) } == [1, 2, 3])
    #expect(try file.entry("quote \" \\ line\n grüße 🙂 \u{1}").dtype == .bool)
  }

  @Test func pathAndBytesGiveTheSame() throws {
    let path = goldenPath("mixed.safetensors")
    let fromPath = try SafetensorsFile(path: path)
    let fromBytes = try SafetensorsFile(bytes: contents(path), name: "bytes")
    #expect(fromPath.entries == fromBytes.entries)
    for entry in fromPath.entries {
      #expect(try fromPath.bytes(of: entry.name) == fromBytes.bytes(of: entry.name))
    }
  }

  @Test func upperHalvesOfFloatsConvertExactly() throws {
    var writer = SafetensorsWriter()
    writer.add("b", dtype: .bf16, shape: [3], bytes: [0x80, 0x3f, 0x49, 0xc0, 0x01, 0x00])
    let file = try SafetensorsFile(bytes: writer.bytes(name: "t"), name: "t")
    #expect(try file.floats("b") == [1, -3.140625, Float(bitPattern: 0x0001_0000)])
  }

  /// As PyTorch keeps one beside each normalisation; of any other form it is a tensor like others.
  @Test func countsOfBatchesArePassedOver() throws {
    var writer = SafetensorsWriter()
    writer.add("a.running_mean", shape: [1], floats: [2])
    writer.add("a.num_batches_tracked", dtype: .i64, shape: [], bytes: [5, 0, 0, 0, 0, 0, 0, 0])
    let file = try SafetensorsFile(bytes: writer.bytes(name: "t"), name: "t")
    #expect(try file.tensors().keys.sorted() == ["a.running_mean"])
    writer.add("b.num_batches_tracked", dtype: .i64, shape: [1], bytes: [5, 0, 0, 0, 0, 0, 0, 0])
    let other = try SafetensorsFile(bytes: writer.bytes(name: "t"), name: "t")
    #expect(throws: SafetensorsError.self) { try other.tensors() }
  }

  @Test func missingTensorsAndOtherTypesAreNamed() throws {
    let file = try SafetensorsFile(path: goldenPath("mixed.safetensors"))
    #expect(throws: SafetensorsError(file: file.path, place: .tensor("x"), cause: .missingTensor)) {
      try file.floats("x")
    }
    #expect(throws: SafetensorsError(file: file.path, place: .tensor("count"), cause: .notFloats(.i64))) {
      try file.floats("count")
    }
  }

  @Test func everyTruncationIsAnError() throws {
    let whole = try contents(goldenPath("mixed.safetensors"))
    for count in 0..<whole.count {
      let error = try #require(failure(Array(whole.prefix(count))), "\(count) bytes")
      if count > 16 { #expect(error.description.contains("truncated"), "\(count) bytes: \(error)") }
    }
    try withTemporaryDirectory { directory in
      for count in [0, 7, 8, 9, 500, whole.count - 1] {
        let path = "\(directory)/\(count)"
        try DurableFile.write(Array(whole.prefix(count)), to: path)
        #expect(throws: SafetensorsError.self, "\(count) bytes") { try SafetensorsFile(path: path) }
      }
    }
  }

  @Test func bytesBehindTheLastTensorAreAnError() throws {
    let whole = try contents(goldenPath("mixed.safetensors"))
    #expect(failure(whole + [0])?.cause == .wrongLength(expected: whole.count, found: whole.count + 1))
  }

  /// A flipped bit may give another name or another text of metadata; it never gives a file that breaks a rule.
  @Test func everyFlippedBitOfTheHeaderIsAnErrorOrMeetsTheRules() throws {
    let whole = try contents(goldenPath("mixed.safetensors"))
    let dataStart = 8 + 0x2a8
    var errors = 0
    for bit in 0..<dataStart * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let file = try? SafetensorsFile(bytes: bytes, name: "t") else {
        errors += 1
        continue
      }
      var end = 0
      for entry in file.entries {
        #expect(entry.byteRange.lowerBound == end, "bit \(bit)")
        #expect(entry.byteRange.count == entry.shape.reduce(entry.dtype.byteCount, *), "bit \(bit)")
        end = entry.byteRange.upperBound
      }
      #expect(end == whole.count - dataStart, "bit \(bit)")
      #expect(Set(file.entries.map(\.name)).count == file.entries.count, "bit \(bit)")
    }
    #expect(errors > dataStart * 8 / 2)
  }

  @Test func whatIsNoRegularFileIsRefusedAtOnce() throws {
    let folder = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: "/") }
    #expect(folder?.cause == .system(FileError(path: "/", operation: .read, cause: .folder)))
    let device = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: "/dev/zero") }
    #expect(device?.cause == .system(FileError(path: "/dev/zero", operation: .read, cause: .notRegular)))
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: "/nowhere/x.safetensors") }
    #expect(
      error?.description
        == "/nowhere/x.safetensors: cannot open it: No such file or directory; check the path")
  }
}
