import ArgumentParser
import TesseraModels

/// How much every benchmark computes.
struct WorkloadOptions: ParsableArguments {
  @Option(help: "Images in a batch, 1 to 4096.") var batch = 4
  @Option(help: "Height x width of an image, sides of 8 to 8192.") var size = "360x480"
  @Option(help: "Timed repetitions, 1 to 100000; the median counts.") var repeats = 5
  @Option(help: "Threads, 1 to 256.") var threads = 2

  /// Most pixels of a batch: more need memory that no machine for one training has.
  private static let mostPixels = 1 << 24

  func validate() throws {
    guard (1...4096).contains(batch) else { throw ValidationError("--batch \(batch): give 1 to 4096") }
    guard let (height, width) = sides else {
      throw ValidationError("--size \(size): give HEIGHTxWIDTH, each 8 to 8192")
    }
    guard batch * height * width <= Self.mostPixels else {
      throw ValidationError(
        "--batch \(batch) --size \(size): give at most \(Self.mostPixels) pixels, batch x height x width")
    }
    guard (1...100_000).contains(repeats) else { throw ValidationError("--repeats \(repeats): give 1 to 100000") }
    guard (1...256).contains(threads) else { throw ValidationError("--threads \(threads): give 1 to 256") }
  }

  /// Height and width; nil where ``size`` does not say them.
  var sides: (height: Int, width: Int)? {
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let height = sides[0], let width = sides[1],
      [height, width].allSatisfy((8...8192).contains)
    else { return nil }
    return (height, width)
  }
}

extension WorkloadOptions {
  /// The architecture of a network called unetW or lraspp; nil for other names.
  static func architecture(named name: String) -> Architecture? {
    name == Architecture.Family.lraspp.rawValue ? .lraspp : width(ofUNet: name).map { .unet(width: $0) }
  }

  /// The width of a network called unetW; nil for other names.
  static func width(ofUNet name: String) -> Int? {
    guard name.hasPrefix("unet"), let width = Int(name.dropFirst(4)), (1...1024).contains(width) else { return nil }
    return width
  }
}
