/// A pattern that memory is filled with before it is used: where it shows up later, memory that nobody wrote got out.
enum Poison {
  /// What sanitizers are told to fill fresh memory with, see `Tests/Fuzz/run`.
  static let byte: UInt8 = 0xa5
  /// So many in a row are no accident.
  private static let run = 8

  /// Holds that no poison is in what left, unless it was in what came.
  static func check(_ output: [UInt8], input: [UInt8]) throws(BrokenPromise) {
    guard holdsRun(output), !holdsRun(input) else { return }
    throw BrokenPromise("memory that was never written left the process")
  }

  private static func holdsRun(_ bytes: [UInt8]) -> Bool {
    var length = 0
    for byte in bytes {
      length = byte == Self.byte ? length + 1 : 0
      if length == run { return true }
    }
    return false
  }
}
