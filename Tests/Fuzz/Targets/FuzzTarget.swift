/// One reader of bytes from outside, and what must hold for every input.
public struct FuzzTarget: Sendable {
  /// What commands call it.
  public let name: String
  /// Most bytes of an input; more would only make runs slower.
  public let longest: Int
  /// Sound inputs to begin with.
  public let examples: @Sendable () throws -> [[UInt8]]
  /// Reads an input, and throws where the reader broke a promise; a trap is found by whoever calls this.
  public let check: @Sendable (_ input: [UInt8]) throws(BrokenPromise) -> Void
  /// How a mutated input becomes sound enough again to be read to its depth.
  public let repair: Repair

  /// A way to mend what a mutation broke besides what it meant to change.
  public enum Repair: Sendable {
    /// Nothing guards the bytes.
    case none
    /// Checksums of the whole input are put right.
    case whole(@Sendable (inout [UInt8]) -> Void)
    /// The input is a stream of frames behind so many bytes: it is mutated frame by frame, and each is sealed again.
    case frames(prefix: Int, digests: @Sendable (inout FrameStream) -> Void)
  }

  /// Every target.
  public static let all: [FuzzTarget] = [
    .serverFrames, .clientFrames, .messages, .server, .client, .zstd, .png, .safetensors, .dataset,
  ]

  /// The target of this name.
  public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// What a reader promised and did not keep.
public struct BrokenPromise: Error, CustomStringConvertible {
  /// The promise, and where it was broken.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Throws unless something holds.
func promise(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws(BrokenPromise) {
  if !holds { throw BrokenPromise(otherwise()) }
}

/// Holds a text for people to its form: one line that says something.
func promiseOneLine(_ text: String) throws(BrokenPromise) {
  try promise(!text.isEmpty && !text.contains(where: \.isNewline), "an error is not one line: \(text)")
}
