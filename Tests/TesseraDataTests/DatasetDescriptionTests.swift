import TesseraData
import TesseraLabels
import Testing

@Suite struct DatasetDescriptionTests {
  private func description(_ yaml: String) throws -> DatasetDescription {
    try DatasetDescription(yaml: yaml, path: "dataset.yaml")
  }

  @Test func readsColorsInBothForms() throws {
    let set = try description("names: [a, b]\ncolors: ['#8000Ff', [1, 2, 3]]\nvoid: [254, 255]").labelSet
    #expect(set.classes.map(\.color) == [Color(red: 128, green: 0, blue: 255), Color(red: 1, green: 2, blue: 3)])
    #expect(set.meanings == [0: .index(0), 1: .index(1), 254: .void, 255: .void])
  }

  @Test func mappedClassesLoseTheirOwnId() throws {
    let set = try description("names: [a, b, c]\nlabel_map: {128: 1, 255: 2}").labelSet
    #expect(set.meanings == [0: .index(0), 128: .index(1), 255: .index(2)])
  }

  @Test func mapsToNamesAndVoid() throws {
    let set = try description("names: [a, b]\nlabel_map: {7: b, 8: b, 1: void}").labelSet
    #expect(set.meanings == [0: .index(0), 1: .void, 7: .index(1), 8: .index(1)])
  }

  @Test func zeroCanBeVoid() throws {
    let set = try description("names: [a, b]\nreduce_zero_label: true").labelSet
    #expect(set.meanings == [0: .void, 1: .index(0), 2: .index(1)])
  }

  @Test func carriesFoldersAndSuffixes() throws {
    let value = try description(
      "names: [a]\nimages: x\nlabels: /y\nimage_suffix: .PNG\nlabel_suffix: _L.png\nval_fraction: 0.25")
    #expect(value.images == "x" && value.labels == "/y")
    #expect(value.imageSuffix == ".PNG" && value.labelSuffix == "_L.png")
    #expect(value.validationFraction == 0.25)
  }

  @Test(arguments: [
    ("names: [a]\ncolours: [[1, 2, 3]]", 2, "colors"),
    ("nmes: [a]", 1, "names"),
    ("names: [a]\nzzzzzzzzzzzzzzzz: 1", 2, "the keys are"),
    ("names: []", 1, "0 classes"),
    ("names: [a, a]", 1, "called"),
    ("names: {0: a, 2: b}", 1, "without gaps"),
    ("names: x", 1, "neither list nor map"),
    ("names: [a, [b]]", 1, "a name"),
    ("names: [a]\nvoid: x", 2, "whole number"),
    ("names: [a]\nvoid: -1", 2, "whole number"),
    ("names: [a]\nvoid: 65536", 2, "65535"),
    ("names: [a, b]\nvoid: 1", 2, "would mean void and class b"),
    ("names: [a]\ncolors: ['#12345']", 2, "no colour"),
    ("names: [a]\ncolors: [[1, 2, 256]]", 2, "no colour"),
    ("names: [a]\ncolors: ['#+1+2+3']", 2, "no colour"),
    ("names: [a]\ncolors: [[1, 2, 3], [1, 2, 3]]", 2, "one for each class"),
    ("names: [a]\nlabel_map: [1]", 2, "no map"),
    ("names: [a]\nlabel_map: {1: 1}", 2, "class 1"),
    ("names: [background]\nlabel_map: {1: backgruond}", 2, "background"),
    ("names: [a]\nreduce_zero_label: 1", 2, "true nor false"),
    ("names: [a]\nval_fraction: 1", 2, "between 0 and 1"),
    ("names: [a]\nval_fraction: nan", 2, "between 0 and 1"),
    ("names: [a]\nimages: [x]", 2, "images"),
  ])
  func saysWhatIsWrong(yaml: String, line: Int, part: String) throws {
    let error = try #require(throws: DatasetError.self) { try description(yaml) }
    #expect(error.kind == .invalidDescription)
    #expect(error.line == line)
    #expect(error.description.contains(part))
    #expect(!error.description.contains("\n"))
  }

  @Test(arguments: ["", "[", "- a", "names: [a]\nnames: [b]", "a: b: c", "just text", "void: 3", "names: *x"])
  func refusesWhatIsNoDescription(yaml: String) throws {
    let error = try #require(throws: DatasetError.self) { try description(yaml) }
    #expect(error.kind == .invalidDescription)
    #expect(!error.description.contains("\n"))
  }

  @Test(arguments: ["\"a\\nb\": 1", "names: [a]\nlabel_map: {1: \"x\\r\\nname\"}", "names: [a]\nvoid: \"\\u2028\""])
  func anErrorStaysOneLineWhateverItQuotes(yaml: String) {
    let error = #expect(throws: DatasetError.self) { try description(yaml) }
    #expect(error.map { !"\($0)".contains(where: \.isNewline) } == true)
  }

  @Test func endlessNestingIsAnError() {
    for text in [
      String(repeating: "[", count: 50_000), String(repeating: "- ", count: 50_000),
      String(repeating: "[", count: 50_000) + String(repeating: "]", count: 50_000),
    ] {
      #expect(throws: DatasetError.self) { try description("names: " + text) }
      #expect(throws: DatasetError.self) { try description(text) }
    }
  }

  @Test func refusesFilesThatAreTooLargeOrNoText() throws {
    let folder = try TemporaryFolder()
    try folder.write([UInt8](repeating: 32, count: 1 << 19), to: "large.yaml")
    try folder.write([0xff, 0x00], to: "bytes.yaml")
    for name in ["large.yaml", "bytes.yaml", "absent.yaml"] {
      #expect(throws: DatasetError.self) { try DatasetDescription(path: "\(folder.path)/\(name)") }
    }
  }
}
