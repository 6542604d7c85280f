/// Writes arrays as NumPy reads them.
///
///     +-------------+-------+--------------+---------------------------+----------------+
///     | \x93NUMPY   | 1, 0  | length (u16) | header, a Python literal  | elements       |
///     +-------------+-------+--------------+---------------------------+----------------+
///
/// All integers and elements are little-endian; spaces fill the header so that elements begin at a multiple of 64.
///
/// Source: NumPy, "A simple file format for NumPy arrays", version 1.0.
enum NumPyArray {
  /// The bytes of a `.npy` file of float32 in row-major order.
  ///
  /// - Precondition: `elements.count` is the product of `shape`, which has at most 32 sides.
  static func encode(_ elements: [Float], shape: [Int]) -> [UInt8] {
    precondition(
      shape.count <= 32 && shape.reduce(1, *) == elements.count, "NumPyArray: \(elements.count) elements for \(shape)")
    let sides = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sides)), }"
    let before = 10
    let filling = 63 - (before + dictionary.utf8.count) % 64
    let header = dictionary + String(repeating: " ", count: filling) + "\n"
    let length = UInt16(header.utf8.count)
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
    bytes.reserveCapacity(before + Int(length) + 4 * elements.count)
    bytes += Array(header.utf8)
    let littleEndian = elements.map(\.bitPattern.littleEndian)
    littleEndian.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }
}
