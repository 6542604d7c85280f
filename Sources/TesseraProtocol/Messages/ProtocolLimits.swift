/// Every limit that a client can hit, as HELLO_ACK tells them.
public struct ProtocolLimits: Hashable, Sendable {
  /// Most plain bytes in one frame of DATA; 1…1 MiB.
  public var maxChunk: UInt32 = 1 << 20
  /// Most bytes of an OPEN.
  public var maxOpen: UInt32 = 4096
  /// Most requests open at once.
  public var maxInflight: UInt32 = 16
  /// Longest side of an image, in pixels.
  public var maxSide: UInt32 = 8192
  /// Most pixels of an image.
  public var maxPixels: UInt64 = 1 << 24
  /// Most plain bytes of a request's input.
  public var maxMessage: UInt64 = 64 << 20
  /// Most plain bytes of a result.
  public var maxResult: UInt64 = 128 << 20
  /// Plain bytes of input that may be open at once.
  public var credit: UInt64 = 64 << 20
  /// Time that a request without a budget gets.
  public var defaultBudget: Duration = .seconds(30)
  /// Most time that a request gets.
  public var maxBudget: Duration = .seconds(600)
  /// Time without any request after which the server hangs up.
  public var idle: Duration = .seconds(120)
  /// Least time between two pings.
  public var pingInterval: Duration = .seconds(5)
  /// Time for a frame, first byte to last; one more second is allowed for each MiB.
  public var frame: Duration = .seconds(10)
  /// Time for which a peer may refuse to take bytes.
  public var writeStall: Duration = .seconds(20)

  /// The specification's defaults.
  public init() {}
}
