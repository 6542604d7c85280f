import Testing

@testable import TesseraWeights

struct SafetensorsErrorTests {
  @Test(arguments: ForeignFormat.allCases)
  func otherFormatsAreNamed(format: ForeignFormat) throws {
    for length in [9, 24, 5000] where length > format.signature.count {
      let filler = [UInt8](repeating: 0x2e, count: length - format.signature.count)
      #expect(failure(format.signature + filler)?.cause == .foreign(format), "\(length) bytes")
    }
  }

  @Test func aPyTorchCheckpointIsToldHowToConvert() throws {
    let error = try #require(failure(Array("PK\u{3}\u{4}".utf8) + [0, 0, 8, 8, 0, 0, 0, 0]))
    #expect(error.description.hasPrefix("t: looks like a PyTorch checkpoint (.pth)"))
    #expect(error.description.contains("safetensors.torch.save_file"))
  }

  @Test func aLengthThatLooksLikeAPickleIsNoPickle() {
    let json = "{}" + String(repeating: " ", count: 0x280 - 2)
    #expect(fileBytes(json).prefix(2) == [0x80, 0x02])
    #expect(failure(json) == nil)
  }

  @Test func descriptionsNameFilePlaceCauseAndRemedyOnOneLine() {
    let name = "evil\nname\u{1b}[31m" + String(repeating: "x", count: 10_000)
    let error = SafetensorsError(file: "w.safetensors", place: .tensor(name), cause: .unknownDType(name))
    #expect(error.description.utf8.count < 700)
    #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    #expect(error.description.hasPrefix(#"w.safetensors: tensor "evil\nname\u{1B}[31mxxx"#))
    #expect(
      SafetensorsError(
        file: "w", place: .tensor("a"),
        cause: .sizeMismatch(dtype: .f32, shape: [2, 2], expected: 16, found: 12)
      ).description
        == #"w: tensor "a": F32 [2, 2] takes 16 bytes, its range has 12; the file is damaged or its writer is wrong: "#
        + "write it again with a current safetensors library")
    #expect(
      SafetensorsError(file: "w", place: .file, cause: .wrongLength(expected: 10, found: 9)).description
        == "w: truncated: 9 bytes of 10; copy or download the file again")
  }
}
