import Testing

@testable import TesseraLabels

@Suite struct LabelSetTests {
  @Test func camVidNamesElevenClassesAndVoid() {
    let labelSet = LabelSet.camVid
    #expect(
      labelSet.classes.map(\.name) == [
        "Sky", "Building", "Pole", "Road", "Pavement", "Tree", "SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist",
      ])
    #expect(labelSet.meanings[10] == .index(10))
    #expect(labelSet.meanings[11] == .void)
    #expect(labelSet.meanings[12] == nil)
    #expect(labelSet.palette[.index(3)] == Color(red: 128, green: 64, blue: 128))
  }

  @Test func cityscapesLabelIDsMeanTheTrainableClasses() {
    #expect(LabelSet.cityscapes.count == 19)
    #expect(LabelSet.cityscapes.meanings[255] == .void)
    let labelSet = LabelSet.cityscapesLabelIDs
    #expect(labelSet.meanings.count == 34)
    #expect(labelSet.meanings.values.count { $0 == .void } == 15)
    #expect(labelSet.meanings[7] == .index(0))
    #expect(labelSet.meanings[23] == .index(10))
    #expect(labelSet.meanings[33] == .index(18))
    #expect(labelSet.meanings[29] == .void)
  }

  @Test func readsIDsByTheirMeaning() throws {
    let labelSet = try LabelSet(
      classes: LabelSet(names: ["background", "cytoplasm"]).classes,
      meanings: [0: .index(0), 128: .index(1), 255: .void])
    let map = try labelSet.labelMap(from: RawLabelMap(width: 3, height: 1, ids: [255, 128, 0] as [UInt8]))
    #expect(map == drawn([".10"], classCount: 2))
  }

  @Test func readsAnEmptyMap() throws {
    let map = try LabelSet.camVid.labelMap(from: RawLabelMap(width: 0, height: 0, ids: [] as [UInt8]))
    #expect(map.size == PixelSize(width: 0, height: 0))
    #expect(map.classCount == 11)
  }

  @Test func unknownIDsAreCountedAndLocated() {
    let map = RawLabelMap(width: 3, height: 2, ids: [0, 1, 77, 40, 77, 2] as [UInt8])
    let error = #expect(throws: UnknownIDError.self) { try LabelSet.camVid.labelMap(from: map) }
    #expect(error?.id == 77)
    #expect(error?.first == PixelPosition(x: 2, y: 0))
    #expect(error?.pixelCount == 3)
    #expect(
      error?.unknown == [
        IDOccurrence(id: 40, pixelCount: 1, first: PixelPosition(x: 0, y: 1)),
        IDOccurrence(id: 77, pixelCount: 2, first: PixelPosition(x: 2, y: 0)),
      ])
    #expect(
      error?.description
        == "3 pixels hold ids outside the label set: 77 (2 pixels, first at (2, 0)), 40 (1 pixel, at (0, 1)). "
        + "Correct the map, or name these ids in the label set.")
  }

  @Test func idsOfTwoBytesAreReadWhole() {
    let map = RawLabelMap(width: 2, height: 1, ids: [0, 65535] as [UInt16])
    let error = #expect(throws: UnknownIDError.self) { try LabelSet.camVid.labelMap(from: map) }
    #expect(error?.id == 65535)
  }

  @Test func hundredsOfUnknownIDsStayOneShortLine() throws {
    let map = RawLabelMap(width: 256, height: 1, ids: (0...255).map(UInt8.init))
    let error = try #require(throws: UnknownIDError.self) { try LabelSet.camVid.labelMap(from: map) }
    #expect(error.unknown.count == 244)
    #expect(error.description.contains("and 240 more ids"))
    #expect(!error.description.contains("\n"))
  }

  @Test(arguments: [1, 2, 11, 255, 256, 300])
  func storedMapsComeBack(classCount: Int) throws {
    let names = (0..<classCount).map { "class \($0)" }
    let labelSet = try LabelSet(names: names, voidIDs: [1000, 65535])
    let map = noise(width: 37, height: 23, classCount: classCount, seed: 5)
    let stored = try labelSet.rawLabelMap(from: map)
    #expect(try labelSet.labelMap(from: stored) == map)
  }

  @Test func lowestIDStoresALabelAndTheSetDecidesTheWidth() throws {
    let classes = try LabelSet(names: ["a", "b"]).classes
    let narrow = try LabelSet(
      classes: classes, meanings: [9: .index(0), 4: .index(0), 1: .index(1), 255: .void, 7: .void])
    #expect(
      try narrow.rawLabelMap(from: drawn(["01."], classCount: 2))
        == RawLabelMap(width: 3, height: 1, ids: [4, 1, 7] as [UInt8]))
    let wide = try LabelSet(classes: classes, meanings: [0: .index(0), 1: .index(1), 300: .void])
    #expect(
      try wide.rawLabelMap(from: drawn(["01"], classCount: 2))
        == RawLabelMap(width: 2, height: 1, ids: [0, 1] as [UInt16]))
  }

  @Test func labelsWithoutAnIDCannotBeStored() throws {
    let classes = try LabelSet(names: ["a", "b"]).classes
    let labelSet = try LabelSet(classes: classes, meanings: [3: .index(1)])
    #expect(throws: UnstorableLabelError(label: .index(0), pixelCount: 2)) {
      try labelSet.rawLabelMap(from: drawn(["100"], classCount: 2))
    }
    let error = #expect(throws: UnstorableLabelError.self) {
      try labelSet.rawLabelMap(from: drawn(["1."], classCount: 2))
    }
    #expect(
      error?.description == "The label set has no stored id for void, which 1 pixel holds; add one to the label set.")
    #expect(try labelSet.rawLabelMap(from: drawn(["1"], classCount: 2))[0, 0] == 3)
  }

  @Test func presetsAreTheSetsThatTheCheckedInitialisersMake() throws {
    let classes = try LabelSet(names: ["a", "b"]).classes
    #expect(try LabelSet(preset: classes, voidIDs: [7, 255]) == LabelSet(classes: classes, voidIDs: [7, 255]))
    for preset in [LabelSet.camVid, .cityscapes, .cityscapesLabelIDs] {
      #expect(try preset == LabelSet(classes: preset.classes, meanings: preset.meanings))
    }
  }

  @Test func faultsOfPresetsAreBugs() async {
    await #expect(processExitsWith: .failure) {
      _ = LabelSet(preset: [LabelClass(name: "a", color: .black)], voidIDs: [0])
    }
    await #expect(processExitsWith: .failure) {
      _ = LabelSet(preset: [LabelClass(name: "a", color: .black)], meanings: [0: .index(1)])
    }
  }

  @Test func contradictionsAreRefusedAndExplained() throws {
    let classes = try LabelSet(names: ["a", "b"]).classes
    #expect(throws: LabelSetError.ambiguousID(1, [.index(1), .void])) { try LabelSet(classes: classes, voidIDs: [1]) }
    #expect(throws: LabelSetError.duplicateName("a")) { try LabelSet(names: ["a", "b", "a"]) }
    #expect(throws: LabelSetError.idOutOfRange(65536)) { try LabelSet(classes: classes, voidIDs: [65536]) }
    #expect(throws: LabelSetError.idOutOfRange(-1)) { try LabelSet(classes: classes, voidIDs: [-1]) }
    #expect(throws: LabelSetError.unknownClass(index: 2, id: 5)) {
      try LabelSet(classes: classes, meanings: [5: .index(2)])
    }
    #expect(
      LabelSetError.ambiguousID(1, [.index(1), .void]).description
        == "The stored id 1 would mean class 1 and void; give it one meaning.")
  }
}
