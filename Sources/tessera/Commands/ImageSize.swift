import ArgumentParser

/// A size as people give it: HEIGHTxWIDTH.
struct ImageSize: ExpressibleByArgument, CustomStringConvertible {
  let height: Int
  let width: Int

  init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let height = sides[0], let width = sides[1] else { return nil }
    self.init(height: height, width: width)
  }

  var description: String { "\(height)x\(width)" }
}
