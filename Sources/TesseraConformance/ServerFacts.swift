internal import TesseraProtocol

/// What a server told of itself before it is judged.
struct ServerFacts: Sendable {
  let ack: HelloAck
  /// The codecs it speaks of those that were offered.
  let codecs: [Codec]
  let token: [UInt8]?
  let route: Route
  /// Its first model; nil where it names none.
  let model: ModelSummary?
  /// The longest that a check waits.
  let patience: Duration

  var limits: ProtocolLimits { ack.limits }

  /// A small image that the model takes: twice as wide as high, so that nothing can be swapped unnoticed.
  func image() throws(Skip) -> TestImage {
    guard let model else { throw Skip("the server names no model") }
    guard ack.state != .starting else { throw Skip("the server is starting") }
    guard model.inputs & 1 == 1 else { throw Skip("the model takes no RGB8") }
    guard model.outputs.contains(.labels) else { throw Skip("the model gives no labels") }
    let multiple = UInt64(max(model.sideMultiple, 1))
    let side = (UInt64(max(model.minimumSide, 1)) + multiple - 1) / multiple * multiple
    // Sides beyond this are not squared: what a server tells may be any number.
    guard side <= 1600, 2 * side <= limits.maxSide, 2 * side * side <= min(limits.maxPixels, model.maximumPixels),
      6 * side * side <= min(limits.maxMessage, limits.credit)
    else {
      throw Skip(
        "the smallest image that the model takes, of \(2 * side)×\(side) pixels, is too large")
    }
    return TestImage(width: UInt32(2 * side), height: UInt32(side))
  }
}

/// An image whose bytes are made up.
struct TestImage: Sendable {
  let width: UInt32
  let height: UInt32
  /// RGB8; every image of the same size holds the same.
  let bytes: [UInt8]

  init(width: UInt32, height: UInt32) {
    self.width = width
    self.height = height
    bytes = (0..<Int(width) * Int(height) * 3).map {
      UInt8(truncatingIfNeeded: $0 &* 73 &+ $0 >> 3)
    }
  }
}
