import Testing

@testable import TesseraWeights

struct SafetensorsHeaderTests {
  @Test func claimedLengthsAreCheckedBeforeAnythingElse() {
    #expect(failure([UInt8]())?.cause == .tooShort(bytes: 0))
    #expect(failure([UInt8](repeating: 0, count: 8))?.cause == .tooShort(bytes: 8))
    #expect(
      failure([UInt8](repeating: 255, count: 100))?.cause == .headerTooLong(bytes: .max, limit: 1 << 20))
    #expect(failure([0, 0, 0x10, 0, 0, 0, 0, 0, 0x7b])?.cause == .wrongLength(expected: 0x100008, found: 9))
    #expect(
      failure([1, 0, 0x10, 0, 0, 0, 0, 0, 0x7b])?.cause == .headerTooLong(bytes: 0x100001, limit: 1 << 20))
  }

  @Test func limitsHold() {
    let bytes = fileBytes(
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
      dataCount: 2)
    #expect(failure(bytes) == nil)
    #expect(failure(bytes, limits: SafetensorsLimits(tensors: 2, fileBytes: bytes.count)) == nil)
    #expect(failure(bytes, limits: SafetensorsLimits(tensors: 1))?.cause == .tooManyTensors(limit: 1))
    #expect(
      failure(bytes, limits: SafetensorsLimits(fileBytes: bytes.count - 1))?.cause
        == .fileTooLong(bytes: bytes.count, limit: bytes.count - 1))
    #expect(
      failure(bytes, limits: SafetensorsLimits(headerBytes: bytes.count - 11))?.cause
        == .headerTooLong(bytes: UInt64(bytes.count - 10), limit: bytes.count - 11))
  }

  @Test func dataMayBeUnaligned() throws {
    let json = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    for padding in 0..<8 {
      var bytes = fileBytes(json + String(repeating: " ", count: padding))
      bytes += [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
      #expect(try SafetensorsFile(bytes: bytes, name: "t").floats("a") == [1, 2])
    }
  }

  @Test func spaceIsAllowedWhereJSONAllowsIt() {
    let json = "{ \"a\"\t:\n{\r\"dtype\" : \"U8\" , \"shape\" : [ 1 , 1 ] , \"data_offsets\" : [ 0 , 1 ] } } \n"
    #expect(failure(json, dataCount: 1) == nil)
  }

  @Test func entriesComeInTheOrderOfTheirBytes() throws {
    let bytes = fileBytes(
      #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"e":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},"#
        + #""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, dataCount: 2)
    #expect(try SafetensorsFile(bytes: bytes, name: "t").entries.map(\.name) == ["a", "e", "b"])
  }

  @Test(arguments: [
    (#"[0,2]"#, #"[1,3]"#, 3, SafetensorsError.Cause.notContiguous(expectedBegin: 2, found: 1)),
    (#"[0,2]"#, #"[0,2]"#, 2, .notContiguous(expectedBegin: 2, found: 0)),
    (#"[0,2]"#, #"[3,5]"#, 5, .notContiguous(expectedBegin: 2, found: 3)),
    (#"[1,3]"#, #"[3,5]"#, 5, .notContiguous(expectedBegin: 0, found: 1)),
    (#"[0,2]"#, #"[2,4]"#, 5, .wrongLength(expected: 8 + 107 + 4, found: 8 + 107 + 5)),
    (#"[0,2]"#, #"[2,4]"#, 3, .wrongLength(expected: 8 + 107 + 4, found: 8 + 107 + 3)),
    (#"[0,2]"#, #"[2,5]"#, 5, .sizeMismatch(dtype: .i16, shape: [1], expected: 2, found: 3)),
    (#"[0,2]"#, #"[4,2]"#, 4, .malformedHeader(expected: "data_offsets of a begin and an end not below it")),
    (#"[0,2]"#, #"[2]"#, 2, .malformedHeader(expected: "data_offsets of a begin and an end not below it")),
  ])
  func holesAndOverlapsAreErrors(a: String, b: String, dataCount: Int, cause: SafetensorsError.Cause) {
    let json =
      #"{"a":{"dtype":"I16","shape":[1],"data_offsets":"# + a
      + #"},"b":{"dtype":"I16","shape":[1],"data_offsets":"# + b + "}}"
    #expect(failure(json, dataCount: dataCount)?.cause == cause)
  }

  @Test func sizesThatOverflowAreErrors() {
    func cause(_ shape: [Int], _ end: String) -> SafetensorsError.Cause? {
      failure(#"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,\#(end)]}}"#)?.cause
    }
    #expect(cause([1 << 62], "0") == .sizeOverflow(shape: [1 << 62]))
    #expect(cause([1 << 32, 1 << 32], "0") == .sizeOverflow(shape: [1 << 32, 1 << 32]))
    #expect(cause([1 << 32, 1 << 32, 0], "0") == .sizeOverflow(shape: [1 << 32, 1 << 32, 0]))
    #expect(cause([0, 1 << 32, 1 << 32], "0") == nil)
    let json = #"{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}}"#
    let dataStart = 8 + json.utf8.count
    #expect(failure(json)?.cause == .wrongLength(expected: dataStart + (1 << 62), found: dataStart))
    #expect(cause([1], "9223372036854775808") == .malformedHeader(expected: "a number below 2^63"))
  }

  @Test func aLengthBeyondAnyIntegerIsNoTrap() {
    let json = #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#
    #expect(failure(json)?.cause == .wrongLength(expected: .max, found: 8 + json.utf8.count))
  }

  @Test func membersMustBeExactlyThree() {
    func cause(_ description: String) -> SafetensorsError.Cause? { failure(#"{"a":\#(description)}"#)?.cause }
    #expect(cause(#"{"shape":[0],"data_offsets":[0,0]}"#) == .missingKey("dtype"))
    #expect(cause(#"{"dtype":"U8","data_offsets":[0,0]}"#) == .missingKey("shape"))
    #expect(cause(#"{"dtype":"U8","shape":[0]}"#) == .missingKey("data_offsets"))
    #expect(cause(#"{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}"#) == .unknownKey("x"))
    #expect(cause(#"{"dtype":"F4","shape":[0],"data_offsets":[0,0]}"#) == .unknownDType("F4"))
    #expect(cause(#"{"dtype":"f32","shape":[0],"data_offsets":[0,0]}"#) == .unknownDType("f32"))
    #expect(cause("{}") == .missingKey("dtype"))
  }

  @Test(arguments: SafetensorsDType.allCases)
  func everyElementTypeIsKnown(dtype: SafetensorsDType) {
    let size = dtype.byteCount * 3
    let json = #"{"a":{"dtype":"\#(dtype.rawValue)","shape":[3],"data_offsets":[0,\#(size)]}}"#
    #expect(failure(json, dataCount: size) == nil)
    #expect(failure(json, dataCount: size - 1) != nil)
  }

  @Test func repeatedNamesAreErrors() {
    let entry = #"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
    #expect(failure(#"{"a":\#(entry),"a":\#(entry)}"#)?.cause == .duplicateKey("a"))
    #expect(failure(#"{"a":\#(entry),"\u0061":\#(entry)}"#)?.cause == .duplicateKey("a"))
    #expect(
      failure(#"{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)?.cause == .duplicateKey("dtype"))
    #expect(failure(#"{"__metadata__":{"k":"1","k":"1"}}"#)?.cause == .duplicateKey("k"))
    #expect(failure(#"{"__metadata__":{},"__metadata__":{}}"#)?.cause == .duplicateKey("__metadata__"))
    #expect(failure(#"{"a":\#(entry),"a":\#(entry)}"#)?.place == .header(byte: 8 + 1 + 4 + entry.utf8.count + 1))
  }

  @Test func deepNestingIsRefusedAtItsSecondLevel() {
    #expect(failure(String(repeating: #"{"a":"#, count: 100_000))?.cause == .unknownKey("a"))
    #expect(failure(String(repeating: "[", count: 100_000))?.cause == .malformedHeader(expected: "'{' at byte 8"))
  }

  @Test(arguments: [
    #"{"__metadata__":null}"#, #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":{"a":["b"]}}"#, #"{"__metadata__":[]}"#,
    #"{"a":null}"#, #"{"a":[]}"#, #"{"a":{"dtype":1,"shape":[0],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":0,"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[[0]],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":["0"],"data_offsets":[0,0]}}"#, "{", "{}}", "{}x", "{}\0", "{,}", #"{"a"}"#,
    #"{"a":}"#,
    #"{"__metadata__":{},}"#, #"{"__metadata__":{"a":"b",}}"#, #"{'a':1}"#, "{a:1}",
    #"{"a":{"dtype":"U8","shape":[0,],"data_offsets":[0,0]}}"#,
  ])
  func otherJSONIsMalformed(json: String) throws {
    let error = try #require(failure(json))
    guard case .malformedHeader = error.cause else {
      Issue.record("\(error)")
      return
    }
  }
}
