/// An array of bytes as the files of MNIST hold it.
///
///     0   0   0x08   rank   size of axis 1 (4 bytes, big-endian)   …   elements in row-major order
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", file formats.
package struct IDXArray: Hashable, Sendable {
  /// The sizes of the axes, outermost first.
  package let dimensions: [Int]
  /// The elements in row-major order.
  package let elements: [UInt8]

  /// Most elements of an array.
  static let elementLimit = 1 << 26
  /// Most axes.
  static let rankLimit = 8

  /// Takes a file apart.
  ///
  /// - Throws: ``IDXError`` for whatever is not exactly one array of bytes.
  package init(_ bytes: [UInt8]) throws(IDXError) {
    guard bytes.count >= 4 else { throw .truncated(byteCount: bytes.count) }
    guard bytes[0] == 0, bytes[1] == 0 else { throw .notIDX }
    guard bytes[2] == 0x08 else { throw .elementType(bytes[2]) }
    let rank = Int(bytes[3])
    guard (1...Self.rankLimit).contains(rank) else { throw .rank(rank) }
    let header = 4 + 4 * rank
    guard bytes.count >= header else { throw .truncated(byteCount: bytes.count) }
    let dimensions = (0..<rank).map { axis in
      bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for size in dimensions {
      // Each size is below 2³² and the count so far at most the limit: the product cannot overflow.
      count *= size
      guard count <= Self.elementLimit else { throw .tooLarge(dimensions: dimensions) }
    }
    guard bytes.count == header + count else {
      throw .length(dimensions: dimensions, expected: header + count, found: bytes.count)
    }
    self.dimensions = dimensions
    elements = Array(bytes[header...])
  }
}

/// Why bytes are no array in the format of MNIST.
package enum IDXError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes end within the header.
  case truncated(byteCount: Int)
  /// The bytes do not begin with two zeros.
  case notIDX
  /// The elements are not bytes.
  case elementType(UInt8)
  /// No array has so many axes.
  case rank(Int)
  /// The sizes promise more than any file of digits has.
  case tooLarge(dimensions: [Int])
  /// The file has other bytes than its sizes promise.
  case length(dimensions: [Int], expected: Int, found: Int)

  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .truncated(let byteCount): "it ends after \(byteCount) bytes, within its header; fetch it again"
    case .notIDX: "it does not begin as an idx file; check what was meant"
    case .elementType(let code): "its elements are of type \(code), not bytes (8); give a file of digits"
    case .rank(let rank): "it has \(rank) axes, not 1 to \(IDXArray.rankLimit); fetch it again"
    case .tooLarge(let dimensions):
      "its header promises \(dimensions) elements, but the limit is \(IDXArray.elementLimit); fetch it again"
    case .length(let dimensions, let expected, let found):
      "its header promises \(dimensions), thus \(expected) bytes, but it has \(found); fetch it again"
    }
  }
}
