import ArgumentParser

/// How large images are.
struct ImageOptions: ParsableArguments {
  @Option(help: "Height x width of an image, sides of 8 to 8192.") var size = "360x480"

  /// Most pixels of a batch: more need memory that no machine for one training has.
  private static let mostPixels = 1 << 24

  func validate() throws {
    guard sides != nil else { throw ValidationError("--size \(size): give HEIGHTxWIDTH, each 8 to 8192") }
  }

  /// Refuses batches of more pixels than a benchmark takes.
  func requireBatch(_ batch: Int) throws {
    try ValidationError.require(batch, in: 1...4096, "batch")
    guard let (height, width) = sides, batch * height * width > Self.mostPixels else { return }
    throw ValidationError(
      "--batch \(batch) --size \(size): give at most \(Self.mostPixels) pixels, batch x height x width")
  }

  /// Height and width; nil where ``size`` does not say them.
  var sides: (height: Int, width: Int)? { Self.sides(size) }

  /// Height and width of a text such as 360x480; nil where it does not say them.
  static func sides(_ size: String) -> (height: Int, width: Int)? {
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let height = sides[0], let width = sides[1],
      [height, width].allSatisfy((8...8192).contains)
    else { return nil }
    return (height, width)
  }
}
