import ArgumentParser
import TesseraData

/// Writes a procedural data set.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "Write a data set of made-up street scenes, to try everything without data of one's own.",
    discussion: """
      Four fifths of the images are to learn from, one fifth to validate. The same options write the same bytes.

      Example:
        tessera synthesize --out scenes --images 200 --size 96x128
        tessera train --data scenes --out run --epochs 10 --width 8
      """)

  @Option(help: "Folder to write the data set to; empty or not there yet.") var out: String
  @Option(help: "Number of images, 2 or more.") var images = 100
  @Option(help: "Size of each image, HEIGHTxWIDTH, sides of 16 to 4096.") var size = ImageSize(height: 96, width: 128)
  @Option(help: "What the scenes follow from.") var seed: UInt64 = 0

  func validate() throws {
    func require(_ number: Int, in bounds: ClosedRange<Int>, _ option: String) throws {
      guard !bounds.contains(number) else { return }
      throw ValidationError("--\(option): \(number) lies outside \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    try require(images, in: Dataset.synthesizedCounts, "images")
    try require(size.height, in: SceneGenerator.sides, "size")
    try require(size.width, in: SceneGenerator.sides, "size")
  }

  func run() throws {
    var terminal = Terminal()
    try Dataset.synthesize(to: out, images: images, width: size.width, height: size.height, seed: seed) { done in
      terminal.bar(done: done, of: images, "\(done)/\(images) images")
    }
    terminal.line("\(images) images of \(size) in \(out)")
  }
}
