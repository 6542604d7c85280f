/// The pixels around a pixel that lie within a distance, nearest first, so that a search for a near one ends early.
struct Disk {
  /// Steps from the pixel in the middle, which comes first.
  let offsets: [PixelPosition]

  /// Takes the steps of at most `radius` that can lead from one pixel to another in an image of this size.
  ///
  /// - Precondition: `radius` is at least 0 and not NaN.
  init(radius: Double, within size: PixelSize) {
    let reach = min(radius, size.diagonal)
    let columns = min(Int(reach), max(size.width - 1, 0))
    let rows = min(Int(reach), max(size.height - 1, 0))
    offsets = (-rows...rows)
      .flatMap { y in (-columns...columns).map { PixelPosition(x: $0, y: y) } }
      .filter { Double($0.squaredDistance) <= reach * reach }
      .sorted { $0.squaredDistance < $1.squaredDistance }
  }
}

extension PixelPosition {
  /// The square of the distance from (0, 0).
  fileprivate var squaredDistance: Int { x * x + y * y }
}

extension PixelSize {
  /// The distance between opposite corners.
  var diagonal: Double { (Double(width) * Double(width) + Double(height) * Double(height)).squareRoot() }
}
