/// The sizes of a tensor's axes, outermost first; maps are `[batch, channels, height, width]`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The sizes, outermost axis first; none for a scalar.
  public let dimensions: [Int]

  /// A scalar's shape.
  public static let scalar = Shape([])

  /// Makes a shape of sizes, each at least 0.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "Shape: negative size in \(dimensions)")
    self.dimensions = dimensions
  }

  /// Makes a shape of sizes, each at least 0.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// Number of axes.
  public var rank: Int { dimensions.count }

  /// Number of elements.
  public var count: Int { dimensions.reduce(1, *) }

  /// The size of one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// Such as `[4, 3, 360, 480]`.
  public var description: String { dimensions.description }
}
