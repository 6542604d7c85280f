import Foundation
import TesseraData
import TesseraLabels
import Testing

@Suite struct DatasetTests {
  @Test func readsSegNetFolders() throws {
    let folder = try TemporaryFolder()
    for (split, names) in [("train", ["b", "a"]), ("val", ["c"])] {
      for name in names {
        try folder.writeImage("\(split)/\(name).png")
        try folder.writeMap("\(split)annot/\(name).png", ids: [0, 5, 11])
      }
    }
    let dataset = try Dataset(path: folder.path + "/")
    #expect(dataset.splits == [.train, .val])
    #expect(dataset.labelSet == .camVid)
    let samples = try dataset.samples(in: .train)
    #expect(samples.map(\.name) == ["a", "b"])
    #expect(samples[0].imagePath == "\(folder.path)/train/a.png")
    #expect(samples[0].labelMapPath == "\(folder.path)/trainannot/a.png")
    #expect(try dataset.samples(in: .val).map(\.name) == ["c"])
  }

  @Test func asksForADescriptionWhereIdsAreNotCamVids() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("train/a.png")
    try folder.writeMap("trainannot/a.png", ids: [0, 128, 255])
    let error = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
    #expect(error.kind == .missingDescription)
    #expect(error.description.contains("0, 128, 255"))
    let example = try #require(error.example)
    try folder.write(example, to: "dataset.yaml")
    let dataset = try Dataset(path: folder.path)
    #expect(dataset.labelSet.meanings == [0: .index(0), 128: .index(1), 255: .index(2)])
  }

  @Test func suggestsVoidForTheCustomaryId() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("images/train/a.png")
    try folder.writeMap("labels/train/a.png", ids: [0, 1, 2, 255])
    let error = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
    let example = try #require(error.example)
    let description = try DatasetDescription(yaml: example, path: "example")
    #expect(description.labelSet.meanings == [0: .index(0), 1: .index(1), 2: .index(2), 255: .void])
  }

  @Test(arguments: ["labels", "masks"]) func readsImagesAndLabels(labels: String) throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("images/train/city/a.png")
    try folder.writeMap("\(labels)/train/city/a.png")
    try folder.writeImage("images/val/b.PNG")
    try folder.writeMap("\(labels)/val/b.png")
    try folder.write("names: {1: b, 0: a}", to: "dataset.yaml")
    let dataset = try Dataset(path: folder.path)
    #expect(try dataset.samples(in: .train).map(\.name) == ["city/a"])
    #expect(try dataset.samples(in: .val).map(\.name) == ["b"])
    #expect(dataset.labelSet.classes.map(\.name) == ["a", "b"])
  }

  @Test func readsFoldersAndSuffixesOfADescription() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("left/train/a_photo.png")
    try folder.writeMap("fine/train/a_ids.png")
    try folder.write(
      "names: [a, b]\nimages: left\nlabels: fine\nimage_suffix: _photo.png\nlabel_suffix: _ids.png",
      to: "other.yaml")
    let dataset = try Dataset(path: "\(folder.path)/other.yaml")
    #expect(try dataset.samples(in: .train).map(\.name) == ["a"])
    #expect(dataset.path == folder.path)
  }

  @Test func aDigestTellsFilesApartAndNotFolders() throws {
    let folders = try (TemporaryFolder(), TemporaryFolder())
    for folder in [folders.0, folders.1] { try folder.writeSplitFolders() }
    func digest(_ folder: TemporaryFolder) throws -> String { try Dataset(path: folder.path).digest() }
    let first = try digest(folders.0)
    #expect(first.count == 64 && first.allSatisfy(\.isHexDigit))
    #expect(try digest(folders.1) == first)
    // Of equal names and sizes: a map, and an image of the other split.
    try folders.1.writeMap("labels/train/two.png", ids: [1, 0])
    let second = try digest(folders.1)
    try folders.1.writeImage("images/val/three.png", seed: 9)
    let third = try digest(folders.1)
    try folders.1.remove("images/train/one.png")
    try folders.1.remove("labels/train/one.png")
    #expect(try Set([first, second, third, digest(folders.1)]).count == 4)
    let dataset = try Dataset(path: folders.1.path)
    try folders.1.remove("images/val/three.png")
    let error = #expect(throws: DatasetError.self) { try dataset.digest() }
    #expect(error?.kind == .unreadable && error?.path.hasSuffix("images/val/three.png") == true)
  }

  @Test func readsLists() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.writeMap("labels/train/other name.png")
    try folder.write("images/train/two.png\tlabels/train/other name.png\n\n", to: "train.txt")
    let dataset = try Dataset(path: folder.path)
    let samples = try dataset.samples(in: .train)
    #expect(samples.map(\.name) == ["two"])
    #expect(samples[0].labelMapPath.hasSuffix("other name.png"))
    #expect(dataset.listings[.train]?.strays.count == 3)
    #expect(try dataset.samples(in: .val).map(\.name) == ["three"])
  }

  @Test func findsPathsOfAnotherMachineByTheirLastTwoComponents() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try folder.writeImage("train/\(name).png")
      try folder.writeMap("trainannot/\(name).png", ids: [0, 5, 11])
    }
    try folder.write("/SegNet/CamVid/train/b.png /SegNet/CamVid/trainannot/b.png\n", to: "train.txt")
    let sample = try #require(try Dataset(path: folder.path).samples(in: .train).first)
    #expect(sample.name == "b")
    #expect(sample.imagePath == "\(folder.path)/train/b.png")
    #expect(sample.labelMapPath == "\(folder.path)/trainannot/b.png")
    #expect(try Dataset(path: folder.path).listings[.train]?.strays.count == 2)

    let other = try TemporaryFolder()
    try other.writeImage("train/b.png")
    try folder.write("\(other.path)/train/b.png trainannot/b.png", to: "train.txt")
    let literal = try Dataset(path: folder.path).samples(in: .train)
    #expect(literal.map(\.imagePath) == ["\(other.path)/train/b.png"], "what is there as written is taken")
  }

  @Test(arguments: ["/SegNet/train/c.png trainannot/a.png", "train/a.png /SegNet/trainannot/c.png", "/c.png /d.png"])
  func namesBothPlacesOfAPathThatIsNowhere(_ line: String) throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("train/a.png")
    try folder.writeMap("trainannot/a.png", ids: [0, 5, 11])
    try folder.write("\n\(line)\n", to: "train.txt")
    let error = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
    #expect(error.kind == .invalidList && error.line == 2)
    let path = try #require(line.split(separator: " ").first { $0.hasPrefix("/") })
    let below = "\(folder.path)/" + path.split(separator: "/").suffix(2).joined(separator: "/")
    #expect(error.description.hasPrefix("\(folder.path)/train.txt:2: there is neither \(path) nor \(below);"))
    #expect(!error.description.contains("\n"))
  }

  @Test func listsOfAFlatFolderMakeItsSplits() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try folder.writeImage("images/\(name).png")
      try folder.writeMap("labels/\(name).png")
    }
    try folder.write("names: [x, y]", to: "dataset.yaml")
    #expect(throws: DatasetError.self) { try Dataset(path: folder.path) }
    try folder.write("images/a.png labels/a.png", to: "train.txt")
    try folder.write("images/b.png labels/b.png", to: "val.txt")
    let dataset = try Dataset(path: folder.path)
    #expect(try dataset.samples(in: .train).map(\.name) == ["a"])
    #expect(try dataset.samples(in: .val).map(\.name) == ["b"])
  }

  @Test func aFractionDividesAFlatFolder() throws {
    let folder = try TemporaryFolder()
    for index in 0..<10 {
      try folder.writeImage("images/\(index).png")
      try folder.writeMap("labels/\(index).png")
    }
    try folder.write("names: [x, y]\nval_fraction: 0.2", to: "dataset.yaml")
    let dataset = try Dataset(path: folder.path)
    #expect(try dataset.samples(in: .val).map(\.name) == ["4", "9"])
    #expect(try dataset.samples(in: .train).map(\.name) == ["0", "1", "2", "3", "5", "6", "7", "8"])
  }

  @Test func theSmallestFlatFolderHasBothSplits() throws {
    let folder = try TemporaryFolder()
    for index in 0..<2 {
      try folder.writeImage("images/\(index).png")
      try folder.writeMap("labels/\(index).png")
    }
    for fraction in ["0.01", "0.99"] {
      try folder.write("names: [x, y]\nval_fraction: \(fraction)", to: "dataset.yaml")
      let dataset = try Dataset(path: folder.path)
      #expect(try dataset.samples(in: .train).count == 1)
      #expect(try dataset.samples(in: .val).count == 1)
    }
  }

  @Test func namesUnpairedFiles() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    for index in 0..<5 { try folder.writeImage("images/train/lone\(index).png") }
    try folder.writeMap("labels/train/widow.png")
    let dataset = try Dataset(path: folder.path)
    let error = try #require(throws: DatasetError.self) { try dataset.samples(in: .train) }
    #expect(error.kind == .unpaired)
    #expect(error.description.contains("lone0.png") && error.description.contains("and 2 more"))
    #expect(error.description.contains("widow.png"))
    #expect(try dataset.samples(in: .val).count == 1)
  }

  @Test func ignoresStraysAndListsThem() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.write("x", to: "images/train/.DS_Store")
    try folder.write("x", to: "images/train/._one.png")
    try folder.write("x", to: "labels/train/one.png~")
    let dataset = try Dataset(path: folder.path)
    #expect(try dataset.samples(in: .train).count == 2)
    let strays = try #require(dataset.listings[.train]?.strays)
    #expect(strays.map { $0.split(separator: "/").last! } == [".DS_Store", "._one.png", "one.png~"])
  }

  @Test func refusesAnEmptySplitAndAMissingOne() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.remove("images/val/three.png")
    try folder.remove("labels/val/three.png")
    try folder.write("x", to: "images/val/three.jpg")
    let dataset = try Dataset(path: folder.path)
    let empty = try #require(throws: DatasetError.self) { try dataset.samples(in: .val) }
    #expect(empty.kind == .emptySplit)
    #expect(empty.description.contains("three.jpg"))
    let missing = try #require(throws: DatasetError.self) { try dataset.samples(in: .test) }
    #expect(missing.kind == .missingSplit)
  }

  @Test func saysWhatItLookedFor() throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
    #expect(error.kind == .unknownLayout)
    for name in ["train/", "trainannot/", "images/", "labels/", "masks/"] { #expect(error.description.contains(name)) }
    #expect(!error.description.contains("\n"))

    let absent = try #require(throws: DatasetError.self) { try Dataset(path: folder.path + "/absent") }
    #expect(absent.kind == .unknownLayout && absent.description.contains("no such folder"))

    try folder.makeFolder("images/train")
    try folder.makeFolder("labels")
    let lone = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
    #expect(lone.description.contains("labels/train"))

    try folder.write("names: [a]\nlabels: nowhere", to: "dataset.yaml")
    let named = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
    #expect(named.description.contains("nowhere"))
  }

  @Test func refusesBrokenLists() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    for (text, line) in [
      ("images/train/one.png", 1), ("\n a b c", 2),
      ("images/train/one.png labels/train/one.png\nimages/train/one.png labels/train/two.png", 2),
    ] {
      try folder.write(text, to: "train.txt")
      let error = try #require(throws: DatasetError.self) { try Dataset(path: folder.path) }
      #expect(error.kind == .invalidList)
      #expect(error.line == line)
      #expect(error.description.hasPrefix("\(folder.path)/train.txt:\(line): "))
    }
    try folder.write([0xff, 0xfe], to: "train.txt")
    #expect(throws: DatasetError.self) { try Dataset(path: folder.path) }
    try folder.write("images/train/gone.png labels/train/one.png", to: "train.txt")
    let dataset = try Dataset(path: folder.path)
    let error = try #require(throws: DatasetError.self) { try dataset.samples(in: .train) }
    #expect(error.kind == .unpaired)
  }
}
