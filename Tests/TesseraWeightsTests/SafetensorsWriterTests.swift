import Foundation
import TesseraFiles
import Testing

@testable import TesseraWeights

struct SafetensorsWriterTests {
  /// What `Goldens/make_goldens.py` holds, added in another order than the file's.
  private func mixed() -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["classes": "sky\troad"])
    writer.add("quote \" \\ line\n grüße 🙂 \u{1}", dtype: .bool, shape: [2], bytes: [1, 0])
    writer.add("conv.weight", shape: [2, 3], floats: [0, 0.25, 0.5, 0.75, 1, 1.25])
    writer.add("conv.bias", shape: [3], floats: [-1.5, Float(bitPattern: 0x7fc0_0000), .infinity])
    writer.add("scalar", shape: [], floats: [7])
    writer.add("nothing", shape: [0, 5], floats: [])
    writer.add("half", dtype: .f16, shape: [4], bytes: [0x00, 0x3e, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00])
    writer.add(
      "double", dtype: .f64, shape: [2],
      bytes: [0.1, -1e300].flatMap { (value: Double) in (0..<8).map { UInt8(value.bitPattern >> ($0 * 8) & 255) } })
    writer.add("count", dtype: .i64, shape: [1], bytes: [3, 0, 0, 0, 0, 0, 0, 0])
    writer.add(
      "state", dtype: .u64, shape: [2], bytes: [UInt8](repeating: 255, count: 8) + [1, 0, 0, 0, 0, 0, 0, 0])
    writer.add("bytes", dtype: .u8, shape: [1, 3], bytes: [1, 2, 3])
    return writer
  }

  @Test func bytesAreThoseOfTheReference() throws {
    #expect(try mixed().bytes(name: "t") == contents(goldenPath("mixed.safetensors")))
  }

  @Test func fileAndBytesAreTheSame() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/mixed.safetensors"
      try mixed().write(durablyTo: path)
      #expect(try contents(path) == mixed().bytes(name: "t"))
      #expect(try names(in: directory) == ["mixed.safetensors"])
    }
  }

  @Test func orderOfAddingAndMetadataDoesNotShow() throws {
    let metadata = ["z": "1", "a": "2", "é": "3", "": ""]
    var one = SafetensorsWriter(metadata: metadata)
    one.add("a", shape: [1], floats: [1])
    one.add("B", shape: [1], floats: [2])
    var other = SafetensorsWriter(metadata: [:])
    other.add("B", shape: [1], floats: [2])
    other.add("a", shape: [1], floats: [1])
    for key in metadata.keys.sorted().reversed() { other.metadata[key] = metadata[key] }
    let bytes = try one.bytes(name: "t")
    #expect(try bytes == other.bytes(name: "t"))
    let file = try SafetensorsFile(bytes: bytes, name: "t")
    #expect(file.entries.map(\.name) == ["B", "a"])
    #expect(file.metadata == metadata)
  }

  @Test func tensorsBeginAtAMultipleOfEight() throws {
    for length in 0..<17 {
      var writer = SafetensorsWriter()
      writer.add(String(repeating: "n", count: length), shape: [1], floats: [1])
      #expect(try (writer.bytes(name: "t").count - 4).isMultiple(of: 8))
    }
  }

  @Test func everyTextSurvives() throws {
    let text = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init))) + "\r\n\u{10ffff}\"\\"
    let bytes = try SafetensorsWriter(metadata: [text: text]).bytes(name: "t")
    #expect(try SafetensorsFile(bytes: bytes, name: "t").metadata == [text: text])
  }

  @Test func whatTheReaderWouldRefuseIsNotWritten() throws {
    let long = SafetensorsWriter(metadata: ["a": String(repeating: "x", count: 1 << 20)])
    let error = #expect(throws: SafetensorsError.self) { try long.bytes(name: "t") }
    #expect(error?.cause == .headerTooLong(bytes: (1 << 20) + 32, limit: 1 << 20))
    var many = SafetensorsWriter()
    for index in 0..<4096 { many.add("\(index)", shape: [0], floats: []) }
    #expect(throws: Never.self) { try many.bytes(name: "t") }
    many.add("one more", shape: [0], floats: [])
    #expect(throws: SafetensorsError(file: "t", place: .file, cause: .tooManyTensors(limit: 4096))) {
      try many.bytes(name: "t")
    }
  }

  @Test func refusalsOfTheSystemSayWhatToDo() {
    let path = "/nowhere/x.safetensors"
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsWriter().write(durablyTo: path) }
    #expect(
      error?.description
        == "\(path): cannot open its folder: No such file or directory; check the path")
  }

  /// A real refusal of the kernel in the midst of a file, in a process of its own because the limit is the process's.
  @Test func theFileSizeLimitKeepsTheOldFile() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { directory in
        let path = "\(directory)/w.safetensors"
        var small = SafetensorsWriter()
        small.add("a", shape: [1], floats: [1])
        try small.write(durablyTo: path)
        let before = try contents(path)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 65536, rlim_max: 65536)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        var large = SafetensorsWriter()
        large.add("a", shape: [100_000], floats: [Float](repeating: 1, count: 100_000))
        let error = #expect(throws: SafetensorsError.self) { try large.write(durablyTo: path) }
        #expect(error?.cause == .system(FileError(path: path, operation: .write, cause: .system(EFBIG))))
        #expect(try contents(path) == before)
        #expect(try names(in: directory) == ["w.safetensors"])
      }
    }
  }

  @Test func callersBugsAreNamed() async {
    await #expect(processExitsWith: .failure) {
      var writer = SafetensorsWriter()
      writer.add("a", shape: [2], floats: [1])
    }
    await #expect(processExitsWith: .failure) {
      var writer = SafetensorsWriter()
      writer.add("__metadata__", shape: [1], floats: [1])
    }
  }
}
